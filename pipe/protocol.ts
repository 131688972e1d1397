/**
 * The lines a subject and carveout exchange: requests as text, replies as values. A reply of
 * another form is an InputError that quotes it. Reference: docs/formats.md.
 */

import type { Codec } from '../contract/json/codec.ts';
import {
  integer,
  list,
  readMember,
  readObject,
  text,
  truth,
  withDefault,
  word,
} from '../contract/json/codec.ts';
import { parseJsonLine } from '../contract/json/line.ts';
import { machineToJson } from '../contract/json/machine.ts';
import { opToJson } from '../contract/json/op.ts';
import { outcomeFromJson } from '../contract/json/outcome.ts';
import { JsonPlace, quote } from '../contract/json/place.ts';
import { booted } from '../contract/json/trace.ts';
import { KNOWN_IDS } from '../contract/known.ts';
import type { Machine, ProfileName } from '../contract/machine.ts';
import { PROFILES } from '../contract/machine.ts';
import { UNLIMITED } from '../contract/numbers.ts';
import type { Op, OpName } from '../contract/operations.ts';
import { OP_NAMES } from '../contract/operations.ts';
import type { Outcome } from '../contract/outcome.ts';
import type { Booted, MachineLimits, Observation, Refused } from '../contract/subject.ts';
import { FIRST_OPERATIONS, OBSERVATIONS } from '../contract/subject.ts';
import { InputError } from '../contract/text/input-error.ts';
import type { Answer } from './process.ts';

const VERSION = 1;

/** What a subject says about itself. */
export interface Hello {
  readonly name: string;
  readonly observes: readonly Observation[];
  readonly known: readonly string[];
  readonly machines: MachineLimits;
  readonly operations: readonly OpName[];
}

export const helloRequest = JSON.stringify({ hello: VERSION });
export const resetRequest = JSON.stringify({ reset: true });

export function bootRequest(machine: Machine): string {
  return JSON.stringify({ boot: machineToJson(machine) });
}

export function runRequest(ops: readonly Op[], machine: Machine): string {
  return JSON.stringify({ run: ops.map((op) => opToJson(op, machine)) });
}

const format = word(['subject'], 'the format');
const version = integer(VERSION, VERSION, 'the version of the protocol');
const observes = list(word(OBSERVATIONS, 'what it observes'), 64, 'observations');
const operations = withDefault(
  list(word(OP_NAMES, 'an operation'), 4096, 'operations'),
  FIRST_OPERATIONS,
);
const ids = withDefault(
  list(word(KNOWN_IDS, 'a repaired deviation'), 4096, 'ids of deviations'),
  [],
);

type PipeLimits = Omit<MachineLimits, 'memory'>;

const LIMITS: { readonly [K in keyof Required<PipeLimits>]: Codec<unknown> } = {
  profiles: list(word(Object.keys(PROFILES) as ProfileName[], 'a profile'), 64, 'profiles'),
  pageSizes: list(integer(1, UNLIMITED, 'a page size'), 64, 'page sizes'),
  devicesMax: integer(0, UNLIMITED, 'a number of devices'),
  regionsMax: integer(0, UNLIMITED, 'a number of regions'),
};

export function readHello(answer: Answer, label: string): Hello {
  const names = ['carveout', 'version', 'name', 'observes', 'known', 'machines', 'operations'];
  return reading(answer, label, (value, at) => {
    const members = readObject(value, at, names, 'the answer to hello');
    readMember(members, 'carveout', format, at);
    readMember(members, 'version', version, at);
    return {
      name: readMember(members, 'name', text('a name'), at),
      observes: readObserves(members, at),
      known: readMember(members, 'known', ids, at),
      operations: readMember(members, 'operations', operations, at),
      machines: readLimits(members['machines'] ?? {}, at.at('machines')),
    };
  });
}

function readObserves(members: Readonly<Record<string, unknown>>, at: JsonPlace): Observation[] {
  const list = [...readMember(members, 'observes', observes, at)];
  if (list.includes('phys') || list.includes('handle')) return list;
  return at.at('observes').fail('neither of both', 'phys or handle');
}

function readLimits(value: unknown, at: JsonPlace): MachineLimits {
  const names = Object.keys(LIMITS) as (keyof PipeLimits)[];
  const members = readObject(value, at, names, 'limits of machines');
  const given = names.filter((name) => Object.hasOwn(members, name));
  return Object.fromEntries(
    given.map((name) => [name, readMember(members, name, LIMITS[name], at)]),
  );
}

export function readBooted(answer: Answer, label: string): Booted | Refused {
  return reading(answer, label, (value, at) => {
    const members = readObject(value, at, ['booted', 'refused'], 'the answer to boot');
    if (Object.hasOwn(members, 'refused')) {
      return { refused: readMember(members, 'refused', text('a reason'), at) };
    }
    return readMember(members, 'booted', booted, at);
  });
}

export function readOutcomes(
  answer: Answer,
  label: string,
  ops: readonly Op[],
): readonly Outcome[] {
  return reading(answer, label, (value, at: JsonPlace) => {
    const found = readObject(value, at, ['outcomes'], 'the answer to run')['outcomes'];
    const place: JsonPlace = at.at('outcomes');
    if (!Array.isArray(found)) place.failOn(found, 'a list of outcomes');
    if (found.length !== ops.length) {
      place.fail(`${found.length} outcomes`, `${ops.length}, one for each operation`);
    }
    return ops.map((op, index) => outcomeFromJson(found[index], op.op, place.at(index)));
  });
}

export function readReset(answer: Answer, label: string): { readonly reset: true } {
  return reading(answer, label, (value, at) => {
    const members = readObject(value, at, ['reset'], 'the answer to reset');
    if (readMember(members, 'reset', truth, at)) return { reset: true };
    return at.at('reset').failOn(false, 'true');
  });
}

/** Reads a reply; a refusal quotes the line. */
function reading<T>(
  { text: line, line: number }: Answer,
  label: string,
  read: (value: unknown, at: JsonPlace) => T,
): T {
  try {
    return read(parseJsonLine(line, label, number), new JsonPlace(label, number));
  } catch (error) {
    if (!(error instanceof InputError) || error.problem.hint !== undefined) throw error;
    throw new InputError({ ...error.problem, hint: `the line is ${quote(line)}` });
  }
}
