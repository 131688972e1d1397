/**
 * Blocks of pages on doubly linked lists, found by their first page.
 *
 * A block costs 32 bytes in one array of words, and 4 to 8 bytes of hash buckets; a page costs
 * nothing, touched or not. So creating a table costs its lists, not the memory it will describe,
 * and what a busy allocator touches grows with the number of free blocks and not of pages.
 *
 *   word 0, 1   next and previous node on the list      3   the list
 *   word 2      next node of the bucket                 4, 5   first page: low 32 bits, the rest
 *
 * A node is the index of its first word. Lists are circles through a sentinel node, the first nodes
 * there are, so linking needs no special cases. Node 0 is a sentinel and stands for "none".
 *
 * Lists come in groups of 16: list = 16 * group + order. A bit per order says which lists of a
 * group are not empty.
 *
 * Page numbers are safe integers. Bitwise operators see their low 32 bits: to hash them, and to
 * store them beside the rest of the number. They are compared in full.
 */
import { pagesOfOrder } from './pfn.ts';

const STRIDE = 8;
const NEXT = 0;
const PREVIOUS = 1;
const CHAIN = 2;
const LIST = 3;
const LOW = 4;
const HIGH = 5;

/** In CHAIN: the node is in no bucket. */
const UNHASHED = -1;
/** In LIST: the node is in nobody's use. */
const SPARE = -1;

/** 2^32 divided by the golden ratio: multiples of powers of two spread over all buckets. */
const SPREAD = 0x9e3779b1;
const NODES_AT_FIRST = 16;
/** A sentinel has the first two words of a node. */
const SENTINEL_STRIDE = 2;

export const ORDERS_PER_GROUP = 16;

/** Bits 32 and up. Almost always 0, without leaving 32-bit integers. */
const highBits = (pfn: number) => (pfn < 2 ** 31 ? 0 : (pfn - (pfn >>> 0)) / 2 ** 32);

/** The words of a table without blocks, by number of groups: machines boot by the thousand. */
const EMPTY = new Map<number, Int32Array>();

function emptyLists(groups: number): Int32Array {
  const known = EMPTY.get(groups);
  if (known !== undefined) return known;
  const sentinels = groups * ORDERS_PER_GROUP * SENTINEL_STRIDE;
  const words = new Int32Array(sentinels + NODES_AT_FIRST * STRIDE);
  for (let node = 0; node < sentinels; node += SENTINEL_STRIDE) {
    words[node + NEXT] = node;
    words[node + PREVIOUS] = node;
  }
  EMPTY.set(groups, words);
  return words;
}

export class BlockTable {
  #words: Int32Array;
  #buckets = new Int32Array(NODES_AT_FIRST);
  /** 32 - log2 of the number of buckets. */
  #shift = 28;
  /** Nodes in buckets. */
  #hashed = 0;
  /** The first node that was never used. */
  #fresh: number;
  /** A node that is free to use, the others behind it; 0: none. */
  #spare = 0;
  readonly #sentinelsEnd: number;
  /** Per group, a bit per order: the list is not empty. */
  readonly #filled: Int32Array;

  constructor(groups: number) {
    const sentinels = groups * ORDERS_PER_GROUP * SENTINEL_STRIDE;
    this.#words = emptyLists(groups).slice();
    this.#fresh = sentinels;
    this.#sentinelsEnd = sentinels;
    this.#filled = new Int32Array(groups);
  }

  /** The block that starts at this page, whatever its list; 0 when there is none. */
  find(pfn: number): number {
    const words = this.#words;
    let node = this.#buckets[Math.imul(pfn, SPREAD) >>> this.#shift]!;
    if (node === 0) return 0;
    const low = pfn | 0;
    const high = highBits(pfn);
    while (node !== 0 && (words[node + LOW] !== low || words[node + HIGH] !== high)) {
      node = words[node + CHAIN]!;
    }
    return node;
  }

  /** The block that starts at this page if it is on that list, else 0. */
  findOn(pfn: number, list: number): number {
    const node = this.find(pfn);
    return node !== 0 && this.#words[node + LIST] === list ? node : 0;
  }

  pfn(node: number): number {
    const low = this.#words[node + LOW]!;
    const high = this.#words[node + HIGH]!;
    return high === 0 && low >= 0 ? low : high * 2 ** 32 + (low >>> 0);
  }

  list(node: number): number {
    return this.#words[node + LIST]!;
  }

  order(node: number): number {
    return this.#words[node + LIST]! & (ORDERS_PER_GROUP - 1);
  }

  group(node: number): number {
    return this.#words[node + LIST]! >> 4;
  }

  /** One past the last page of a block. */
  end(node: number): number {
    return this.pfn(node) + pagesOfOrder(this.order(node));
  }

  /** A run: a node that stands for several blocks, which `find` does not see. */
  isRun(node: number): boolean {
    return this.#words[node + CHAIN] === UNHASHED;
  }

  /** The smallest order from `order` on whose list in the group is not empty, else -1. */
  smallest(group: number, order: number): number {
    const orders = this.#filled[group]! & (-1 << order);
    return orders === 0 ? -1 : 31 - Math.clz32(orders & -orders);
  }

  /** First node of a list, 0 when it is empty. */
  first(list: number): number {
    return this.after(list * SENTINEL_STRIDE, list);
  }

