/**
 * One call of alloc_contig_range: empties the pageblocks around a range of pages and takes them.
 *
 * Isolated pageblocks have lists of their own, from which nobody is served; so a block that comes
 * back there stays, and what is left at the end returns to the *tail* of the ordinary lists, on
 * failure too. Whole blocks of the largest order, and runs of them, between the first and the last
 * pageblock cannot change meanwhile: they are set aside in one piece ("held").
 *
 * Two simplifications. Movable blocks leave one by one, ascending, and whole (the kernel isolates
 * up to 32 pages at a time, and splits a large folio that finds no room). And every page of an
 * unmovable block is seen to be unmovable, where the kernel sees the first of an uncompounded one;
 * the answer is the same, it comes before something has moved.
 *
 * Source: mm/page_alloc.c:alloc_contig_range_noprof, mm/page_isolation.c.
 */
import { alignDown, alignUp } from '../../contract/numbers.ts';
import { ORDERS_PER_GROUP } from './block-table.ts';
import { type Buddy, CMA, ISOLATED, type Kind, ORDINARY } from './buddy.ts';
import type { PfnRange } from './layout.ts';
import { blockStart, buddyOf, pagesOfOrder } from './pfn.ts';

export type ContigError = 'EBUSY' | 'ENOMEM';

/** Moves the movable block elsewhere and answers whether there was room. The old place is free. */
export type Migrate = (pfn: number, order: number) => boolean;

export class PageIsolation {
  readonly #buddy: Buddy;
  readonly #zone: number;
  readonly #kind: Kind;
  readonly #start: number;
  readonly #end: number;
  readonly #pageblockOrder: number;
  readonly #pageblock: number;
  /** Largest blocks set aside, ascending. */
  readonly #held: PfnRange[] = [];

  /** A range of at least one page, inside zone number `zone`. */
  constructor(
    buddy: Buddy,
    pageblockOrder: number,
    zone: number,
    kind: typeof CMA | typeof ORDINARY,
    { start, end }: PfnRange,
  ) {
    this.#buddy = buddy;
    this.#zone = zone;
    this.#kind = kind;
    this.#start = start;
    this.#end = end;
    this.#pageblockOrder = pageblockOrder;
    this.#pageblock = pagesOfOrder(pageblockOrder);
  }

