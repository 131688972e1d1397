/** Reads the text form of a scenario. Every refusal names file, line, column and expectation. */
import { KNOWN_IDS } from '../known.ts';
import type { Machine } from '../machine.ts';
import type { Op } from '../operations.ts';
import { definesOf, OP_NAMES } from '../operations.ts';
import type { Expectation, Header, Scenario } from '../scenario.ts';
import { PLAIN_HEADER } from '../scenario.ts';
import type { Word } from './line.ts';
import { Line } from './line.ts';
import { MACHINE_WORDS, MachineLines } from './machine-lines.ts';
import { readOp } from './op-lines.ts';
import { FORMAT_LINE } from './print.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const HEADER_WORDS = ['expect', 'subject', 'bugs', 'known'] as const;

/**
 * `file` is only for messages. `laws`: the ids `expect law` may name; left out, it may name any,
 * because laws are told by those who check them.
 * @throws InputError when the text is not a scenario
 */
export function parseScenario(text: string, file: string, laws?: readonly string[]): Scenario {
  const lines = text.split(/\r?\n/);
  const header: Mutable<Header> = { ...PLAIN_HEADER };
  const headerLines = new Map<string, number>();
  const machineLines = new MachineLines();
  const program: Op[] = [];
  const labels = new Map<number, number>();
  let machine: Machine | null = null;
  checkFormat(new Line(file, 1, lines[0]!));
  let last = new Line(file, lines.length, '');
  for (let index = 1; index < lines.length; index++) {
    const found = /^# found: ([\s\S]*)$/.exec(lines[index]!);
    if (found !== null) header.found = found[1]!;
    const line = new Line(file, index + 1, lines[index]!);
    if (line.isEmpty) continue;
    last = line;
    const head = line.take('a line');
    if (isHeaderLine(head)) {
      if (!machineLines.isEmpty) line.failAt(head, 'header lines before the machine');
      checkOnce(line, head, headerLines);
      readHeaderLine(line, head, header, laws);
      continue;
    }
    if (machine === null && machineLines.read(line, head)) continue;
    checkHead(line, head, machine !== null, machineLines.isEmpty);
    machine ??= machineLines.finish(line);
    const op = readOp(line, head, machine);
    checkLabel(line, head, op, labels);
    program.push(op);
  }
  machine ??= machineLines.finish(last);
  return { header, machine, program };
}

function checkFormat(line: Line): void {
  const words = FORMAT_LINE.split(' ');
  for (const expected of words) {
    const word = line.take(`"${FORMAT_LINE}"`);
    if (word.text !== expected) line.failAt(word, `"${FORMAT_LINE}" as the first line`);
  }
  line.end();
}

/** A word that cannot start any line is a typing error of all three kinds of line. */
function checkHead(line: Line, head: Word, inProgram: boolean, noMachine: boolean): void {
  if ((MACHINE_WORDS as readonly string[]).includes(head.text) && inProgram) {
    line.failAt(head, 'an operation: machine lines come before the program');
  }
  const isOp = line.peek() === '=' || (OP_NAMES as readonly string[]).includes(head.text);
  if (!isOp) {
    const words = inProgram ? OP_NAMES : [...HEADER_WORDS, ...MACHINE_WORDS, ...OP_NAMES];
    const expected = inProgram ? 'an operation' : 'a header line, a machine line or an operation';
    line.failNear(head, expected, words);
  }
  if (noMachine) line.failAt(head, 'the "profile" line first');
}

function checkLabel(line: Line, head: Word, op: Op, labels: Map<number, number>): void {
  const label = definesOf(op);
  if (label === undefined) return;
  const earlier = labels.get(label);
  if (earlier !== undefined) {
    line.failAt(head, `a new label: number ${label} is defined on line ${earlier}`);
  }
  labels.set(label, line.number);
}

function isHeaderLine(head: Word): boolean {
  return (HEADER_WORDS as readonly string[]).includes(head.text);
}

function checkOnce(line: Line, head: Word, seen: Map<string, number>): void {
  const earlier = seen.get(head.text);
  if (earlier !== undefined) line.failAt(head, `one such line: the other is line ${earlier}`);
  seen.set(head.text, line.number);
}

function readHeaderLine(
  line: Line,
  head: Word,
  header: Mutable<Header>,
  laws: readonly string[] | undefined,
): void {
  if (head.text === 'expect') header.expect = readExpectation(line, laws);
  else if (head.text === 'subject') header.subject = line.verbatim('a command');
  else if (head.text === 'bugs') header.bugs = readIds(line, 'bug ids');
  else header.known = readIds(line, 'ids of repaired deviations', KNOWN_IDS);
  line.end();
}

function readIds(line: Line, what: string, ids?: readonly string[]): string[] {
  const words = [line.take(what)];
  while (!line.done) words.push(line.take(what));
  return words.map((word) => checkId(line, word, what, ids)).sort();
}

/** An id that names nothing would never be hit, and nobody would hear of it. */
function checkId(line: Line, word: Word, what: string, ids: readonly string[] | undefined): string {
  if (ids !== undefined && !ids.includes(word.text)) line.failNear(word, what, ids);
  return word.text;
}

function readExpectation(line: Line, laws: readonly string[] | undefined): Expectation {
  const word = line.take('ok, crash or law');
  if (word.text === 'ok' || word.text === 'crash') return { kind: word.text };
  if (word.text !== 'law') line.failNear(word, 'ok, crash or law', ['ok', 'crash', 'law']);
  const what = 'the id of a law that a replay can show (a crash: "expect crash")';
  return { kind: 'law', law: checkId(line, line.take(what), what, laws) };
}
