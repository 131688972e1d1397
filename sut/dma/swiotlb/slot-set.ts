/**
 * A set of slots of one segment: 128 bits in four words. All numbers here are places in a segment,
 * 0 to 128, so bit operators are exact.
 */
import { IO_TLB_SEGSIZE } from './constants.ts';

const WORDS = IO_TLB_SEGSIZE / 32;

export class SlotSet {
  readonly #words = new Int32Array(WORDS);

  /** The first member at or after `at`; 128: none. */
  nextIn(at: number): number {
    return this.#next(at, 0);
  }

  /** The first place at or after `at` that is no member; 128: none. */
  nextOut(at: number): number {
    return this.#next(at, -1);
  }

  /** The last member at or before `at` (below 128); -1: none. */
  lastIn(at: number): number {
    if (at < 0) return -1;
    let word = at >> 5;
    let bits = this.#words[word]! & (-1 >>> (31 - (at & 31)));
    while (bits === 0) {
      if (--word < 0) return -1;
      bits = this.#words[word]!;
    }
    return (word << 5) + 31 - Math.clz32(bits);
  }

  /** Puts `count` (>= 1) places from `at` on in. */
  add(at: number, count: number): void {
    const end = at + count;
    for (let word = at >> 5; word << 5 < end; word++) {
      this.#words[word]! |= maskOf(word << 5, at, end);
    }
  }

  /** Takes `count` (>= 1) places from `at` on out. */
  remove(at: number, count: number): void {
    const end = at + count;
    for (let word = at >> 5; word << 5 < end; word++) {
      this.#words[word]! &= ~maskOf(word << 5, at, end);
    }
  }

  /** The first set bit at or after `at`, of the words with `flip` applied. */
  #next(at: number, flip: 0 | -1): number {
    if (at >= IO_TLB_SEGSIZE) return IO_TLB_SEGSIZE;
    let word = at >> 5;
    let bits = (this.#words[word]! ^ flip) & (-1 << (at & 31));
    while (bits === 0) {
      if (++word === WORDS) return IO_TLB_SEGSIZE;
      bits = this.#words[word]! ^ flip;
    }
    return (word << 5) + 31 - Math.clz32(bits & -bits);
  }
}

/** The bits of [start, end) in the word that begins at `base`; at least one is. */
function maskOf(base: number, start: number, end: number): number {
  const low = start > base ? start - base : 0;
  const high = end - base < 32 ? end - base : 32;
  return (-1 << low) & (-1 >>> (32 - high));
}
