/**
 * The JSON form of an operation, derived from the operation table:
 * `{"op":"alloc_coherent","out":"h0","device":"d0","size":8192}`. Members that have their default
 * are left out.
 */
import type { Machine } from '../machine.ts';
import { UNLIMITED } from '../numbers.ts';
import type { Field, Op, OpName, Spans } from '../operations.ts';
import { OP_NAMES, rowOf } from '../operations.ts';
import type { Codec, JsonObject } from './codec.ts';
import { integer, list, pair, readMember, readObject, withDefault, word } from './codec.ts';
import { label } from './label.ts';
import { JSON_LIMITS } from './line.ts';
import { named } from './machine.ts';
import { address } from './numbers.ts';
import { JsonPlace } from './place.ts';

const opName = word(OP_NAMES, 'an operation');

export function opToJson(op: Op, machine: Machine): JsonObject {
  const row = rowOf(op.op);
  const values = op as unknown as Readonly<Record<string, unknown>>;
  const members: Record<string, JsonObject[string]> = { op: op.op };
  if (row.returns !== undefined) {
    members['out'] = label(row.returns).write(values['out'] as number);
  }
  for (const field of row.fields) {
    const value = values[field.name];
    if (!isDefault(value, field)) members[field.name] = fieldCodec(field, machine).write(value);
  }
  return members;
}

/** Members besides the operation's own, as a trace line has them, go into `extra`. */
export function opFromJson(
  value: unknown,
  machine: Machine,
  at = new JsonPlace('JSON', 0),
  extra: readonly string[] = [],
): Op {
  const name = readName(value, at);
  const row = rowOf(name);
  const { returns } = row;
  const out = returns === undefined ? [] : ['out'];
  const names = ['op', ...out, ...row.fields.map((field) => field.name), ...extra];
  const members = readObject(value, at, names, 'an operation');
  const op: Record<string, unknown> = { op: name };
  if (returns !== undefined) op['out'] = readMember(members, 'out', label(returns), at);
  for (const field of row.fields) {
    op[field.name] = readMember(members, field.name, fieldCodec(field, machine), at);
  }
  return op as unknown as Op;
}

function readName(value: unknown, at: JsonPlace): OpName {
  if (typeof value !== 'object' || value === null) at.failOn(value, 'an operation');
  return readMember(value as Readonly<Record<string, unknown>>, 'op', opName, at);
}

function isDefault(value: unknown, field: Field): boolean {
  return Array.isArray(value) ? value.length === 0 : value === field.default;
}

function fieldCodec(field: Field, machine: Machine): Codec<unknown> {
  const codec = requiredCodec(field, machine);
  return field.default === undefined ? codec : withDefault(codec, field.default);
}

function requiredCodec(field: Field, machine: Machine): Codec<unknown> {
  // A minimum below 0 only makes room for the default that stands for "left out".
  const min = Math.max(field.min ?? 0, 0);
  const choices = field.choices ?? [];
  switch (field.type) {
    case 'device':
      return named(machine.devices, 'a device of the machine');
    case 'region':
      return named(machine.regions, 'a region of the machine');
    case 'buffer':
    case 'table':
    case 'mapping':
      return label(field.type);
    case 'spans':
      return spans;
    case 'address':
      return address;
    case 'bytes':
    case 'count':
      return integer(min, UNLIMITED, field.doc);
    case 'bits':
      return integer(min, 64, field.doc);
    case 'byte':
      return integer(min, 255, field.doc);
    case 'choice':
      return word(choices, field.name);
    case 'flags':
      return flags(choices, field.name);
  }
}

const spans: Codec<Spans> = list(
  pair(integer(0, UNLIMITED, 'the first'), integer(1, UNLIMITED, 'how many'), 'a run'),
  JSON_LIMITS.list,
  'runs: [[first, how many], …]',
);

/** A set: in any order and with repetitions in, in the order of the table out. */
function flags(choices: readonly string[], what: string): Codec<readonly string[]> {
  const words = list(word(choices, what), 64, what);
  return {
    write: words.write,
    read(value, at: JsonPlace) {
      const picked = words.read(value, at);
      return choices.filter((choice) => picked.includes(choice));
    },
  };
}
