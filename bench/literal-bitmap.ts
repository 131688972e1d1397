/**
 * The kernel's region search as it is written, on 32-bit words: step by 2^order, test every word of
 * the candidate (include/linux/bitmap.h:bitmap_find_free_region). The baseline of the pool bench.
 */
import { bitsFrom, lowBits, lowestSet, WORD_BITS } from '../sut/lib/first-zero.ts';

export class LiteralBitmap {
  readonly #words: Int32Array;
  readonly #length: number;

  constructor(length: number) {
    this.#length = length;
    this.#words = new Int32Array(Math.ceil(length / WORD_BITS));
  }

  alloc(order: number): number {
    const size = 2 ** order;
    for (let pos = 0; pos + size <= this.#length; pos += size) {
      if (this.#nextSet(pos, pos + size) < pos + size) continue;
      this.#add(pos, size, 1);
      return pos;
    }
    return -1;
  }

  free(pos: number, order: number): void {
    this.#add(pos, 2 ** order, -1);
  }

  /** Takes a free page. */
  take(page: number): void {
    this.#add(page, 1, 1);
  }

  #nextSet(start: number, end: number): number {
    let index = Math.floor(start / WORD_BITS);
    let word = bitsFrom(this.#words[index]!, start % WORD_BITS);
    while (word === 0) {
      index++;
      if (index * WORD_BITS >= end) return end;
      word = this.#words[index]!;
    }
    return Math.min(end, index * WORD_BITS + lowestSet(word));
  }

  /** Adding the mask of clear bits sets them, subtracting that of set bits clears them. */
  #add(start: number, nr: number, sign: 1 | -1): void {
    for (let at = start; at < start + nr; ) {
      const index = Math.floor(at / WORD_BITS);
      const stop = Math.min(start + nr, (index + 1) * WORD_BITS);
      const mask = bitsFrom(lowBits(stop - index * WORD_BITS), at % WORD_BITS);
      this.#words[index] = this.#words[index]! + sign * mask;
      at = stop;
    }
  }
}
