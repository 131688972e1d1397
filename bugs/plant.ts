/**
 * Plants bugs: applies their edits to the clean source text.
 *
 * An edit says within which function its place is and what stands there; both must be met exactly
 * once, token by token, so that formatting and comments do not matter and a stale bug is noticed.
 * All edits of a set are looked up in the clean text; two that meet are refused, because the
 * result would depend on their order.
 */
import type { Bug, Edit } from './bug.ts';
import { declarationsNamed } from './scope.ts';
import { occurrences, type Token, tokensOf } from './tokens.ts';
import type { TypeScript } from './typescript.ts';

/** Clean text of a file, by its path from the top of the checkout; undefined: no such file. */
export type ReadSource = (file: string) => string | undefined;

/** An edit that cannot be applied. The message names bug, file, function and what is wrong. */
export class PlantError extends Error {
  readonly bug: string;
  readonly file: string;
  readonly within: string;
  /** How often the place was met, where that is what is wrong. */
  readonly matches: number | null;

  constructor(bug: string, edit: Edit, problem: string, matches: number | null = null) {
    super(`bug "${bug}": ${edit.file}, within "${edit.within}": ${problem}`);
    this.name = 'PlantError';
    this.bug = bug;
    this.file = edit.file;
    this.within = edit.within;
    this.matches = matches;
  }
}

interface Place {
  readonly bug: string;
  readonly edit: Edit;
  /** Offsets in the clean text. */
  readonly start: number;
  readonly end: number;
}

/** The edited files and their new text. @throws PlantError */
export function plant(ts: TypeScript, bugs: readonly Bug[], read: ReadSource): Map<string, string> {
  const places = new Map<string, Place[]>();
  for (const bug of bugs) {
    for (const edit of bug.edits) {
      const place = placeOf(ts, bug.id, edit, read);
      places.set(edit.file, [...(places.get(edit.file) ?? []), place]);
    }
  }
  const planted = new Map<string, string>();
  for (const [file, found] of places) planted.set(file, applyAll(ts, found, read(file)!));
  return planted;
}

function placeOf(ts: TypeScript, bug: string, edit: Edit, read: ReadSource): Place {
  const { file, within, find } = edit;
  const text = read(file);
  if (text === undefined) throw new PlantError(bug, edit, 'there is no such file');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const named = declarationsNamed(ts, source, within);
  if (named.length !== 1) {
    const problem = `${count(named.length, 'declaration')} of that name, expected one`;
    throw new PlantError(bug, edit, problem, named.length);
  }
  const wanted = tokensOf(ts, find);
  if (wanted.length === 0) throw new PlantError(bug, edit, 'the text to find is empty');
  const tokens = tokensOf(ts, text, named[0]!.getStart(source), named[0]!.end);
  const found = occurrences(tokens, wanted);
  if (found.length !== 1) {
    const problem = `${count(found.length, 'place')} with the text to find, expected one: ${find}`;
    throw new PlantError(bug, edit, problem, found.length);
  }
  const [first, last] = [tokens[found[0]!]!, tokens[found[0]! + wanted.length - 1]!] as [
    Token,
    Token,
  ];
  return { bug, edit, start: first.start, end: last.end };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function applyAll(ts: TypeScript, places: readonly Place[], clean: string): string {
  const sorted = [...places].sort((a, b) => a.start - b.start);
  for (const [index, place] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before !== undefined && place.start < before.end) {
      throw new PlantError(place.bug, place.edit, `meets an edit of bug "${before.bug}"`);
    }
  }
  let text = clean;
  for (const { start, end, edit } of sorted.reverse()) {
    text = text.slice(0, start) + edit.replace + text.slice(end);
  }
  const { diagnostics = [] } = ts.transpileModule(text, { reportDiagnostics: true });
  const [first] = diagnostics;
  if (first === undefined) return text;
  const problem = `does not parse: ${ts.flattenDiagnosticMessageText(first.messageText, ' ')}`;
  throw new PlantError(places.map(({ bug }) => bug).join(', '), places[0]!.edit, problem);
}