  /** The node behind `node` on its list, 0 at the end. */
  after(node: number, list: number): number {
    const next = this.#words[node + NEXT]!;
    return next === list * SENTINEL_STRIDE ? 0 : next;
  }

  /** Puts a block on a list, at its head or tail; answers the node. */
  insert(pfn: number, list: number, toTail: boolean): number {
    const node = this.#create(pfn, list);
    if (this.#hashed === this.#buckets.length) this.#growBuckets();
    const bucket = Math.imul(pfn, SPREAD) >>> this.#shift;
    this.#words[node + CHAIN] = this.#buckets[bucket]!;
    this.#buckets[bucket] = node;
    this.#hashed++;
    this.#link(node, list, toTail);
    return node;
  }

  /** Puts a run on a list. */
  insertRun(pfn: number, list: number, toTail: boolean): number {
    const node = this.#create(pfn, list);
    this.#words[node + CHAIN] = UNHASHED;
    this.#link(node, list, toTail);
    return node;
  }

  /** Puts another run behind, or before, one that is there. */
  insertRunBeside(pfn: number, beside: number, behind: boolean): number {
    const node = this.#create(pfn, this.list(beside));
    this.#words[node + CHAIN] = UNHASHED;
    this.#linkBehind(node, behind ? beside : this.#words[beside + PREVIOUS]!);
    return node;
  }

  /** Gives a run another first page. */
  setRunStart(node: number, pfn: number): void {
    this.#words[node + LOW] = pfn | 0;
    this.#words[node + HIGH] = highBits(pfn);
  }

  /** Takes a block or a run off its list and forgets it. */
  remove(node: number): void {
    const words = this.#words;
    if (words[node + CHAIN] !== UNHASHED) this.#unhash(node);
    const next = words[node + NEXT]!;
    const previous = words[node + PREVIOUS]!;
    words[previous + NEXT] = next;
    words[next + PREVIOUS] = previous;
    if (next === previous && next < this.#sentinelsEnd) this.#emptied(words[node + LIST]!);
    words[node + LIST] = SPARE;
    words[node + NEXT] = this.#spare;
    this.#spare = node;
  }

  /**
   * Blocks that start in [from, to), ascending; no runs. Costs the pages of the range, or the most
   * blocks there ever were, whichever are fewer.
   */
  within(from: number, to: number): number[] {
    const found: number[] = [];
    if (to - from <= (this.#fresh - this.#sentinelsEnd) / STRIDE) {
      for (let pfn = from; pfn < to; ) {
        const node = this.find(pfn);
        if (node !== 0) found.push(node);
        pfn = node === 0 ? pfn + 1 : this.end(node);
      }
      return found;
    }
    for (let node = this.#sentinelsEnd; node < this.#fresh; node += STRIDE) {
      if (this.#words[node + LIST] === SPARE || this.isRun(node)) continue;
      const pfn = this.pfn(node);
      if (pfn >= from && pfn < to) found.push(node);
    }
    return found.sort((a, b) => this.pfn(a) - this.pfn(b));
  }

  #create(pfn: number, list: number): number {
    let node = this.#spare;
    if (node === 0) {
      node = this.#fresh;
      this.#fresh += STRIDE;
      if (this.#fresh > this.#words.length) this.#growWords();
    } else {
      this.#spare = this.#words[node + NEXT]!;
    }
    const words = this.#words;
    words[node + LIST] = list;
    words[node + LOW] = pfn | 0;
    words[node + HIGH] = highBits(pfn);
    return node;
  }

  #link(node: number, list: number, toTail: boolean): void {
    const sentinel = list * SENTINEL_STRIDE;
    this.#filled[list >> 4]! |= 1 << (list & (ORDERS_PER_GROUP - 1));
    this.#linkBehind(node, toTail ? this.#words[sentinel + PREVIOUS]! : sentinel);
  }

  #linkBehind(node: number, previous: number): void {
    const words = this.#words;
    const next = words[previous + NEXT]!;
    words[node + NEXT] = next;
    words[node + PREVIOUS] = previous;
    words[previous + NEXT] = node;
    words[next + PREVIOUS] = node;
  }

  #emptied(list: number): void {
    this.#filled[list >> 4]! &= ~(1 << (list & (ORDERS_PER_GROUP - 1)));
  }

  #unhash(node: number): void {
    const words = this.#words;
    const bucket = Math.imul(words[node + LOW]!, SPREAD) >>> this.#shift;
    const after = words[node + CHAIN]!;
    this.#hashed--;
    let before = this.#buckets[bucket]!;
    if (before === node) {
      this.#buckets[bucket] = after;
      return;
    }
    while (words[before + CHAIN] !== node) before = words[before + CHAIN]!;
    words[before + CHAIN] = after;
  }

  #growWords(): void {
    const words = new Int32Array(this.#words.length * 2);
    words.set(this.#words);
    this.#words = words;
  }

  #growBuckets(): void {
    const words = this.#words;
    const old = this.#buckets;
    this.#buckets = new Int32Array(old.length * 2);
    this.#shift--;
    for (const first of old) {
      for (let node = first; node !== 0; ) {
        const after = words[node + CHAIN]!;
        const bucket = Math.imul(words[node + LOW]!, SPREAD) >>> this.#shift;
        words[node + CHAIN] = this.#buckets[bucket]!;
        this.#buckets[bucket] = node;
        node = after;
      }
    }
  }
}
