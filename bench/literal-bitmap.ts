/**
 * The kernel's searches as they are written, on 32-bit words: for a region, step by 2^order and
 * test every word of the candidate (include/linux/bitmap.h:bitmap_find_free_region); for an area,
 * next clear bit, alignment, next set bit, and again (lib/bitmap.c:bitmap_find_next_zero_area_off).
 * The baseline of the pool and search benches.
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
      if (this.nextSet(pos, pos + size) < pos + size) continue;
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

  /** Smallest i >= start with (i + off) a multiple of mask + 1 and `nr` clear bits from i on. */
  area(start: number, nr: number, mask: number, off: number): number {
    for (let from = start; ; ) {
      const clear = this.#nextClear(from) + off;
      const index = Math.ceil(clear / (mask + 1)) * (mask + 1) - off;
      if (index + nr > this.#length) return index + nr;
      const taken = this.nextSet(index, index + nr);
      if (taken >= index + nr) return index;
      from = taken + 1;
    }
  }

  #nextClear(start: number): number {
    if (start >= this.#length) return this.#length;
    let index = Math.floor(start / WORD_BITS);
    let word = bitsFrom(clearBits(this.#words[index]!), start % WORD_BITS);
    while (word === 0) {
      index++;
      if (index * WORD_BITS >= this.#length) return this.#length;
      word = clearBits(this.#words[index]!);
    }
    return Math.min(this.#length, index * WORD_BITS + lowestSet(word));
  }

  /** Takes clear bits. */
  setRange(start: number, nr: number): void {
    this.#add(start, nr, 1);
  }

  /** Gives taken bits back. */
  clearRange(start: number, nr: number): void {
    this.#add(start, nr, -1);
  }

  /** Smallest set bit in [start, end), start < end <= length; else `end`. */
  nextSet(start: number, end: number): number {
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

/** -1 - x is the complement of x. */
const clearBits = (word: number) => -1 - word;
