/**
 * The JSON form of an outcome: `{"is":"ok","phys":"0x…","bytes":[[0,8192]]}`. Which results an `ok`
 * may carry is the operation's row; empty lists of warnings and events are left out.
 */
import type { Errno } from '../errno.ts';
import { ERRNO } from '../errno.ts';
import { UNLIMITED } from '../numbers.ts';
import type { OpName, ResultField } from '../operations.ts';
import { rowOf } from '../operations.ts';
import type { Census, Event, Outcome, Pieces, Runs, Warning } from '../outcome.ts';
import type { Codec, Json, JsonObject } from './codec.ts';
import {
  integer,
  list,
  object,
  optional,
  pair,
  readMember,
  readObject,
  text,
  truth,
  withDefault,
  word,
} from './codec.ts';
import { JSON_LIMITS } from './line.ts';
import { answeredAddress } from './numbers.ts';
import { JsonPlace } from './place.ts';

const KINDS = ['ok', 'none', 'error', 'crash', 'skipped'] as const satisfies Outcome['is'][];
const CRASHES = ['oops', 'bug', 'hang'] as const;
const WARNINGS = ['range', 'default-redefined'] as const satisfies readonly Warning[];

const kind = word(KINDS, 'what came of it');
const errno = word(Object.keys(ERRNO) as Errno[], 'an error number by name');
const crash = word(CRASHES, 'kind of crash');

export const warnings: Codec<readonly Warning[]> = list(
  word(WARNINGS, 'a warning'),
  JSON_LIMITS.text,
  'warnings',
);

const event: Codec<Event> = object<Event>(
  {
    event: text('what happened'),
    bytes: integer(-UNLIMITED, UNLIMITED, 'bytes'),
    of: optional(text('what it happened to')),
    phys: optional(answeredAddress),
  },
  'an event',
);
export const events: Codec<readonly Event[]> = list(event, JSON_LIMITS.text, 'events');

const runValue = integer(0, 255, 'the value of a byte');
const runLength = integer(1, UNLIMITED, 'the length of a run');

const run = pair(runValue, runLength, 'a run: [value, count]');

const runs: Codec<Runs> = list(run, JSON_LIMITS.list, 'runs: [[value, count], …]');

const source = text('a source of memory');
const free = integer(0, UNLIMITED, 'what is free of it');

const count = pair(source, free, 'a count: [source, free]');

const census: Codec<Census> = list(count, JSON_LIMITS.list, 'counts: [[source, free], …]');

const piece = pair(answeredAddress, integer(0, UNLIMITED, 'bytes'), 'a piece: [address, bytes]');
const pieces: Codec<Pieces> = list(piece, JSON_LIMITS.list, 'pieces: [[address, bytes], …]');

const RESULTS: { readonly [F in ResultField]: Codec<unknown> } = {
  phys: answeredAddress,
  handle: answeredAddress,
  bytes: runs,
  address: answeredAddress,
  truth,
  pfn: integer(0, UNLIMITED, 'a page frame number'),
  census,
  entries: pieces,
  segments: pieces,
  length: integer(0, UNLIMITED, 'bytes'),
  count: integer(0, UNLIMITED, 'a number'),
};

const COMMON = ['is', 'warnings', 'events'] as const;

export function outcomeToJson(outcome: Outcome): JsonObject {
  const members: Record<string, Json> = { is: outcome.is };
  if (outcome.is === 'ok') {
    for (const [name, codec] of Object.entries(RESULTS) as [ResultField, Codec<unknown>][]) {
      if (outcome[name] !== undefined) members[name] = codec.write(outcome[name]);
    }
  } else if (outcome.is === 'error') members['errno'] = outcome.errno;
  else if (outcome.is === 'crash') {
    members['crash'] = outcome.crash;
    members['where'] = outcome.where;
  }
  const { warnings: warned = [], events: seen = [] } = outcome;
  if (warned.length > 0) members['warnings'] = warnings.write(warned);
  if (seen.length > 0) members['events'] = events.write(seen);
  return members;
}

/** The answer to an operation named `op`. @throws InputError */
export function outcomeFromJson(
  value: unknown,
  op: OpName,
  at = new JsonPlace('JSON', 0),
): Outcome {
  const { results } = rowOf(op);
  const own = ['errno', 'crash', 'where', ...Object.keys(RESULTS)];
  const members = readObject(value, at, [...COMMON, ...own], 'an outcome');
  const is = readMember(members, 'is', kind, at);
  const body = readBody(is, results);
  const names = [...COMMON, ...Object.keys(body)];
  readObject(value, at, names, `the outcome "${is}" of ${op}`);
  const outcome: Record<string, unknown> = { is };
  for (const [name, codec] of Object.entries(body)) {
    const found = readMember(members, name, codec, at);
    if (found !== undefined) outcome[name] = found;
  }
  const warned = readMember(members, 'warnings', withDefault(warnings, []), at);
  const seen = readMember(members, 'events', withDefault(events, []), at);
  if (warned.length > 0) outcome['warnings'] = warned;
  if (seen.length > 0) outcome['events'] = seen;
  return outcome as unknown as Outcome;
}

/** The members an outcome of this kind has besides the common ones. */
function readBody(
  is: Outcome['is'],
  results: readonly ResultField[],
): Readonly<Record<string, Codec<unknown>>> {
  if (is === 'error') return { errno: errno };
  if (is === 'crash') {
    return { crash: crash, where: text('where it crashed') };
  }
  if (is !== 'ok') return {};
  // A missing result is for the judge: what a subject cannot observe, it leaves out.
  const pairs = results.map((name) => [name, withDefault(RESULTS[name], undefined)] as const);
  return Object.fromEntries(pairs);
}
