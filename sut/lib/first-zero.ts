/**
 * Words of 32 bits, and trees of words that find the next 0 (or the next 1) in log32(n) steps.
 *
 * Level 0 of a tree is the bits themselves. One rule makes every level above it: *a summary bit
 * has the sought value exactly when its word holds the sought value somewhere.* A tree that seeks
 * ones is the usual "any bit set" summary; a tree that seeks zeros marks full words. Either way an
 * all-zero array is a correct tree over all-zero bits, so creating one is a single calloc.
 *
 * The last word of a level has padding, which is always 0. A search for zeros may run into it, but
 * only after everything real: such a hit means "none". The top level has one bit.
 *
 * JavaScript's 32-bit operators are allowed in this file, bitmap.ts and run-tree.ts only: positions
 * are below 2^31, and words are signed 32-bit numbers (Int32Array), so -1 is a full one.
 */

export const WORD_BITS = 32;

/** Word whose 32 bits are all set. */
export const FULL = -1;

/** Mask of the `count` lowest bits of a word: none for 0 or less, all for 32 or more. */
export function lowBits(count: number): number {
  if (count <= 0) return 0;
  // A shift by 32 is a shift by 0 in JavaScript (trap F-T3).
  return count >= WORD_BITS ? FULL : ~(-1 << count);
}

/** The word without its bits below `bit` (0..31). */
export function bitsFrom(word: number, bit: number): number {
  return word & (-1 << bit);
}

/** Position of the lowest set bit; 32 when there is none. */
export function lowestSet(word: number): number {
  return WORD_BITS - Math.clz32(~word & (word - 1));
}

/** Number of set bits. Source: lib/hweight.c:__sw_hweight32. */
export function popcount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Free runs of 2^r bits (r in 0..4) at multiples of 2^r: one bit where each of them begins. */
export function freeRuns(word: number, r: number): number {
  let runs = ~word;
  if (r > 0) runs &= (runs >>> 1) & 0x55555555;
  if (r > 1) runs &= (runs >>> 2) & 0x11111111;
  if (r > 2) runs &= (runs >>> 4) & 0x01010101;
  if (r > 3) runs &= (runs >>> 8) & 0x00010001;
  return runs;
}

/** Lowest position of `nr` (>= 1) clear bits in the word; 32 when there are none. */
export function clearRun(word: number, nr: number): number {
  if (nr > WORD_BITS) return WORD_BITS;
  let runs = ~word;
  // Bit set: `have` clear bits begin here.
  for (let have = 1; have < nr; ) {
    const more = Math.min(have, nr - have);
    runs &= runs >>> more;
    have += more;
  }
  return lowestSet(runs);
}

/** How many r in 0..4 have a free run: a word with a run of 2^r has one of every smaller size. */
export function runOrders(word: number): number {
  if (word === FULL) return 0;
  if (freeRuns(word, 1) === 0) return 1;
  if (freeRuns(word, 2) === 0) return 2;
  if (freeRuns(word, 3) === 0) return 3;
  return freeRuns(word, 4) === 0 ? 4 : 5;
}

export class BitTree {
  readonly length: number;
  /** Levels 0..depth-1. */
  readonly depth: number;
  /** All levels, one after the other. */
  readonly #words: Int32Array;
  /** Where each level begins in #words, and its number of bits. */
  readonly #starts: readonly number[];
  readonly #sizes: readonly number[];
  readonly #seeksOnes: boolean;
  /** The word that holds no sought bit; XOR with it turns sought bits into ones. */
  readonly #barren: number;

  /** `length` bits (0..2^31-1), all zero. */
  constructor(length: number, sought: 0 | 1) {
    const starts: number[] = [];
    const sizes: number[] = [];
    let words = 0;
    for (let bits = length; ; bits = Math.ceil(bits / WORD_BITS)) {
      starts.push(words);
      sizes.push(bits);
      words += Math.ceil(bits / WORD_BITS);
      if (bits <= 1) break;
    }
    this.length = length;
    this.depth = sizes.length;
    this.#words = new Int32Array(Math.max(words, 1));
    this.#starts = starts;
    this.#sizes = sizes;
    this.#seeksOnes = sought === 1;
    this.#barren = sought === 1 ? 0 : FULL;
  }

