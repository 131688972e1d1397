/**
 * A codec is both directions of one JSON form. Reading checks everything and refuses with the
 * place; writing trusts its argument, except for numbers JSON cannot hold.
 */
import { JSON_LIMITS } from './line.ts';
import type { JsonPlace } from './place.ts';

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

export type JsonObject = { readonly [key: string]: Json };

export interface Codec<T> {
  write(value: T): Json;
  /** @throws InputError naming the place. */
  read(value: unknown, at: JsonPlace): T;
  /** Present: the member may be left out and means this. */
  readonly absent?: { readonly value: T };
}

/** The same form; as a member it may be left out. It is written nevertheless. */
export function withDefault<T>(codec: Codec<T>, value: T): Codec<T> {
  return { ...codec, absent: { value } };
}

/** The same form; as a member of an object it may be left out, and then it is. */
export function optional<T>(codec: Codec<T>): Codec<T | undefined> {
  return withDefault(codec as Codec<T | undefined>, undefined);
}

/** A JSON number: an integer in [min, max]. */
export function integer(min: number, max: number, what: string): Codec<number> {
  return {
    write(value) {
      // JSON.stringify would turn an infinity into null.
      if (!Number.isSafeInteger(value)) throw new RangeError(`${what}: no integer: ${value}`);
      return value;
    },
    read(value, at: JsonPlace) {
      const isInteger = typeof value === 'number' && Number.isSafeInteger(value);
      if (!isInteger || value < min || value > max) {
        at.failOn(value, `${what} (a number, ${min} to ${max})`);
      }
      // "-0" is a JSON number; it must not become a second zero.
      return value + 0;
    },
  };
}

export const truth: Codec<boolean> = {
  write: (value) => value,
  read: (value, at) => (typeof value === 'boolean' ? value : at.failOn(value, 'true or false')),
};

/** A string of bounded length. */
export function text(what: string): Codec<string> {
  return {
    write: (value) => value,
    read(value, at: JsonPlace) {
      if (typeof value !== 'string') at.failOn(value, what);
      if (value.length > JSON_LIMITS.text) {
        at.fail(`${value.length} characters`, `${what} of up to ${JSON_LIMITS.text}`);
      }
      return value;
    },
  };
}

/** One of a few words. */
export function word<T extends string>(words: readonly T[], what: string): Codec<T> {
  return {
    write: (value) => value,
    read(value, at: JsonPlace) {
      const found = words.find((candidate) => candidate === value);
      if (found !== undefined) return found;
      const expected = `${what}: one of ${words.join(', ')}`;
      if (typeof value !== 'string') at.failOn(value, expected);
      return at.failNear(value, expected, words);
    },
  };
}

export function nullable<T>(codec: Codec<T>): Codec<T | null> {
  return {
    write: (value) => (value === null ? null : codec.write(value)),
    read: (value, at) => (value === null ? null : codec.read(value, at)),
  };
}

export function list<T>(item: Codec<T>, max: number, what: string): Codec<readonly T[]> {
  return {
    write: (values) => values.map((value) => item.write(value)),
    read(value, at: JsonPlace) {
      if (!Array.isArray(value)) at.failOn(value, `a list of ${what}`);
      if (value.length > max) at.fail(`${value.length} items`, `up to ${max} ${what}`);
      return value.map((entry: unknown, index) => item.read(entry, at.at(index)));
    },
  };
}

/** A list of two. */
export function pair<A, B>(
  first: Codec<A>,
  second: Codec<B>,
  what: string,
): Codec<readonly [A, B]> {
  return {
    write: ([a, b]) => [first.write(a), second.write(b)],
    read(value, at: JsonPlace) {
      if (!Array.isArray(value) || value.length !== 2) at.failOn(value, what);
      return [first.read(value[0], at.at(0)), second.read(value[1], at.at(1))];
    },
  };
}

/** The members of a JSON object, none but `names`. */
export function readObject(
  value: unknown,
  at: JsonPlace,
  names: readonly string[],
  what: string,
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) at.failOn(value, what);
  for (const name of Object.keys(value)) {
    if (!names.includes(name)) at.failNear(name, `one of ${names.join(', ')}`, names);
  }
  return value as Readonly<Record<string, unknown>>;
}

/** A member of an object, or its default. */
export function readMember<T>(
  members: Readonly<Record<string, unknown>>,
  name: string,
  codec: Codec<T>,
  at: JsonPlace,
): T {
  if (Object.hasOwn(members, name)) return codec.read(members[name], at.at(name));
  if (codec.absent !== undefined) return codec.absent.value;
  return at.fail(`no "${name}"`, `the members ${name}, …`);
}

/** An object with one codec per member; every member that is not undefined is written. */
export function object<T extends object>(
  members: { readonly [K in keyof T]-?: Codec<T[K]> | Codec<T[K] | undefined> },
  what: string,
): Codec<T> {
  const names = Object.keys(members) as (keyof T & string)[];
  const codecs = members as Readonly<Record<string, Codec<unknown>>>;
  return {
    write(value) {
      const present = names.filter((name) => value[name] !== undefined);
      return Object.fromEntries(present.map((name) => [name, codecs[name]!.write(value[name])]));
    },
    read(value, at: JsonPlace) {
      const found = readObject(value, at, names, what);
      const pairs = names.map(
        (name) => [name, readMember(found, name, codecs[name]!, at)] as const,
      );
      return Object.fromEntries(pairs.filter(([, member]) => member !== undefined)) as T;
    },
  };
}