  run(migrate: Migrate): ContigError | null {
    const error = (this.#isolate() ? null : 'EBUSY') ?? this.#migrate(migrate) ?? this.#grab();
    this.#undo(error === null);
    return error;
  }

  /** Source: mm/page_isolation.c:start_isolate_page_range. */
  #isolate(): boolean {
    const first = alignDown(this.#start, this.#pageblock);
    const last = alignUp(this.#end, this.#pageblock) - this.#pageblock;
    if (!this.#isolateBlock(first) || this.#crosses(first)) return false;
    if (last !== first && !this.#isolateBlock(last)) return false;
    if (this.#crosses(last + this.#pageblock)) {
      // The first one follows with all the others.
      if (last !== first) this.#unisolateBlock(last);
      return false;
    }
    for (let block = first + this.#pageblock; block < last; ) {
      const held = this.#hold(block, last);
      if (held > block) block = held;
      else if (this.#isolateBlock(block)) block += this.#pageblock;
      else return false;
    }
    return true;
  }

  /** Source: mm/page_isolation.c:set_migratetype_isolate. */
  #isolateBlock(block: number): boolean {
    const zone = this.#buddy.zones[this.#zone]!;
    if (block < zone.start || block + this.#pageblock > zone.end) return false;
    if (this.#buddy.inCma(block) !== (this.#kind === CMA)) return false;
    // Memory of a CMA area counts as movable, whoever has it.
    if (this.#kind === ORDINARY && this.#hasUnmovablePages(block)) return false;
    this.#moveFreepagesBlock(block, true);
    return true;
  }

  /** Source: mm/page_isolation.c:has_unmovable_pages. */
  #hasUnmovablePages(block: number): boolean {
    const { start, end } = { start: block, end: block + this.#pageblock };
    if (this.#buddy.runs.around(block) !== undefined) return false;
    let known = 0;
    for (const node of this.#blocksIn(start, end)) {
      const { table } = this.#buddy;
      known += Math.min(table.end(node), end) - Math.max(table.pfn(node), start);
    }
    return known < this.#pageblock;
  }

  /** Is a block in use on both sides of a border of what is isolated? */
  #crosses(border: number): boolean {
    const node = this.#buddy.around(border);
    return node !== 0 && !this.#buddy.isFree(node) && this.#buddy.table.pfn(node) < border;
  }

  /** Sets aside the largest blocks from `block` on, up to `limit`; answers where they end. */
  #hold(block: number, limit: number): number {
    const { runs, table, maxOrder } = this.#buddy;
    const largest = pagesOfOrder(maxOrder);
    if (block % largest !== 0 || block + largest > limit) return block;
    if (this.#buddy.inCma(block) !== (this.#kind === CMA)) return block;
    const run = runs.around(block);
    const node = run === undefined ? table.find(block) : 0;
    let end = block;
    if (run !== undefined) {
      end = Math.min(run.end, alignDown(limit, largest));
      this.#cut(block, end);
    } else if (node !== 0 && table.order(node) === maxOrder && this.#buddy.isFree(node)) {
      end = table.end(node);
      this.#buddy.pull(node);
    }
    if (end > block) this.#held.push({ start: block, end });
    return end;
  }

  /** Takes [start, end) out of the run that holds it. */
  #cut(start: number, end: number): void {
    this.#buddy.runs.cut(this.#buddy.runs.around(start)!, start, end);
    this.#buddy.pages[this.#group(this.#kind)]! -= end - start;
  }

  /**
   * Moves the free blocks of a pageblock onto the lists of isolated ones, or back.
   * Source: mm/page_alloc.c:move_freepages_block_isolate.
   */
  #moveFreepagesBlock(block: number, isolate: boolean): void {
    const { table, isolated } = this.#buddy;
    const large = this.#pullLarge(block);
    if (isolate) isolated.add(block);
    else isolated.delete(block);
    if (large !== undefined) {
      // Each pageblock of it goes where it belongs now (split_large_buddy).
      for (let pfn = large.start; pfn < large.end; pfn += this.#pageblock) {
        this.#buddy.put(pfn, this.#pageblockOrder, this.#buddy.groupOf(pfn), false);
      }
      return;
    }
    const lists = this.#group(isolate ? ISOLATED : this.#kind);
    for (const node of table.within(block, block + this.#pageblock)) {
      if (!this.#buddy.isFree(node)) continue;
      const order = table.order(node);
      const pfn = this.#buddy.pull(node);
      table.insert(pfn, lists * ORDERS_PER_GROUP + order, true);
      this.#buddy.pages[lists]! += pagesOfOrder(order);
    }
  }

  /** Takes the free block around a pageblock off its list if that is larger than a pageblock. */
  #pullLarge(block: number): PfnRange | undefined {
    const { table, runs, maxOrder } = this.#buddy;
    if (runs.around(block) !== undefined) {
      const start = blockStart(block, maxOrder);
      const end = start + pagesOfOrder(maxOrder);
      this.#cut(start, end);
      return { start, end };
    }
    const node = this.#buddy.around(block);
    if (node === 0 || !this.#buddy.isFree(node)) return undefined;
    if (table.order(node) <= this.#pageblockOrder) return undefined;
    const end = table.end(node);
    return { start: this.#buddy.pull(node), end };
  }

  /** Source: mm/page_alloc.c:__alloc_contig_migrate_range. */
  #migrate(migrate: Migrate): ContigError | null {
    const { table } = this.#buddy;
    const movable = this.#blocksIn(this.#start, this.#end)
      .filter((node) => !this.#buddy.isFree(node))
      .map((node) => ({ pfn: table.pfn(node), order: table.order(node) }));
    for (const { pfn, order } of movable) if (!migrate(pfn, order)) return 'ENOMEM';
    return null;
  }

  /** Takes the range if all of it is free, and gives back what free blocks have beyond it. */
  #grab(): ContigError | null {
    const { table } = this.#buddy;
    const start = this.#start;
    const end = this.#end;
    const nodes = this.#blocksIn(start, end).filter((node) => this.#buddy.isFree(node));
    let found = 0;
    for (const held of this.#held) found += held.end - held.start;
    let outerStart = start;
    let outerEnd = end;
    for (const node of nodes) {
      const pfn = table.pfn(node);
      found += Math.min(table.end(node), end) - Math.max(pfn, start);
      outerStart = Math.min(outerStart, pfn);
      outerEnd = Math.max(outerEnd, table.end(node));
    }
    if (found < end - start) return 'EBUSY';
    for (const node of nodes) this.#buddy.pull(node);
    const isolated = this.#group(ISOLATED);
    this.#buddy.putRange({ start: outerStart, end: start }, isolated, false);
    this.#buddy.putRange({ start: end, end: outerEnd }, isolated, false);
    return null;
  }

  /** Source: mm/page_isolation.c:undo_isolate_page_range. */
  #undo(taken: boolean): void {
    const { isolated } = this.#buddy;
    const held = new Map(taken ? [] : this.#held.map((range) => [range.start, range]));
    for (const block of [...isolated, ...held.keys()].sort((a, b) => a - b)) {
      const range = held.get(block);
      if (range !== undefined) {
        this.#buddy.putRun(range.start, range.end, this.#group(this.#kind), true);
      } else if (taken && block >= this.#start && block + this.#pageblock <= this.#end) {
        // Nothing in it is free.
        isolated.delete(block);
      } else {
        this.#unisolateBlock(block);
      }
    }
  }

  /** Source: mm/page_isolation.c:unset_migratetype_isolate. */
  #unisolateBlock(block: number): void {
    const { table, isolated, maxOrder } = this.#buddy;
    const node = table.find(block);
    const order = node === 0 ? -1 : table.order(node);
    if (order >= this.#pageblockOrder && order < maxOrder && this.#buddy.isFree(node)) {
      const buddy = buddyOf(block, order);
      const other = table.find(buddy);
      const merges = other !== 0 && table.order(other) === order && this.#buddy.isFree(other);
      if (merges && this.#buddy.zoneOf(buddy) === this.#zone && !this.#buddy.isIsolated(buddy)) {
        this.#buddy.pull(node);
        isolated.delete(block);
        this.#buddy.put(block, order, this.#group(this.#kind), true);
        return;
      }
    }
    this.#moveFreepagesBlock(block, false);
  }

  /** Blocks, free or movable, with pages in [start, end); no runs. */
  #blocksIn(start: number, end: number): number[] {
    const { table } = this.#buddy;
    const nodes = table.within(start, end);
    if (table.find(start) !== 0) return nodes;
    const before = this.#buddy.around(start);
    return before === 0 ? nodes : [before, ...nodes];
  }

  #group(kind: Kind): number {
    return this.#buddy.group(this.#zone, kind);
  }
}
