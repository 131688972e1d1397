/** The committed board: what was found when it was last updated, and what has become worse. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkout } from '../../bugs/checkout.ts';
import { MISSED } from '../../bugs/missed.ts';
import type { KnownResult } from './stages.ts';
import type { Summary } from './summary.ts';

export interface BoardRow {
  readonly found: boolean;
  /** Why it is missed; bugs/missed.ts. */
  readonly reason?: string;
  /** The law most seeds end in, its stage, and what its commonest scenario takes. */
  readonly law?: string;
  readonly stage?: string;
  readonly operations?: number;
  readonly devices?: number;
  readonly casesMedian?: number;
  /** Null: more than one seed in twenty missed it. */
  readonly casesP95?: number | null;
}

export interface Board {
  /** Seeds per bug. */
  readonly seeds: number;
  readonly bugs: Readonly<Record<string, BoardRow>>;
}

const PATH = 'bugs/board.json';

export function readBoard(): Board {
  const path = fileURLToPath(new URL(PATH, checkout()));
  if (!existsSync(path)) return { seeds: 0, bugs: {} };
  return JSON.parse(readFileSync(path, 'utf8')) as Board;
}

/** Rows of bugs that were not looked for stay as they are. */
export function writeBoard(old: Board, seeds: number, summaries: readonly Summary[]): string {
  const rows = new Map(Object.entries(old.bugs));
  for (const summary of summaries) rows.set(summary.bug.id, rowOf(summary));
  const bugs = Object.fromEntries([...rows].sort(([a], [b]) => (a < b ? -1 : 1)));
  const board: Board = { seeds, bugs };
  writeFileSync(new URL(PATH, checkout()), `${JSON.stringify(board, null, 2)}\n`);
  return PATH;
}

function rowOf({ bug, laws, casesMedian, casesP95 }: Summary): BoardRow {
  const [law] = laws;
  const reason = MISSED[bug.id];
  if (law === undefined || casesMedian === null) {
    return { found: false, ...(reason === undefined ? {} : { reason }) };
  }
  const { operations, devices } = law.texts[0]!.found;
  const { stage } = law;
  return { found: true, law: law.law, stage, operations, devices, casesMedian, casesP95 };
}

/** What fails the run, a sentence each. */
export function problemsOf(board: Board, summary: Summary): string[] {
  const { bug, found, known } = summary;
  const problems: string[] = [];
  const before = board.bugs[bug.id];
  const reason = MISSED[bug.id];
  if (found === 0 && !summary.ran) problems.push(`${bug.id}: its edited files were never loaded`);
  else if (found === 0 && before?.found === true)
    problems.push(`${bug.id}: was found, is missed now`);
  else if (found === 0 && reason === undefined) {
    problems.push(`${bug.id}: missed, and bugs/missed.ts does not say why`);
  }
  if (found > 0 && reason !== undefined) {
    problems.push(`${bug.id}: found, and bugs/missed.ts still says why it is missed`);
  }
  return known === null ? problems : [...problems, ...problemsOfKnown(bug.id, known)];
}

/** What is wrong with a subject whose deviations are all listed. */
export function problemsOfKnown(who: string, { hits, broken }: KnownResult): string[] {
  const never = Object.entries(hits).filter(([, count]) => count === 0);
  return [
    ...never.map(([id]) => `${who}: ${id} is listed as known and was never met`),
    ...broken.map(({ law, text }) => `${who}: known, and yet ${law} is broken:\n${indent(text)}`),
  ];
}

const indent = (text: string) => text.replace(/^/gm, '    ');
