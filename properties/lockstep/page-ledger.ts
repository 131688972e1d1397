/** A page allocator that only remembers: who has which page, and what was asked for. */
import type { ContigRanges } from '../../sut/mm/cma.ts';

export class PageLedger implements ContigRanges {
  /** Pages that cannot be taken, and what an attempt answers. */
  readonly stuck = new Map<number, 'EBUSY' | 'ENOMEM'>();
  readonly taken = new Set<number>();
  /** First pages of the ranges asked for, with what came of it, since the last `forget`. */
  readonly attempts: string[] = [];
  /** What no caller may do: taking what is taken, giving back what is not. */
  readonly offences: string[] = [];

  allocContigRange(start: number, end: number): 'EBUSY' | 'ENOMEM' | null {
    const error = this.#firstError(start, end);
    this.attempts.push(`${start}..${end - 1} ${error ?? 'taken'}`);
    if (error !== null) return error;
    for (let pfn = start; pfn < end; pfn++) {
      if (this.taken.has(pfn)) this.offences.push(`page ${pfn} taken twice`);
      this.taken.add(pfn);
    }
    return null;
  }

  freeContigRange(start: number, pages: number): void {
    for (let pfn = start; pfn < start + pages; pfn++) {
      if (!this.taken.delete(pfn)) this.offences.push(`page ${pfn} given back, but not taken`);
    }
  }

  forget(): void {
    this.attempts.length = 0;
  }

  #firstError(start: number, end: number): 'EBUSY' | 'ENOMEM' | null {
    for (let pfn = start; pfn < end; pfn++) {
      const error = this.stuck.get(pfn);
      if (error !== undefined) return error;
    }
    return null;
  }
}
