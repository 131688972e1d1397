/** CMA areas that are wrong on purpose: a sound one with one flaw at a time. */
import type { Area, MakeArea } from '../../properties/lockstep/cma.ts';
import { Bitmap } from '../../sut/lib/bitmap.ts';
import type { ContigRanges } from '../../sut/mm/cma.ts';

export interface Flaws {
  /** M-T1, M-T2: offset of the first bit, in bits. */
  readonly off?: (basePfn: number, align: number, bitPages: number) => number;
  /** M-T4: where to go on after a busy candidate. */
  readonly retry?: (bit: number, step: number, nr: number) => number;
  /** M-T3: pages taken for a request. */
  readonly pages?: (pages: number) => number;
  /** M-T5: was nothing found? */
  readonly isNone?: (bit: number, max: number) => boolean;
  /** M-I3: where a search begins, given where the last one found something. */
  readonly start?: (last: number) => number;
  /** M-I5: bits of a busy candidate stay set. */
  readonly keepsBusy?: boolean;
  /** Errors that cannot be helped are tried again, too. */
  readonly retriesAll?: boolean;
  /** M-I4: bits that a release clears. */
  readonly cleared?: (nr: number) => number;
  /** A release believes any page. */
  readonly releasesAll?: boolean;
}

export const areaWith =
  (flaws: Flaws): MakeArea =>
  (basePfn, count, orderPerBit, pages) =>
    new LooseArea(basePfn, count, 2 ** orderPerBit, pages, flaws);

const kernelOff = (basePfn: number, align: number, bitPages: number) =>
  Math.floor((basePfn % 2 ** align) / bitPages);

class LooseArea implements Area {
  readonly basePfn: number;
  readonly count: number;
  readonly bitPages: number;
  readonly pages: ContigRanges;
  readonly flaws: Flaws;
  readonly #bits: Bitmap;
  #last = 0;

  constructor(basePfn: number, count: number, bitPages: number, pages: ContigRanges, flaws: Flaws) {
    this.basePfn = basePfn;
    this.count = count;
    this.bitPages = bitPages;
    this.pages = pages;
    this.flaws = flaws;
    this.#bits = new Bitmap(Math.floor(count / bitPages));
  }

  alloc(wanted: number, align: number): number | null {
    const { off = kernelOff, retry = (bit, step) => bit + step, start = () => 0 } = this.flaws;
    const { pages = (n) => n, isNone = (bit, max) => bit >= max } = this.flaws;
    const max = this.#bits.length;
    const nr = Math.ceil(pages(wanted) / this.bitPages);
    if (wanted === 0 || nr > max) return null;
    const step = Math.max(1, 2 ** align / this.bitPages);
    const offset = off(this.basePfn, align, this.bitPages);
    for (let from = start(this.#last); ; ) {
      const bit = this.#bits.findNextZeroAreaOff(max, from, nr, step - 1, offset);
      if (isNone(bit, max)) return null;
      const pfn = this.basePfn + bit * this.bitPages;
      const error = this.pages.allocContigRange(pfn, pfn + wanted);
      if (error === null || this.flaws.keepsBusy === true) this.#bits.setRange(bit, nr);
      this.#last = bit;
      if (error === null) return pfn;
      if (error !== 'EBUSY' && this.flaws.retriesAll !== true) return null;
      from = retry(bit, step, nr);
    }
  }

  release(pfn: number, pages: number): boolean {
    const inside = pfn >= this.basePfn && pfn < this.basePfn + this.count;
    if (!inside) return this.flaws.releasesAll === true;
    const { cleared = (nr) => nr } = this.flaws;
    this.pages.freeContigRange(pfn, pages);
    const bit = Math.floor((pfn - this.basePfn) / this.bitPages);
    this.#bits.clearRange(bit, cleared(Math.ceil(pages / this.bitPages)));
    return true;
  }

  freePages(): number {
    return (this.#bits.length - this.#bits.count()) * this.bitPages;
  }

  maxChunk(): number {
    const map = Array.from({ length: this.#bits.length }, (_, bit) => this.isTaken(bit));
    const runs = map.map((taken) => (taken ? ' ' : '.')).join('');
    return Math.max(...runs.split(' ').map((run) => run.length)) * this.bitPages;
  }

  isTaken(bit: number): boolean {
    return this.#bits.test(bit);
  }
}
