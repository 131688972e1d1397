// Goal: the arithmetic of runs, on which every law of memory stands, is right. Method: all small
// cases, byte by byte, beside what model/judge/arena.ts answers.
import { describe, expect, it } from 'vitest';
import type { Arena, Wish } from '../../model/judge/arena.ts';
import { fits, partOf, someFit, total, union, without } from '../../model/judge/arena.ts';

type Interval = readonly [start: number, end: number];

const BYTES = 5;
const upTo = (end: number) => Array.from({ length: end }, (_, i) => i);
const ALL_INTERVALS: readonly Interval[] = upTo(BYTES + 1).flatMap((start) =>
  upTo(BYTES + 1 - start).map((length): Interval => [start, start + length]),
);
const INTERVALS = ALL_INTERVALS.filter(([start, end]) => start < end);

/** Each byte is in no part, starts one, or goes on with the one before: parts may touch. */
const PARTS: readonly (readonly Interval[])[] = upTo(BYTES).reduce(
  (lists: readonly (readonly Interval[])[], at) =>
    lists.flatMap((parts) => {
      const last = parts.at(-1);
      const begun = [...parts, [at, at + 1] as const];
      if (last?.[1] !== at) return [parts, begun];
      return [parts, begun, [...parts.slice(0, -1), [last[0], at + 1] as const]];
    }),
  [[]],
);

const holds = (intervals: readonly Interval[], byte: number) =>
  intervals.some(([start, end]) => start <= byte && byte < end);

/** The part of a byte, or undefined. */
const ownerIn = (parts: readonly Interval[]) => (byte: number) =>
  parts.find((part) => holds([part], byte));

/** Maximal runs of bytes that pass, in `[from, to)`. */
function runs([from, to]: Interval, passes: (byte: number) => boolean): Interval[] {
  const found: Interval[] = [];
  for (let at = from; at < to; at++) {
    if (!passes(at)) continue;
    const start = at;
    while (at < to && passes(at)) at += 1;
    found.push([start, at]);
  }
  return found;
}

/** Every place where the wish fits. */
function places({ parts, origin, taken }: Arena, { alignment, length }: Wish): number[] {
  return upTo(BYTES).filter(
    (start) =>
      parts.some(([from, to]) => from <= start && start + length <= to) &&
      (start - origin) % alignment === 0 &&
      upTo(length).every((i) => !holds(taken, start + i)),
  );
}

const WISHES: readonly Wish[] = [1, 2, 3, 4].flatMap((alignment) =>
  [1, 2, 3, 4].map((length) => ({ alignment, length })),
);

describe('arenas, byte by byte', () => {
  it('a union is sorted, disjoint, not touching, and the same bytes', () => {
    for (const a of INTERVALS) {
      for (const b of INTERVALS) {
        for (const c of INTERVALS) {
          const wanted = runs([0, BYTES], (byte) => holds([a, b, c], byte));
          if (String(union([a, b, c])) !== String(wanted)) expect([a, b, c]).toEqual(wanted);
        }
      }
    }
    expect([union([]), INTERVALS.length]).toEqual([[], 15]);
  });

  it('what is without holes is what is in none of them, part by part', () => {
    for (const parts of PARTS) {
      for (const a of ALL_INTERVALS) {
        for (const b of ALL_INTERVALS) {
          const wanted = parts.flatMap((part) => runs(part, (byte) => !holds([a, b], byte)));
          const found = without(parts, [a, b]);
          if (String(found) !== String(wanted)) expect([parts, a, b, found]).toEqual(wanted);
          const bytes = upTo(BYTES).filter((byte) => holds(wanted, byte)).length;
          if (total(found) !== bytes) expect([found, bytes]).toBeNull();
        }
      }
    }
    expect(PARTS.length).toBe(89);
  });

  it('a wish fits from the first place to the last, in steps of the alignment', () => {
    for (const arena of arenas([[], ...INTERVALS.map((one) => [one])])) {
      for (const wish of WISHES) {
        const found = fits(arena, wish).flatMap(([first, last]) =>
          upTo((last - first) / wish.alignment + 1).map((i) => first + i * wish.alignment),
        );
        if (String(found) !== String(places(arena, wish))) {
          expect([arena, wish, found]).toEqual(places(arena, wish));
        }
      }
    }
  });

  it('some place passes a test iff one beside its edges does', () => {
    for (const arena of arenas([[]])) {
      for (const wish of WISHES) {
        const all = places(arena, wish);
        for (const [from, to] of ALL_INTERVALS) {
          const within = (at: number) => from <= at && at < to;
          const outside = (at: number) => !within(at);
          for (const test of [within, outside]) {
            const found = someFit(arena, wish, [from, to], test);
            if (found !== all.some(test)) expect([arena, wish, from, to, found]).toBeNull();
          }
        }
      }
    }
  });

  it('a run lies in the one part that holds all of it', () => {
    for (const parts of PARTS) {
      for (const [start, end] of INTERVALS) {
        const arena = { parts, origin: 0, taken: [] };
        const owners = new Set(upTo(BYTES).slice(start, end).map(ownerIn(parts)));
        const holder = owners.size === 1 ? [...owners][0] : undefined;
        expect(partOf(arena, start, end - start)).toBe(holder);
      }
    }
  });
});

/** All parts and origins, with each of these taken. */
function* arenas(taken: readonly (readonly Interval[])[]): Generator<Arena> {
  for (const parts of PARTS) {
    for (const origin of [-2, -1, 0, 1, 2]) {
      for (const one of taken) yield { parts, origin, taken: one };
    }
  }
}
