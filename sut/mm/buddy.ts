/**
 * The buddy system: free blocks of 2^order pages, split from the head of their lists and merged
 * with their other half when they come back.
 *
 * Every zone has lists for each kind of memory, as the kernel has one set per migrate type. A block
 * is on the list of its zone, kind and order, so that "the buddy is free, whole, of the same order,
 * zone and kind" is one comparison (traps B-T1, B-T2). Placement is Linux's to the position on each
 * list: halves go to the head, blocks that come back to head or tail (`#mergeLikely`).
 *
 * Freeing pages one by one, ascending, ends as freeing the largest aligned blocks of the range in
 * that order does: what a block passes through on the way leaves nothing on any list. So ranges
 * cost their blocks; and since blocks of the largest order never merge, all of those together cost
 * one run (block-runs.ts).
 */
import { alignDown } from '../../contract/numbers.ts';
import { BlockRuns } from './block-runs.ts';
import { BlockTable, ORDERS_PER_GROUP } from './block-table.ts';
import type { PageLayout, PfnRange, Zone } from './layout.ts';
import { alignmentOf, blockStart, buddyOf, pagesOfOrder, parentOf } from './pfn.ts';

/** Kinds of lists, after include/linux/mmzone.h:migratetype. */
export const ORDINARY = 0;
export const CMA = 1;
/** In a pageblock that is being emptied: nobody is given these blocks. */
export const ISOLATED = 2;
/** Not free: in use, but its contents can go elsewhere. */
export const MOVABLE = 3;
const KINDS = 4;
export type Kind = typeof ORDINARY | typeof CMA | typeof ISOLATED | typeof MOVABLE;

export class Buddy {
  readonly maxOrder: number;
  readonly zones: readonly Zone[];
  readonly table: BlockTable;
  readonly runs: BlockRuns;
  /** Pages on the lists of each group. */
  readonly pages: Float64Array;
  /** First pages of the pageblocks that are isolated. */
  readonly isolated = new Set<number>();
  readonly #pageblockOrder: number;
  readonly #cma: readonly PfnRange[];

  constructor({ maxOrder, pageblockOrder, zones, cma }: PageLayout) {
    this.maxOrder = maxOrder;
    this.#pageblockOrder = pageblockOrder;
    this.zones = zones;
    this.#cma = cma;
    this.table = new BlockTable(zones.length * KINDS);
    this.runs = new BlockRuns(this.table, pagesOfOrder(maxOrder));
    this.pages = new Float64Array(zones.length * KINDS);
  }

  /** Number of the lists of a zone for one kind. */
  group(zone: number, kind: Kind): number {
    return zone * KINDS + kind;
  }

  kindOfGroup(group: number): number {
    return group % KINDS;
  }

  /** Index of the zone that holds a page; -1: none. */
  zoneOf(pfn: number): number {
    const zones = this.zones;
    for (let zone = 0; zone < zones.length; zone++) {
      if (pfn < zones[zone]!.end) return pfn >= zones[zone]!.start ? zone : -1;
    }
    return -1;
  }

