/**
 * The levels of a bitmap, and for every order an index of where a region of that order can be.
 * The design is explained in bitmap.ts.
 */
import { BitTree, bitsFrom, freeRuns, lowestSet, runOrders, WORD_BITS } from './first-zero.ts';

/** Orders a level serves: 2^0 .. 2^4 of its bits. 2^5 bits are one bit of the level above. */
const ORDERS_PER_LEVEL = 5;

export class RegionTree extends BitTree {
  /**
   * By order: one bit per word of the level that serves the order, set when the word has no free
   * run of it. Absent where the level has a single word, which is looked at directly.
   */
  readonly #runless: readonly BitTree[];
  /** By level: pages that one bit stands for, 32^level. */
  readonly #pagesPerBit: readonly number[];

  constructor(length: number) {
    super(length, 1);
    const runless: BitTree[] = [];
    const pagesPerBit: number[] = [];
    for (let level = 0; level < this.depth; level++) {
      pagesPerBit.push(WORD_BITS ** level);
      const words = this.wordCount(level);
      for (let r = 0; r < ORDERS_PER_LEVEL && words > 1; r++) runless.push(new BitTree(words, 0));
    }
    this.#runless = runless;
    this.#pagesPerBit = pagesPerBit;
  }

  /**
   * Lowest multiple p of 2^order (order in 0..31) with pages p .. p + 2^order - 1 clear. Pages at
   * or beyond `length` count as clear, so an answer may reach beyond the end: then none fits.
   */
  leftmostRegion(order: number): number {
    const level = Math.floor(order / ORDERS_PER_LEVEL);
    if (level >= this.depth) return this.length;
    const index = this.#runless[order]?.first() ?? 0;
    if (index >= this.wordCount(level)) return this.length;
    const run = lowestSet(freeRuns(this.word(level, index), order % ORDERS_PER_LEVEL));
    return (index * WORD_BITS + run) * this.#pagesPerBit[level]!;
  }

  /** Smallest clear position at or after `from` (0..length-1); `length` or more for none. */
  nextFree(from: number): number {
    let index = Math.floor(from / WORD_BITS);
    let free = bitsFrom(freeRuns(this.word(0, index), 0), from % WORD_BITS);
    if (free === 0) {
      // Order 0 of level 0: bit set = no free page in this word.
      index = this.#runless[0]?.next(index + 1) ?? this.length;
      if (index >= this.wordCount(0)) return this.length;
      free = freeRuns(this.word(0, index), 0);
    }
    return index * WORD_BITS + lowestSet(free);
  }

  protected override wordChanged(level: number, index: number, was: number, now: number): void {
    const base = level * ORDERS_PER_LEVEL;
    const before = runOrders(was);
    const after = runOrders(now);
    for (let r = after; r < before; r++) this.#runless[base + r]?.writeBit(index, true);
    for (let r = before; r < after; r++) this.#runless[base + r]?.writeBit(index, false);
  }

  protected override wordsFilled(level: number, from: number, to: number, value: boolean): void {
    const base = level * ORDERS_PER_LEVEL;
    for (let r = 0; r < ORDERS_PER_LEVEL; r++) this.#runless[base + r]?.write(0, from, to, value);
  }
}
