/**
 * The trace format: what was asked and what was answered, as JSON Lines. The first line has the
 * machine, every other line one operation with its outcome. A trace can be judged later, elsewhere,
 * whoever wrote it. Reference: docs/formats.md.
 */
import type { Machine } from '../machine.ts';
import type { Op, OpName } from '../operations.ts';
import { definesOf, labelText, OP_NAMES, rowOf } from '../operations.ts';
import type { Outcome } from '../outcome.ts';
import type { Booted, Observation } from '../subject.ts';
import { OBSERVATIONS } from '../subject.ts';
import { InputError } from '../text/input-error.ts';
import type { Codec } from './codec.ts';
import {
  integer,
  list,
  object,
  optional,
  readMember,
  readObject,
  text,
  withDefault,
  word,
} from './codec.ts';
import { parseJsonLine } from './line.ts';
import { machineFromJson, machineToJson } from './machine.ts';
import { opFromJson, opToJson } from './op.ts';
import { events, outcomeFromJson, outcomeToJson, warnings } from './outcome.ts';
import { JsonPlace } from './place.ts';

const VERSION = 1;

export const booted: Codec<Booted> = object<Booted>(
  { warnings: withDefault(warnings, []), events: optional(events) },
  'boot messages',
);

const HEAD = [
  'carveout',
  'version',
  'subject',
  'observes',
  'operations',
  'machine',
  'booted',
] as const;
const observed = list(word(OBSERVATIONS, 'an observation'), OBSERVATIONS.length, 'observations');
const operations = list(word(OP_NAMES, 'an operation'), OP_NAMES.length, 'operations');
const format = word(['trace'], 'the format');
const version = integer(VERSION, VERSION, 'the version of the format');

export interface TraceHead {
  /** The name of who answered, as it told it. */
  readonly subject?: string | undefined;
  /** What the recorder reported; left out: all there was before `free-memory`. */
  readonly observes?: readonly Observation[] | undefined;
  /** What it could be asked; left out: the first operations. */
  readonly operations?: readonly OpName[] | undefined;
  readonly machine: Machine;
  readonly booted: Booted;
}

export interface TraceStep {
  readonly op: Op;
  readonly outcome: Outcome;
}

/** The first line, without a line end. */
export function traceHeadLine(head: TraceHead): string {
  return JSON.stringify({
    carveout: 'trace',
    version: VERSION,
    subject: head.subject,
    observes: head.observes,
    operations: head.operations,
    machine: machineToJson(head.machine),
    booted: booted.write(head.booted),
  });
}

/** The line of one operation, without a line end. */
export function traceStepLine({ op, outcome }: TraceStep, machine: Machine): string {
  return JSON.stringify({ ...opToJson(op, machine), outcome: outcomeToJson(outcome) });
}

/** Reads a trace line by line, in order; keeps the machine and the labels, not the steps. */
export class TraceReader {
  readonly #file: string;
  #line = 0;
  #head: TraceHead | null = null;
  /** Label -> line that defined it. */
  readonly #labels = new Map<number, number>();

  /** `file` is only for messages. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Null until the first line was read. */
  get head(): TraceHead | null {
    return this.#head;
  }

  /** The step of a line; null for the first line and for blank ones. @throws InputError */
  read(text: string): TraceStep | null {
    this.#line += 1;
    if (text.trim() === '') return null;
    const value = parseJsonLine(text, this.#file, this.#line);
    const at = new JsonPlace(this.#file, this.#line);
    if (this.#head !== null) return this.#readStep(value, this.#head.machine, at);
    this.#head = readHead(value, at);
    return null;
  }

  /** Call after the last line. @throws InputError when there was none. */
  end(): TraceHead {
    if (this.#head !== null) return this.#head;
    const [found, expected] = ['the end of the text', 'a line {"carveout":"trace", …}'];
    throw new InputError({ file: this.#file, line: this.#line, column: 0, found, expected });
  }

  #readStep(value: unknown, machine: Machine, at: JsonPlace): TraceStep {
    const op = opFromJson(value, machine, at, ['outcome']);
    this.#checkLabel(op, at);
    const members = value as Readonly<Record<string, unknown>>;
    const place = at.at('outcome');
    if (!Object.hasOwn(members, 'outcome')) place.fail('nothing', 'the outcome of the operation');
    return { op, outcome: outcomeFromJson(members['outcome'], op.op, place) };
  }

  #checkLabel(op: Op, at: JsonPlace): void {
    const defined = definesOf(op);
    if (defined === undefined) return;
    const earlier = this.#labels.get(defined);
    if (earlier !== undefined) {
      const text = labelText(rowOf(op.op).returns!, defined);
      at.at('out').failOn(text, `a new label: line ${earlier} defines number ${defined}`);
    }
    this.#labels.set(defined, at.line);
  }
}

function readHead(value: unknown, at: JsonPlace): TraceHead {
  const members = readObject(value, at, HEAD, 'the first line of a trace');
  readMember(members, 'carveout', format, at);
  readMember(members, 'version', version, at);
  const machine = machineFromJson(members['machine'], at.at('machine'));
  return {
    subject: readMember(members, 'subject', optional(text('a name')), at),
    observes: readMember(members, 'observes', optional(observed), at),
    operations: readMember(members, 'operations', optional(operations), at),
    machine,
    booted: readMember(members, 'booted', withDefault(booted, NO_MESSAGES), at),
  };
}

const NO_MESSAGES: Booted = { warnings: [] };
