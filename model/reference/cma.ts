/** CMA, literally (pools.md §6): bits that are taken or not, every one of them tried in turn. */

/** Takes `pages` from `pfn` on of the page allocator: what the attempt answers. */
export type Take = (pfn: number, pages: number) => 'EBUSY' | 'ENOMEM' | null;

export class ReferenceCma {
  readonly basePfn: number;
  readonly count: number;
  readonly bitPages: number;
  /** Bit by bit: taken? */
  readonly taken: boolean[];

  constructor(basePfn: number, count: number, orderPerBit: number) {
    this.basePfn = basePfn;
    this.count = count;
    this.bitPages = 2 ** orderPerBit;
    this.taken = new Array<boolean>(Math.floor(count / this.bitPages)).fill(false);
  }

  /** First page frame; null: none. */
  alloc(pages: number, align: number, take: Take): number | null {
    if (pages === 0) return null;
    const bits = Math.ceil(pages / this.bitPages);
    const step = 2 ** align <= this.bitPages ? 1 : 2 ** align / this.bitPages;
    const off = Math.floor((this.basePfn % 2 ** align) / this.bitPages);
    let i = 0;
    while (i + bits <= this.taken.length) {
      if ((i + off) % step !== 0 || !this.isFree(i, bits)) {
        i += 1;
        continue;
      }
      const pfn = this.basePfn + i * this.bitPages;
      const error = take(pfn, pages);
      if (error === null) {
        this.taken.fill(true, i, i + bits);
        return pfn;
      }
      if (error !== 'EBUSY') return null;
      i += step;
    }
    return null;
  }

  /** False: not a page of this area. */
  release(pfn: number, pages: number, give: (pfn: number, pages: number) => void): boolean {
    if (pfn < this.basePfn || pfn >= this.basePfn + this.count) return false;
    give(pfn, pages);
    const bit = Math.floor((pfn - this.basePfn) / this.bitPages);
    this.taken.fill(false, bit, bit + Math.ceil(pages / this.bitPages));
    return true;
  }

  freePages(): number {
    return this.taken.filter((taken) => !taken).length * this.bitPages;
  }

  /** Pages of the longest run of free bits. */
  maxChunk(): number {
    let longest = 0;
    let run = 0;
    for (const taken of this.taken) {
      run = taken ? 0 : run + 1;
      longest = Math.max(longest, run);
    }
    return longest * this.bitPages;
  }

  private isFree(bit: number, bits: number): boolean {
    for (let k = bit; k < bit + bits; k++) if (this.taken[k] !== false) return false;
    return true;
  }
}