  /** Word `index` of a level. */
  word(level: number, index: number): number {
    return this.#words[this.#starts[level]! + index]!;
  }

  /** Number of words of a level. */
  wordCount(level: number): number {
    return Math.ceil(this.#sizes[level]! / WORD_BITS);
  }

  /** Smallest sought position; `length` when there is none. */
  first(): number {
    const top = this.depth - 1;
    return this.#descend(top, lowestSet(this.word(top, 0) ^ this.#barren));
  }

  /** Smallest sought position at or after `from` (0..2^31-1); `length` when there is none. */
  next(from: number): number {
    let at = from;
    for (let level = 0; level < this.depth; level++) {
      if (at >= this.#sizes[level]!) break;
      const index = at >>> 5;
      const hits = bitsFrom(this.word(level, index) ^ this.#barren, at & 31);
      if (hits !== 0) return this.#descend(level, index * WORD_BITS + lowestSet(hits));
      at = index + 1;
    }
    return this.length;
  }

  /** The lowest sought position below bit `at` of `level`. */
  #descend(level: number, at: number): number {
    let below = level;
    let position = at;
    while (position < this.#sizes[below]!) {
      if (below === 0) return position;
      below--;
      position = position * WORD_BITS + lowestSet(this.word(below, position) ^ this.#barren);
    }
    // Ran into padding.
    return this.length;
  }

  /** Gives the bits [from, to) of a level one value, and the levels above what follows from it. */
  write(level: number, from: number, to: number, value: boolean): void {
    const head = Math.min(to, Math.ceil(from / WORD_BITS) * WORD_BITS);
    const tail = Math.max(head, to - (to % WORD_BITS));
    if (from < head) this.#writePart(level, from, head, value);
    if (head < tail) this.#writeWhole(level, head / WORD_BITS, tail / WORD_BITS, value);
    if (tail < to) this.#writePart(level, tail, to, value);
  }

  /** Gives one bit of level 0 a value. */
  writeBit(position: number, value: boolean): void {
    this.#writePart(0, position, position + 1, value);
  }

  /** Bits [from, to) of a single word. */
  #writePart(level: number, from: number, to: number, value: boolean): void {
    const index = from >>> 5;
    const mask = bitsFrom(lowBits(to - index * WORD_BITS), from & 31);
    const was = this.word(level, index);
    this.put(level, index, value ? was | mask : was & ~mask);
  }

  /** Whole words [from, to). Their summary bits are known without looking: `value`. */
  #writeWhole(level: number, from: number, to: number, value: boolean): void {
    const start = this.#starts[level]!;
    this.#words.fill(value ? FULL : 0, start + from, start + to);
    this.wordsFilled(level, from, to, value);
    if (level + 1 < this.depth) this.write(level + 1, from, to, value);
  }

  /** Replaces one word; goes up only if it gained its first or lost its last sought bit. */
  put(level: number, index: number, now: number): void {
    const at = this.#starts[level]! + index;
    const was = this.#words[at]!;
    if (now === was) return;
    this.#words[at] = now;
    this.wordChanged(level, index, was, now);
    const holds = now !== this.#barren;
    if (holds === (was !== this.#barren) || level + 1 === this.depth) return;
    this.#writePart(level + 1, index, index + 1, holds === this.#seeksOnes);
  }

  /** For subclasses: word `index` of `level` changed. */
  protected wordChanged(_level: number, _index: number, _was: number, _now: number): void {}

  /** For subclasses: words [from, to) of `level` became full (`value`) or empty. */
  protected wordsFilled(_level: number, _from: number, _to: number, _value: boolean): void {}
}
