/** What the page allocator is told at boot. */
import type { ZoneName } from '../../contract/machine.ts';
import type { Watermarks } from './watermark.ts';

/** Page frames [start, end). */
export interface PfnRange {
  readonly start: number;
  readonly end: number;
}

/** Page frames [start, end) of a zone; it may be empty (mm/mm_init.c:free_area_init). */
export interface Zone extends PfnRange {
  readonly name: ZoneName;
}

export interface PageLayout {
  /** MAX_PAGE_ORDER, 1..15. */
  readonly maxOrder: number;
  /** pageblock_order, 0..maxOrder. */
  readonly pageblockOrder: number;
  /** Configured zones, low to high, each beginning where the one before ends; `normal` is one. */
  readonly zones: readonly Zone[];
  /**
   * RAM that boot gives to the allocator: ascending, disjoint. It may cross borders of zones, which
   * no block does; what lies in no zone is left out.
   */
  readonly free: readonly PfnRange[];
  /** Activated CMA areas: multiples of pageblocks, disjoint from `free`, each inside one zone. */
  readonly cma: readonly PfnRange[];
  /** Optional: requests leave some memory free. Absent: they may take the last page. */
  readonly watermarks?: Watermarks;
}

/** A free block of 2^order pages. */
export interface Block {
  readonly pfn: number;
  readonly order: number;
  /** In a CMA area: only movable requests may have it. */
  readonly cma: boolean;
}
