/**
 * Pages somebody took by their address and not from a list. They are in use and cannot be moved, so
 * whoever needs their range is refused. Source: mm/page_alloc.c:alloc_contig_range_noprof.
 */
import type { Errno } from '../../contract/errno.ts';
import { mergeRanges, overlapOf, type Range, subtractRange } from '../lib/ranges.ts';
import type { MigrateType, PageAllocator } from './page-alloc.ts';

export class TakenPages {
  readonly #pages: PageAllocator;
  readonly #type: MigrateType;
  #taken: readonly Range[] = [];

  constructor(pages: PageAllocator, type: MigrateType) {
    this.#pages = pages;
    this.#type = type;
  }

  /** Takes all page frames of the range; EBUSY: one is not free. */
  take({ start, end }: Range): Errno | null {
    const error = this.#pages.allocContigRange(start, end, this.#type);
    if (error === null) this.#taken = mergeRanges([...this.#taken, { start, end }]);
    return error;
  }

  /** Gives all page frames of the range back; EINVAL: one was not taken. */
  give({ start, end }: Range): Errno | null {
    if (this.countIn({ start, end }) < end - start) return 'EINVAL';
    this.#pages.freeContigRange(start, end - start);
    this.#taken = subtractRange(this.#taken, { start, end });
    return null;
  }

  /** How many page frames of the range are taken. */
  countIn(range: Range): number {
    return overlapOf(this.#taken, range);
  }
}
