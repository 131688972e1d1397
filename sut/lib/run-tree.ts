/**
 * Where runs of any number of clear bits are, however they are aligned.
 *
 * Bits come in blocks of 256. Of each block, and of each pair, each four, … of neighbours up to
 * all of them, three numbers are kept: how many clear bits it begins with, how many it ends with,
 * and the longest run inside. They are a binary tree in an array: node 1 is everything, nodes 2k
 * and 2k + 1 are the halves of node k. A run of `nr` bits lies in a block, or across the middle of
 * a node (end of the left half, beginning of the right one), so the leftmost one is found in
 * log2(blocks) steps and a look at two blocks.
 *
 * The tree is made when it is first asked for, so that maps nobody asks pay nothing. The block that
 * changed last is not counted again before another one changes, or a question comes.
 *
 * Positions are below 2^31. Bits behind the end of the map count as clear up to the next multiple
 * of 32, and as taken from there on.
 */
import { clearRun, lowBits, lowestSet, WORD_BITS } from './first-zero.ts';

/** Words of a block. */
const BLOCK_WORDS = 8;
const BLOCK_BITS = BLOCK_WORDS * WORD_BITS;

/** Reads word `index` of the map. */
type ReadWord = (index: number) => number;

export class RunTree {
  readonly #word: ReadWord;
  /** Words of the map. */
  readonly #words: number;
  /** Node of the first block: a power of two. */
  readonly #leaves: number;
  /** By node. */
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  readonly #longest: Int32Array;
  /** The block whose numbers may be old; -1: none. */
  #stale = -1;

  constructor(words: number, word: ReadWord) {
    this.#word = word;
    this.#words = words;
    const blocks = Math.ceil(words / BLOCK_WORDS);
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(1, blocks)));
    this.#first = new Int32Array(2 * this.#leaves);
    this.#last = new Int32Array(2 * this.#leaves);
    this.#longest = new Int32Array(2 * this.#leaves);
    this.#count(0, blocks - 1);
  }

  /** Words [from, to) of the map changed. */
  changed(from: number, to: number): void {
    const block = Math.floor(from / BLOCK_WORDS);
    const lastBlock = Math.floor((to - 1) / BLOCK_WORDS);
    if (block === lastBlock && block === this.#stale) return;
    this.#refresh();
    if (block === lastBlock) this.#stale = block;
    else this.#count(block, lastBlock);
  }

  /**
   * Lowest position at or after `from` (below the end of the map) where `nr` (>= 1) clear bits
   * begin; the end of the last word for none.
   */
  next(nr: number, from: number): number {
    this.#refresh();
    const block = Math.floor(from / BLOCK_BITS);
    const inside = this.#inBlock(block, nr, from);
    if (inside >= 0) return inside;
    // Clear bits before the node that is looked at.
    let before = -1 - inside;
    let node = this.#leaves + block + 1;
    for (let height = 0; node !== (2 * this.#leaves) >> height; node++) {
      // The parent of a left half begins at the same place.
      for (; node % 2 === 0; height++) node /= 2;
      const bits = BLOCK_BITS << height;
      const start = (node - (this.#leaves >> height)) * bits;
      if (before + this.#first[node]! >= nr) return start - before;
      if (this.#longest[node]! >= nr) return this.#inNode(node, start, bits, nr);
      before = this.#first[node] === bits ? before + bits : this.#last[node]!;
    }
    return this.#words * WORD_BITS;
  }

  /** In a node from `start` on whose longest run has `nr` bits. */
  #inNode(top: number, start: number, bits: number, nr: number): number {
    let node = top;
    let at = start;
    for (let half = bits / 2; node < this.#leaves; half /= 2) {
      node *= 2;
      if (this.#longest[node]! >= nr) continue;
      at += half;
      if (this.#last[node]! + this.#first[node + 1]! >= nr) return at - this.#last[node]!;
      node++;
    }
    return this.#inBlock(node - this.#leaves, nr, at);
  }

  /** As `next`, inside one block; for none -1 minus the clear bits at its end. */
  #inBlock(block: number, nr: number, from: number): number {
    const end = Math.min(this.#words, (block + 1) * BLOCK_WORDS);
    let index = Math.floor(from / WORD_BITS);
    let word = this.#word(index) | lowBits(from % WORD_BITS);
    for (let run = 0; ; word = this.#word(index)) {
      if (run + lowestSet(word) >= nr) return index * WORD_BITS - run;
      const inside = clearRun(word, nr);
      if (inside < WORD_BITS) return index * WORD_BITS + inside;
      run = word === 0 ? run + WORD_BITS : Math.clz32(word);
      index++;
      if (index === end) return -1 - run;
    }
  }

  #refresh(): void {
    if (this.#stale < 0) return;
    this.#count(this.#stale, this.#stale);
    this.#stale = -1;
  }

  /** Brings the numbers of blocks from..to, and of all that they are part of, up to date. */
  #count(from: number, to: number): void {
    for (let block = from; block <= to; block++) this.#countBlock(block);
    let low = (this.#leaves + from) >> 1;
    let high = (this.#leaves + to) >> 1;
    for (let half = BLOCK_BITS; low > 0; half *= 2) {
      for (let node = low; node <= high; node++) this.#join(node, half);
      low >>= 1;
      high >>= 1;
    }
  }

  /** A node from its two halves. */
  #join(node: number, half: number): void {
    const left = 2 * node;
    const right = left + 1;
    const across = this.#last[left]! + this.#first[right]!;
    this.#first[node] = this.#first[left] === half ? across : this.#first[left]!;
    this.#last[node] = this.#last[right] === half ? across : this.#last[right]!;
    this.#longest[node] = Math.max(this.#longest[left]!, this.#longest[right]!, across);
  }

  #countBlock(block: number): void {
    const end = Math.min(this.#words, (block + 1) * BLOCK_WORDS);
    let first = -1;
    let longest = 0;
    let run = 0;
    for (let index = block * BLOCK_WORDS; index < end; index++) {
      const word = this.#word(index);
      run += lowestSet(word);
      if (word === 0) continue;
      if (first < 0) first = run;
      if (run > longest) longest = run;
      while (clearRun(word, longest + 1) < WORD_BITS) longest++;
      run = Math.clz32(word);
    }
    const node = this.#leaves + block;
    this.#first[node] = first < 0 ? run : first;
    this.#last[node] = run;
    this.#longest[node] = Math.max(longest, run);
  }
}
