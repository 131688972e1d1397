/**
 * The page allocator: zones of pages, handed out in blocks of 2^order.
 *
 * Placement is Linux's, with one list per order and kind of memory: what DMA asks for is unmovable
 * and never taken from CMA areas. Per-CPU lists, reclaim and compaction are left out.
 *
 * Booting costs the number of ranges, and a free block or movable one 32 to 40 bytes; a page costs
 * nothing by itself, and allocating or freeing a block makes no objects.
 *
 * As in the kernel, what is freed is trusted: it must be what was allocated.
 */
import type { ZoneName } from '../../contract/machine.ts';
import { ORDERS_PER_GROUP } from './block-table.ts';
import { Buddy, CMA, MOVABLE, ORDINARY } from './buddy.ts';
import type { Block, PageLayout } from './layout.ts';
import { type ContigError, PageIsolation } from './page-isolation.ts';
import { pagesOfOrder } from './pfn.ts';
import { ZoneReserves } from './watermark.ts';

export type { Block, PageLayout, PfnRange, Zone } from './layout.ts';
export type { ContigError } from './page-isolation.ts';
export type { Watermarks } from './watermark.ts';

/** Pages for a CMA area, or for anybody else. */
export type MigrateType = 'cma' | 'movable';

export class PageAllocator {
  /** Told when the contents of a movable block went elsewhere. */
  onMove: ((from: number, to: number, order: number) => void) | null = null;

  readonly #layout: PageLayout;
  readonly #buddy: Buddy;
  readonly #managed: number[];
  #reserves: ZoneReserves | null;
  /** Movable blocks in use. */
  #movable = 0;

