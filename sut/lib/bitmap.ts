/**
 * Bitmaps as in lib/bitmap.c and lib/find_bit.c: 1 means taken, 0 means free.
 *
 * The kernel searches a region of 2^order pages by trying every multiple of 2^order from the left.
 * This map gives the same answers from summaries:
 *
 *   level 0   one bit per page: the map itself, in 32-bit words
 *   level 1   one bit per 32 pages:   "not entirely free", that is, word of level 0 is not 0
 *   level 2   one bit per 32^2 pages: the same of level 1, and so on up to a single bit
 *
 * A free region of 2^(5q+r) pages at a multiple of its size is, on level q, a run of 2^r clear bits
 * at a multiple of 2^r (r in 0..4), and such a run never leaves its word. So for each order there
 * is an index over the words of level q whose bit means "no such run in this word". The leftmost
 * region is in the first word whose bit is 0 (one step per factor of 32 in size), at the lowest run
 * of that word (bit tricks).
 *
 *   order 6 = level 1, r 1:     index of order 6   1 1 1 0 ...      first 0: word 3 of level 1
 *                               word 3             1101 0011 ...    lowest aligned pair: bits 2, 3
 *
 * An update writes level 0, refreshes the indexes of the words it touched, and goes up only as far
 * as summary bits change. Whole words are filled, not visited. Nothing is allocated.
 *
 * Everything starts as zeros: all free, every word has every run. Bits at or beyond `length` stay 0
 * for ever. They look free, but whatever is found there ends beyond every legal `size`, and lies to
 * the right of everything real, so that one comparison at the end rejects it.
 *
 * The same levels answer the other searches: level 1 and up skip free chunks (findNextBit), the
 * index of order 0 skips full words (findNextZeroBit). An area of any number of bits begins, where
 * it is aligned, at a region; else run-tree.ts says where so many clear bits are.
 *
 * `size` and `bits` arguments are counts of bits, 0..length; what lies at or beyond them is garbage
 * and never matters (F-I2). As in the kernel, ranges are not checked; what exceeds the map is lost.
 */
import { alignDown, alignUp } from '../../contract/numbers.ts';
import { lowBits, lowestSet, popcount, WORD_BITS } from './first-zero.ts';
import { RegionTree } from './region-tree.ts';

const LENGTH_END = 2 ** 31;

export class Bitmap {
  /** Number of bits. */
  readonly length: number;
  readonly #tree: RegionTree;

  /** `length` clear bits, 0..2^31-1. */
  constructor(length: number) {
    if (!(Number.isInteger(length) && length >= 0 && length < LENGTH_END)) {
      throw new RangeError(`bitmap length ${length}: expected an integer in 0..2^31-1`);
    }
    this.length = length;
    this.#tree = new RegionTree(length);
  }

