/** Integers from one explicit generator; no clock, no floating probability. */
import type { Random as Source } from 'fast-check';

/** Values of one draw of the source: 2^30, so that all arithmetic stays in small integers. */
const SPAN = 2 ** 30;
/** What is left of a draw is used while it is this many times as large as the choice. */
const MARGIN = 2 ** 10;

/**
 * Many small choices out of few draws: a draw is a number below 2^30, a choice among n takes its
 * remainder and leaves its quotient. A choice is off the exact ratio by less than one in a
 * thousand, which no label floor can tell.
 */
export class Random {
  readonly #source: Source;
  #left = 0;
  #span = 1;

  constructor(source: Source) {
    this.#source = source;
  }

  /** An integer of [0, count). */
  below(count: number): number {
    if (count * MARGIN > SPAN) return this.#source.nextInt(0, count - 1);
    if (count * MARGIN > this.#span) {
      this.#left = this.#source.nextInt(0, SPAN - 1);
      this.#span = SPAN;
    }
    const value = this.#left % count;
    this.#left = (this.#left - value) / count;
    this.#span = Math.floor(this.#span / count);
    return value;
  }
}

/** A value with its share of the draws. */
export type Weighted<T> = readonly (readonly [value: T, weight: number])[];

/** An integer of [min, max]. */
export function between(random: Random, min: number, max: number): number {
  return min + random.below(max - min + 1);
}

/** True `of` times out of `outOf`. */
export function chance(random: Random, of: number, outOf: number): boolean {
  return random.below(outOf) < of;
}

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.below(items.length)]!;
}

/** A value, as often as its weight says. The weights need not add up to anything. */
export function weighted<T>(random: Random, table: Weighted<T>): T {
  let total = 0;
  for (const entry of table) total += entry[1];
  let at = random.below(total);
  for (const entry of table) {
    at -= entry[1];
    if (at < 0) return entry[0];
  }
  throw new RangeError('an empty table has nothing to draw');
}

/** Any order, in place. */
export function shuffle<T>(random: Random, items: T[]): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = between(random, 0, i);
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
}