  inCma(pfn: number): boolean {
    for (const { start, end } of this.#cma) if (pfn >= start && pfn < end) return true;
    return false;
  }

  isIsolated(pfn: number): boolean {
    return this.isolated.size > 0 && this.isolated.has(blockStart(pfn, this.#pageblockOrder));
  }

  /** The lists on which a page belongs when it is free. */
  groupOf(pfn: number): number {
    const kind = this.isIsolated(pfn) ? ISOLATED : this.inCma(pfn) ? CMA : ORDINARY;
    return this.group(this.zoneOf(pfn), kind);
  }

  /**
   * First page of a block of `order`, taken from the smallest sufficient one on the lists of the
   * group; -1 when there is none. Source: mm/page_alloc.c:__rmqueue_smallest, :expand.
   */
  take(group: number, order: number): number {
    const from = this.table.smallest(group, order);
    if (from < 0) return -1;
    const lists = group * ORDERS_PER_GROUP;
    const pfn = this.#takeFirst(this.table.first(lists + from));
    // The lowest part is the answer, the others go from large to small (trap B-T5).
    for (let half = from - 1; half >= order; half--) {
      this.table.insert(pfn + pagesOfOrder(half), lists + half, false);
    }
    this.pages[group]! -= pagesOfOrder(order);
    return pfn;
  }

  #takeFirst(node: number): number {
    if (this.table.isRun(node)) return this.runs.takeFirst(node);
    const pfn = this.table.pfn(node);
    this.table.remove(node);
    return pfn;
  }

  /** Frees a block onto lists of the group. Source: mm/page_alloc.c:__free_one_page. */
  put(pfn: number, order: number, group: number, toTail: boolean): void {
    this.pages[group]! += pagesOfOrder(order);
    this.#merge(pfn, order, group, toTail);
  }

  #merge(pfn: number, order: number, group: number, toTail: boolean): void {
    const lists = group * ORDERS_PER_GROUP;
    let start = pfn;
    let level = order;
    for (; level < this.maxOrder; level++) {
      const buddy = this.table.findOn(buddyOf(start, level), lists + level);
      if (buddy === 0) break;
      this.table.remove(buddy);
      start = parentOf(start, level);
    }
    this.table.insert(start, lists + level, toTail || this.#mergeLikely(start, level));
  }

  /**
   * Is all but the missing half of the next-but-one larger block free? Then the block waits at the
   * tail. Kinds do not matter; zones do, from the parent's first page, wherever that lies.
   * Source: mm/page_alloc.c:buddy_merge_likely.
   */
  #mergeLikely(pfn: number, order: number): boolean {
    // Not "order = maxOrder" (trap B-T4).
    if (order >= this.maxOrder - 1) return false;
    const parent = parentOf(pfn, order);
    const higher = buddyOf(parent, order + 1);
    const node = this.table.find(higher);
    if (node === 0 || this.table.order(node) !== order + 1) return false;
    return this.isFree(node) && this.zoneOf(higher) === this.zoneOf(parent);
  }

  /** Frees [start, end), in one zone and of one kind, as if page by page, ascending. */
  putRange({ start, end }: PfnRange, group: number, toTail: boolean): void {
    const largest = pagesOfOrder(this.maxOrder);
    for (let pfn = start; pfn < end; ) {
      let order = alignmentOf(pfn, this.maxOrder);
      if (order === this.maxOrder && pfn + 2 * largest <= end) {
        const runEnd = alignDown(end, largest);
        this.putRun(pfn, runEnd, group, toTail);
        pfn = runEnd;
        continue;
      }
      while (pfn + pagesOfOrder(order) > end) order--;
      this.put(pfn, order, group, toTail);
      pfn += pagesOfOrder(order);
    }
  }

  /** Frees whole blocks of the largest order. */
  putRun(start: number, end: number, group: number, toTail: boolean): void {
    this.pages[group]! += end - start;
    this.runs.add(start, end, group * ORDERS_PER_GROUP + this.maxOrder, toTail);
  }

  /** Takes a block off its list, whole; answers its first page. */
  pull(node: number): number {
    const pfn = this.table.pfn(node);
    this.pages[this.table.group(node)]! -= pagesOfOrder(this.table.order(node));
    this.table.remove(node);
    return pfn;
  }

  isFree(node: number): boolean {
    return this.kindOfGroup(this.table.group(node)) !== MOVABLE;
  }

  /** The block around a page that is no block's first; smaller ones first; 0: none. No runs. */
  around(pfn: number): number {
    for (let order = 0; order <= this.maxOrder; order++) {
      const node = this.table.find(blockStart(pfn, order));
      if (node !== 0 && this.table.end(node) > pfn) return node;
    }
    return 0;
  }
}