  /** Is the bit (0..length-1) set? */
  test(bit: number): boolean {
    return ((this.#tree.word(0, bit >>> 5) >>> (bit & 31)) & 1) === 1;
  }

  /** Number of set bits. Costs one step per word that has any. */
  count(): number {
    let total = 0;
    let bit = this.#tree.next(0);
    while (bit < this.length) {
      total += popcount(this.#tree.word(0, bit >>> 5));
      bit = this.#tree.next((bit | 31) + 1);
    }
    return total;
  }

  /** Smallest set bit in [start, size), else `size`. Source: lib/find_bit.c:_find_next_bit. */
  findNextBit(size: number, start: number): number {
    if (start >= size) return size;
    const bit = this.#tree.next(start);
    return bit < Math.min(size, this.length) ? bit : size;
  }

  /** Smallest clear bit in [start, size), else `size`. Source: find_bit.c:_find_next_zero_bit. */
  findNextZeroBit(size: number, start: number): number {
    return start >= size ? size : Math.min(size, this.#tree.nextRegion(0, start));
  }

  /**
   * Smallest i >= the first clear bit from `start` on with (i + off) a multiple of mask + 1, and
   * [i, i + nr) clear and inside `size`. None: a value beyond `size`, the last candidate + nr.
   * `mask` is 2^k - 1, `nr` may be 0. Source: lib/bitmap.c:bitmap_find_next_zero_area_off.
   */
  findNextZeroAreaOff(size: number, start: number, nr: number, mask: number, off: number): number {
    const step = mask + 1;
    if (nr === 0) return alignUp(this.findNextZeroBit(size, start) + off, step) - off;
    const last = size - nr;
    const order = Math.min(lowestSet(step), lowestSet(off), WORD_BITS - 1 - Math.clz32(nr));
    let from = start;
    while (from <= last) {
      // The alignment applies to the clear bit found, not to the start (trap F-T2).
      const index = alignUp(this.#candidate(nr, order, from) + off, step) - off;
      if (index > last) break;
      const taken = this.findNextBit(index + nr, index);
      if (taken >= index + nr) return index;
      from = taken + 1;
    }
    return this.#lastCandidate(size, start, nr, step, off) + nr;
  }

  /**
   * A position at or after `from`; no area of `nr` bits begins between the two. Areas begin at
   * multiples of 2^order bits and have at least as many: with a region of that order.
   */
  #candidate(nr: number, order: number, from: number): number {
    const region = order === 0 && nr > 1 ? from : this.#tree.nextRegion(order, from);
    // A region that is as large as the area is one.
    if (region >= this.length || nr === 1 << order) return region;
    return this.#tree.nextRun(nr, region);
  }

  /**
   * Where the kernel's loop ends that has found no area. Its last candidate is the first that ends
   * beyond the size. The one before, if there was one, met a taken bit: the first at or after the
   * last aligned place inside, because a clear bit up to there would have been a candidate.
   */
  #lastCandidate(size: number, start: number, nr: number, step: number, off: number): number {
    const inside = nr > size ? -1 : alignDown(size - nr + off, step) - off;
    const from = start > inside ? start : this.findNextBit(size, inside) + 1;
    return alignUp(this.findNextZeroBit(size, from) + off, step) - off;
  }

  /** Sets `nr` bits from `start`. Source: lib/bitmap.c:__bitmap_set. */
  setRange(start: number, nr: number): void {
    this.#tree.write(0, start, Math.min(start + nr, this.length), true);
  }

  /** Clears `nr` bits from `start`. Source: lib/bitmap.c:__bitmap_clear. */
  clearRange(start: number, nr: number): void {
    this.#tree.write(0, start, Math.min(start + nr, this.length), false);
  }

  /**
   * Sets the 2^order bits from `pos`, which need not be aligned, if all of them are clear; false is
   * the kernel's -EBUSY, and changes nothing.
   * Source: include/linux/bitmap.h:bitmap_allocate_region.
   */
  allocateRegion(pos: number, order: number): boolean {
    const nr = regionPages(order);
    if (this.findNextBit(pos + nr, pos) < pos + nr) return false;
    this.setRange(pos, nr);
    return true;
  }

  /**
   * Sets the leftmost clear run of 2^order bits that begins at a multiple of 2^order and ends
   * inside `bits`; answers where it begins, or -1 for the kernel's -ENOMEM.
   * Source: include/linux/bitmap.h:bitmap_find_free_region.
   */
  findFreeRegion(bits: number, order: number): number {
    const nr = regionPages(order);
    const pos = this.#tree.leftmostRegion(order);
    if (pos + nr > bits) return -1;
    this.setRange(pos, nr);
    return pos;
  }

  /** Clears 2^order bits from `pos`. Source: include/linux/bitmap.h:bitmap_release_region. */
  releaseRegion(pos: number, order: number): void {
    this.clearRange(pos, regionPages(order));
  }

  /**
   * Copies the first `nbits` bits (at most the length of either map) and clears the rest of this
   * map. Source: include/linux/bitmap.h:bitmap_copy_and_extend.
   */
  copyPrefixFrom(source: Bitmap, nbits: number): void {
    for (let index = 0; index * WORD_BITS < nbits; index++) {
      this.#tree.put(0, index, source.#tree.word(0, index));
    }
    // The last word brought bits along that are not part of the prefix.
    this.#tree.write(0, nbits, alignUp(this.length, WORD_BITS), false);
  }

  /**
   * The first `nbits` bits of `source` without [first, first + nr): later ones move down, and zeros
   * follow. Bits of this map from `nbits` on stay. `source` may be this map; first < nbits, and
   * nbits is at most the length of either map. Source: lib/bitmap.c:bitmap_cut.
   */
  cut(source: Bitmap, first: number, nr: number, nbits: number): void {
    if (first >= nbits) throw new RangeError(`bitmap cut at ${first}: expected less than ${nbits}`);
    const edge = first >>> 5;
    const below = lowBits(first & 31);
    // Read before anything moves: source may be this map.
    const kept = source.#tree.word(0, edge) & below;
    for (let index = 0; index < edge; index++) {
      this.#tree.put(0, index, source.#tree.word(0, index));
    }
    for (let index = edge; index * WORD_BITS < nbits; index++) {
      const moved = source.#wordAt(index * WORD_BITS + nr, nbits);
      const beyond = this.#tree.word(0, index) & ~lowBits(nbits - index * WORD_BITS);
      this.#tree.put(0, index, moved | beyond);
    }
    this.#tree.put(0, edge, (this.#tree.word(0, edge) & ~below) | kept);
  }

  /** 32 bits from any position on; those at or beyond `end` (at most `length`) read as 0. */
  #wordAt(position: number, end: number): number {
    if (position >= end) return 0;
    const shift = position & 31;
    const low = this.#tree.word(0, position >>> 5) >>> shift;
    if (shift === 0) return low & lowBits(end - position);
    const high = this.#tree.word(0, (position >>> 5) + 1) << (WORD_BITS - shift);
    return (low | high) & lowBits(end - position);
  }
}

/** 2^order. From order 32 on the kernel's 32-bit lengths become 0: callers refuse that earlier. */
function regionPages(order: number): number {
  if (!(order >= 0 && order < 32)) throw new RangeError(`region order ${order}: expected 0..31`);
  return (1 << order) >>> 0;
}

/**
 * Index of the bit that stands for the byte at `offsetBytes` (any safe integer) when a bit stands
 * for 2^pageShift bytes, 0..52. Source: drivers/iommu/iommufd/iova_bitmap.c.
 */
export function offsetToIndex(offsetBytes: number, pageShift: number): number {
  return Math.floor(offsetBytes / 2 ** pageShift);
}