  /** Costs the number of zones and ranges. */
  constructor(layout: PageLayout) {
    this.#layout = layout;
    this.#buddy = new Buddy(layout);
    this.#giveRam();
    this.#activateCma();
    this.#managed = layout.zones.map((_, zone) => this.#free(zone) + this.#freeCma(zone));
    const { zones, watermarks } = layout;
    this.#reserves =
      watermarks === undefined ? null : new ZoneReserves(zones, this.#managed, watermarks);
  }

  /**
   * From now on lower zones keep a reserve from requests that may use higher ones.
   * Source: mm/page_alloc.c:setup_per_zone_lowmem_reserve.
   */
  setupLowmemReserve(): void {
    this.#reserves = new ZoneReserves(this.#layout.zones, this.#managed, { marks: {} });
  }

  /**
   * First page of a block of 2^order pages that nobody has, or -1: in the zone, or else the next
   * one below that has it. Never in a CMA area. Source: mm/page_alloc.c:__alloc_pages_noprof.
   */
  allocPages(order: number, zone: ZoneName): number {
    if (order > this.#layout.maxOrder) return -1;
    const hint = this.#zone(zone);
    for (let index = hint; index >= 0; index--) {
      if (!this.#mayUse(index, hint, order, false)) continue;
      const pfn = this.#buddy.take(this.#buddy.group(index, ORDINARY), order);
      if (pfn >= 0) return pfn;
    }
    return -1;
  }

  /** Frees a block, movable or not. Source: mm/page_alloc.c:__free_pages. */
  freePages(pfn: number, order: number): void {
    if (this.#movable > 0) this.#forgetMovable(pfn);
    this.#buddy.put(pfn, order, this.#buddy.groupOf(pfn), false);
  }

  /**
   * First of `pages` (1 or more) single pages in a row, aligned as the block around them, or -1.
   * Source: mm/page_alloc.c:alloc_pages_exact_noprof, :make_alloc_exact.
   */
  allocPagesExact(pages: number, zone: ZoneName): number {
    let order = 0;
    while (order <= this.#layout.maxOrder && pagesOfOrder(order) < pages) order++;
    const pfn = this.allocPages(order, zone);
    if (pfn < 0) return -1;
    const rest = { start: pfn + pages, end: pfn + pagesOfOrder(order) };
    this.#buddy.putRange(rest, this.#buddy.groupOf(pfn), true);
    return pfn;
  }

  /** Source: mm/page_alloc.c:free_pages_exact. */
  freePagesExact(pfn: number, pages: number): void {
    this.freeContigRange(pfn, pages);
  }

  /**
   * Like `allocPages`, for contents that may be moved: such blocks may lie in CMA areas, and do so
   * first while more than half of the zone's free memory is there. Freed with `freePages`.
   * Source: mm/page_alloc.c:__rmqueue.
   */
  allocMovable(order: number, zone: ZoneName): number {
    return this.#allocMovable(order, this.#zone(zone));
  }

  /**
   * Takes exactly [start, end), one page or more, in one zone, as single pages. Movable blocks in
   * the way go elsewhere; on failure those that went stay there, and nothing else changes hands.
   *
   * `type`: for whom. Memory of CMA areas is for them alone, and they want no other.
   *
   * EBUSY: the range leaves its zone or has memory of the other type, or a page that is neither free nor movable is in the range, or, outside CMA areas, anywhere in the pageblocks
   * around it, or those pageblocks leave the zone. ENOMEM: a movable block finds no other place.
   * Source: mm/page_alloc.c:alloc_contig_range_noprof.
   */
  allocContigRange(start: number, end: number, type: MigrateType): ContigError | null {
    const zone = this.#buddy.zoneOf(start);
    // The kernel leaves this to its caller.
    if (zone < 0 || end > this.#layout.zones[zone]!.end) return 'EBUSY';
    const { pageblockOrder } = this.#layout;
    const kind = type === 'cma' ? CMA : ORDINARY;
    const isolation = new PageIsolation(this.#buddy, pageblockOrder, zone, kind, { start, end });
    return isolation.run((pfn, order) => this.#migrate(pfn, order));
  }

  /**
   * Frees single pages in a row, ascending; costs their blocks.
   * Source: mm/page_alloc.c:free_contig_range.
   */
  freeContigRange(start: number, pages: number): void {
    const end = start + pages;
    for (let pfn = start; pfn < end; ) {
      const part = { start: pfn, end: Math.min(end, this.#borderAfter(pfn)) };
      this.#buddy.putRange(part, this.#buddy.groupOf(pfn), false);
      pfn = part.end;
    }
  }

  /**
   * Gives the allocator pages that it did not have at boot, one by one, ascending.
   * Source: mm/page_alloc.c:free_reserved_page.
   */
  addPages(start: number, pages: number): void {
    for (const [index, zone] of this.#layout.zones.entries()) {
      const from = Math.max(start, zone.start);
      this.#managed[index]! += Math.max(0, Math.min(start + pages, zone.end) - from);
    }
    this.freeContigRange(start, pages);
  }

  /** Free pages of a zone outside CMA areas. */
  freeCount(zone: ZoneName): number {
    return this.#free(this.#zone(zone));
  }

  /** Free pages of a zone inside CMA areas. */
  freeCmaCount(zone: ZoneName): number {
    return this.#freeCma(this.#zone(zone));
  }

  /** Pages of a zone given at boot. */
  managed(zone: ZoneName): number {
    return this.#managed[this.#zone(zone)]!;
  }

  /** Every free block of a zone: by order, ordinary ones before CMA, in the order of the lists. */
  blocks(zone: ZoneName): Block[] {
    const blocks: Block[] = [];
    for (let order = 0; order <= this.#layout.maxOrder; order++) {
      for (const kind of [ORDINARY, CMA] as const) {
        const list = this.#buddy.group(this.#zone(zone), kind) * ORDERS_PER_GROUP + order;
        for (const pfn of this.#onList(list)) blocks.push({ pfn, order, cma: kind === CMA });
      }
    }
    return blocks;
  }

  *#onList(list: number): Generator<number> {
    const { table, runs } = this.#buddy;
    for (let node = table.first(list); node !== 0; node = table.after(node, list)) {
      if (table.isRun(node)) yield* runs.blocks(node);
      else yield table.pfn(node);
    }
  }

  /** A zone that is not configured means `normal`. Source: include/linux/gfp.h:gfp_zone. */
  #zone(name: ZoneName): number {
    const { zones } = this.#layout;
    for (let index = 0; index < zones.length - 1; index++) {
      if (zones[index]!.name === name) return index;
    }
    return zones.length - 1;
  }

  #free(zone: number): number {
    return this.#buddy.pages[this.#buddy.group(zone, ORDINARY)]!;
  }

  #freeCma(zone: number): number {
    return this.#buddy.pages[this.#buddy.group(zone, CMA)]!;
  }

  #mayUse(zone: number, hint: number, order: number, movable: boolean): boolean {
    if (this.#reserves === null) return true;
    const free = this.#free(zone) + (movable ? this.#freeCma(zone) : 0);
    return this.#reserves.leavesEnough(zone, hint, free, pagesOfOrder(order));
  }

  #allocMovable(order: number, hint: number): number {
    if (order > this.#layout.maxOrder) return -1;
    for (let index = hint; index >= 0; index--) {
      if (!this.#mayUse(index, hint, order, true)) continue;
      const pfn = this.#takeMovable(index, order);
      if (pfn < 0) continue;
      const movable = this.#buddy.group(index, MOVABLE) * ORDERS_PER_GROUP + order;
      this.#buddy.table.insert(pfn, movable, false);
      this.#movable++;
      return pfn;
    }
    return -1;
  }

  #takeMovable(zone: number, order: number): number {
    const buddy = this.#buddy;
    const ordinary = buddy.group(zone, ORDINARY);
    const cma = buddy.group(zone, CMA);
    const all = this.#free(zone) + this.#freeCma(zone);
    if (this.#freeCma(zone) > Math.floor(all / 2)) {
      const pfn = buddy.take(cma, order);
      if (pfn >= 0) return pfn;
    }
    const pfn = buddy.take(ordinary, order);
    return pfn >= 0 ? pfn : buddy.take(cma, order);
  }

  #forgetMovable(pfn: number): void {
    const { table } = this.#buddy;
    const node = table.find(pfn);
    if (node === 0 || this.#buddy.isFree(node)) return;
    table.remove(node);
    this.#movable--;
  }

  /** Source: mm/migrate.c:alloc_migration_target: any zone will do. */
  #migrate(from: number, order: number): boolean {
    const to = this.#allocMovable(order, this.#layout.zones.length - 1);
    if (to < 0) return false;
    this.freePages(from, order);
    this.onMove?.(from, to, order);
    return true;
  }

  /** The first border of a zone or CMA area above a page. */
  #borderAfter(pfn: number): number {
    const { zones, cma } = this.#layout;
    let border = zones[this.#buddy.zoneOf(pfn)]!.end;
    for (const { start, end } of cma) {
      if (start > pfn) border = Math.min(border, start);
      else if (end > pfn) border = Math.min(border, end);
    }
    return border;
  }

  /** Source: mm/memblock.c:__free_pages_memory. */
  #giveRam(): void {
    const { zones, free } = this.#layout;
    for (const range of free) {
      for (const [index, zone] of zones.entries()) {
        const start = Math.max(range.start, zone.start);
        const end = Math.min(range.end, zone.end);
        this.#buddy.putRange({ start, end }, this.#buddy.group(index, ORDINARY), true);
      }
    }
  }

  /** Source: mm/cma.c:cma_activate_area, mm/mm_init.c:init_cma_reserved_pageblock. */
  #activateCma(): void {
    for (const area of this.#layout.cma) {
      const zone = this.#buddy.zoneOf(area.start);
      this.#buddy.putRange(area, this.#buddy.group(zone, CMA), false);
    }
  }
}
