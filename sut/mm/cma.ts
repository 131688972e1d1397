/**
 * The contiguous memory allocator: an area of page frames with a bitmap of what was handed out.
 * Pages of a clear bit may be in use for a while by memory that can move; taking them from the page
 * allocator may therefore fail. Source: mm/cma.c, Linux 6.12.
 *
 * Page frames are safe integers; an area has fewer than 2^31 bits.
 */
import { Bitmap } from '../lib/bitmap.ts';

/** What CMA needs of the page allocator. Ranges are page frames, `end` exclusive. */
export interface ContigRanges {
  /**
   * Takes all of [start, end); null is success, an error means that nothing changed hands.
   * Source: mm/page_alloc.c:alloc_contig_range_noprof.
   */
  allocContigRange(start: number, end: number): 'EBUSY' | 'ENOMEM' | null;
  /** Gives `pages` single pages back. Source: mm/page_alloc.c:free_contig_range. */
  freeContigRange(start: number, pages: number): void;
}

export class Cma {
  readonly name: string;
  /** First page frame. */
  readonly basePfn: number;
  /** A bit stands for 2^this pages. */
  readonly orderPerBit: number;
  readonly #pages: ContigRanges;
  #count: number;
  #bits: Bitmap;
  #used = 0;

  /** `count` pages from `basePfn` on, all clear; what is not a whole bit is never handed out. */
  constructor(
    name: string,
    basePfn: number,
    count: number,
    orderPerBit: number,
    pages: ContigRanges,
  ) {
    this.name = name;
    this.basePfn = basePfn;
    this.orderPerBit = orderPerBit;
    this.#pages = pages;
    this.#count = count;
    this.#bits = new Bitmap(Math.floor(count / 2 ** orderPerBit));
  }

  /** Pages; 0 after a failed activation. */
  get count(): number {
    return this.#count;
  }

  /**
   * Page frame of the first of `pages` contiguous pages, a multiple of 2^align if the area begins
   * on a whole bit; null: none. Always from the left: there is no cursor. The alignment is that of
   * the page frame, not of the place in the area (traps M-T1, M-T2). Source: mm/cma.c:__cma_alloc.
   */
  alloc(pages: number, align: number): number | null {
    const max = this.#bits.length;
    const nr = this.#bitsOf(pages);
    if (pages === 0 || nr > max) return null;
    const bitPages = 2 ** this.orderPerBit;
    const step = 2 ** Math.max(0, align - this.orderPerBit);
    const off = Math.floor((this.basePfn % 2 ** align) / bitPages);
    let bit = this.#bits.findNextZeroAreaOff(max, 0, nr, step - 1, off);
    while (bit < max) {
      const pfn = this.basePfn + bit * bitPages;
      const error = this.#pages.allocContigRange(pfn, pfn + pages);
      if (error === null) {
        this.#bits.setRange(bit, nr);
        this.#used += nr;
        return pfn;
      }
      if (error !== 'EBUSY') return null;
      // The next candidate, not the first one behind the busy page (trap M-T4).
      bit = this.#bits.findNextZeroAreaOff(max, bit + step, nr, step - 1, off);
    }
    return null;
  }

  /**
   * Gives back `pages` pages from `pfn` on; false if `pfn` is not in the area, and nothing happens.
   * That they were handed out, and end inside the area, is up to the caller.
   * Source: mm/cma.c:cma_release.
   */
  release(pfn: number, pages: number): boolean {
    if (pfn < this.basePfn || pfn >= this.basePfn + this.#count) return false;
    this.#pages.freeContigRange(pfn, pages);
    const bit = Math.floor((pfn - this.basePfn) / 2 ** this.orderPerBit);
    const end = Math.min(bit + this.#bitsOf(pages), this.#bits.length);
    const allSet = this.#bits.findNextZeroBit(end, bit) === end;
    this.#bits.clearRange(bit, end - bit);
    this.#used = allSet ? this.#used - (end - bit) : this.#bits.count();
    return true;
  }

  /** Pages of the clear bits. */
  freePages(): number {
    return (this.#bits.length - this.#used) * 2 ** this.orderPerBit;
  }

  /** Pages of the longest run of clear bits. Source: mm/cma_debug.c:cma_maxchunk_get. */
  maxChunk(): number {
    const max = this.#bits.length;
    let longest = 0;
    // From record to record: shorter runs are skipped.
    for (let end = 0; ; ) {
      const start = this.#bits.findNextZeroAreaOff(max, end, longest + 1, 0, 0);
      if (start >= max) break;
      end = this.#bits.findNextBit(max, start);
      longest = end - start;
    }
    return longest * 2 ** this.orderPerBit;
  }

  /** Is the bit (0..count / 2^orderPerBit - 1) set? */
  isTaken(bit: number): boolean {
    return this.#bits.test(bit);
  }

  /**
   * What activation does with an area that spans zones: from now on it has no pages.
   * Source: mm/cma.c:cma_activate_area.
   */
  empty(): void {
    this.#count = 0;
    this.#bits = new Bitmap(0);
    this.#used = 0;
  }

  #bitsOf(pages: number): number {
    return Math.ceil(pages / 2 ** this.orderPerBit);
  }
}
