/**
 * The levels of a bitmap, and for every order an index of where a region of that order can be.
 * The design is explained in bitmap.ts.
 */
import { BitTree, bitsFrom, freeRuns, lowestSet, runOrders, WORD_BITS } from './first-zero.ts';
import { RunTree } from './run-tree.ts';

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
  /** Made when it is first asked. */
  #runs: RunTree | null = null;

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

  /**
   * Lowest multiple p >= `from` (0..length-1) of 2^order (at most length) with the pages from p to
   * p + 2^order - 1 clear; an answer may reach beyond the end, as above.
   */
  nextRegion(order: number, from: number): number {
    const level = Math.floor(order / ORDERS_PER_LEVEL);
    // May be beyond the level: what is read there ends up beyond `length`, too.
    const bit = Math.ceil(from / this.#pagesPerBit[level]!);
    const r = order % ORDERS_PER_LEVEL;
    let index = Math.floor(bit / WORD_BITS);
    let runs = bitsFrom(freeRuns(this.word(level, index), r), bit % WORD_BITS);
    if (runs === 0) {
      index = this.#runless[order]?.next(index + 1) ?? this.length;
      if (index >= this.wordCount(level)) return this.length;
      runs = freeRuns(this.word(level, index), r);
    }
    return (index * WORD_BITS + lowestSet(runs)) * this.#pagesPerBit[level]!;
  }

  /** Lowest position >= `from` (below length) of `nr` clear bits; `length` or more for none. */
  nextRun(nr: number, from: number): number {
    this.#runs ??= new RunTree(this.wordCount(0), (index) => this.word(0, index));
    return this.#runs.next(nr, from);
  }

  protected override wordChanged(level: number, index: number, was: number, now: number): void {
    if (level === 0) this.#runs?.changed(index, index + 1);
    const base = level * ORDERS_PER_LEVEL;
    const before = runOrders(was);
    const after = runOrders(now);
    for (let r = after; r < before; r++) this.#runless[base + r]?.writeBit(index, true);
    for (let r = before; r < after; r++) this.#runless[base + r]?.writeBit(index, false);
  }

  protected override wordsFilled(level: number, from: number, to: number, value: boolean): void {
    if (level === 0) this.#runs?.changed(from, to);
    const base = level * ORDERS_PER_LEVEL;
    for (let r = 0; r < ORDERS_PER_LEVEL; r++) this.#runless[base + r]?.write(0, from, to, value);
  }
}
