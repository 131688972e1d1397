/**
 * Memory something hands out: where it is, how it is aligned, what is taken. All sources of memory
 * are one of these, so that "inside", "aligned", "disjoint" and "is there room" are said once.
 */
import type { Interval } from './system-ram.ts';

/** Bytes throughout. */
export interface Arena {
  /** What can be handed out; a run lies inside one part. Disjoint, ascending. */
  readonly parts: readonly Interval[];
  /** Alignment counts from here. */
  readonly origin: number;
  readonly taken: readonly Interval[];
}

/** A run of `length` bytes that starts at a multiple of `alignment` from the origin. */
export interface Wish {
  readonly alignment: number;
  readonly length: number;
}

/** Sorted, disjoint, not touching: the same bytes. */
export function union(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const one of intervals.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last === undefined || one[0] > last[1]) merged.push(one);
    else merged[merged.length - 1] = [last[0], Math.max(last[1], one[1])];
  }
  return merged;
}

/** What of the parts is in none of `holes`. */
export function without(parts: readonly Interval[], holes: readonly Interval[]): Interval[] {
  const gone = union(holes.filter(([start, end]) => start < end));
  const rest: Interval[] = [];
  for (const [from, to] of parts) {
    let at = from;
    for (const [start, end] of gone) {
      if (start >= to) break;
      if (end <= at) continue;
      if (at < start) rest.push([at, start]);
      at = Math.max(at, end);
    }
    if (at < to) rest.push([at, to]);
  }
  return rest;
}

export function total(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, [start, end]) => sum + end - start, 0);
}

export function isAligned(arena: Arena, wish: Wish, start: number): boolean {
  return Number.isInteger((start - arena.origin) / wish.alignment);
}

/** The part that holds the run, or undefined. */
export function partOf(arena: Arena, start: number, length: number): Interval | undefined {
  return arena.parts.find(([from, to]) => from <= start && start + length <= to);
}

/** First and last place in each free part where the wish fits. */
export function fits(arena: Arena, wish: Wish): readonly Interval[] {
  const { origin } = arena;
  const { alignment, length } = wish;
  const found: Interval[] = [];
  for (const [from, to] of without(arena.parts, arena.taken)) {
    const first = origin + Math.ceil((from - origin) / alignment) * alignment;
    const last = origin + Math.floor((to - length - origin) / alignment) * alignment;
    if (first <= last) found.push([first, last]);
  }
  return found;
}

/**
 * Is there a place for the wish where `test` holds? `test` changes only at the points of `edges`,
 * so the aligned places beside each of them stand for all.
 */
export function someFit(
  arena: Arena,
  wish: Wish,
  edges: readonly number[],
  test: (start: number) => boolean,
): boolean {
  const { alignment } = wish;
  return fits(arena, wish).some(([first, last]) => {
    const beside = edges.flatMap((edge) => {
      const down = first + Math.floor((edge - first) / alignment) * alignment;
      return [down - alignment, down, down + alignment];
    });
    return [first, last, ...beside].some((at) => first <= at && at <= last && test(at));
  });
}
