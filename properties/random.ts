/** Integers from one explicit generator; no clock, no floating probability. */
import type { Random } from 'fast-check';

export type { Random };

/** A value with its share of the draws. */
export type Weighted<T> = readonly (readonly [value: T, weight: number])[];

/** An integer of [min, max]. */
export function between(random: Random, min: number, max: number): number {
  return random.nextInt(min, max);
}

/** True `of` times out of `outOf`. */
export function chance(random: Random, of: number, outOf: number): boolean {
  return random.nextInt(1, outOf) <= of;
}

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.nextInt(0, items.length - 1)]!;
}

/** A value, as often as its weight says. The weights need not add up to anything. */
export function weighted<T>(random: Random, table: Weighted<T>): T {
  let total = 0;
  for (const entry of table) total += entry[1];
  let at = random.nextInt(1, total);
  for (const entry of table) {
    at -= entry[1];
    if (at <= 0) return entry[0];
  }
  throw new RangeError('an empty table has nothing to draw');
}
