/**
 * The page allocator, literally (pools.md §1.5, §5): walks arrays, frees single pages one by one.
 */
import type { ZoneName } from '../../contract/machine.ts';
import { type Boot, type FreeBlock, FreeLists } from './free-lists.ts';
import { allocContigRange } from './isolation.ts';

export class ReferenceBuddy {
  onMove: ((from: number, to: number, order: number) => void) | null = null;
  readonly lists: FreeLists;
  /** Pages of each zone after boot. */
  private readonly bootPages: readonly number[];
  /** Movable blocks in use. */
  private movable: FreeBlock[] = [];

  constructor(boot: Boot, lists = new FreeLists(boot)) {
    this.lists = lists;
    for (const { start, end } of boot.free) {
      for (const zone of boot.zones) {
        this.freePagesMemory(Math.max(start, zone.start), Math.min(end, zone.end));
      }
    }
    const pageblock = 2 ** boot.pageblockOrder;
    for (const { start, end } of boot.cma) {
      for (let pfn = start; pfn < end; pfn += pageblock) this.freePages(pfn, boot.pageblockOrder);
    }
    this.bootPages = boot.zones.map((_, zone) => this.allFree(zone));
  }

  /** The largest aligned block that fits, again and again, to the tail. */
  private freePagesMemory(start: number, end: number): void {
    for (let pfn = start; pfn < end; ) {
      let order = this.lists.boot.maxOrder;
      while (pfn % 2 ** order !== 0 || pfn + 2 ** order > end) order--;
      this.lists.splitLargeBuddy(pfn, order, true);
      pfn += 2 ** order;
    }
  }

  allocPages(order: number, zone: ZoneName): number {
    const hint = this.zoneNumber(zone);
    for (let index = hint; index >= 0; index--) {
      if (!this.watermarkOk(index, hint, order, false)) continue;
      const pfn = this.lists.rmqueueSmallest(index, 'ordinary', order);
      if (pfn >= 0) return pfn;
    }
    return -1;
  }

  freePages(pfn: number, order: number): void {
    this.movable = this.movable.filter((block) => block.pfn !== pfn);
    this.lists.splitLargeBuddy(pfn, order, false);
  }

  allocPagesExact(pages: number, zone: ZoneName): number {
    let order = 0;
    while (2 ** order < pages) order++;
    const pfn = this.allocPages(order, zone);
    if (pfn < 0) return -1;
    for (let page = pfn + pages; page < pfn + 2 ** order; page++) {
      this.lists.splitLargeBuddy(page, 0, true);
    }
    return pfn;
  }

  freePagesExact(pfn: number, pages: number): void {
    for (let page = pfn; page < pfn + pages; page++) this.freePages(page, 0);
  }

  /** CMA first while more than half of the zone's free pages are there, and last otherwise. */
  allocMovable(order: number, zone: ZoneName): number {
    const hint = this.zoneNumber(zone);
    for (let index = hint; index >= 0; index--) {
      if (!this.watermarkOk(index, hint, order, true)) continue;
      const half = Math.floor(this.allFree(index) / 2);
      const cmaFirst = this.lists.freePages(index, 'cma') > half;
      for (const type of cmaFirst ? (['cma', 'ordinary'] as const) : MOVABLE_TYPES) {
        const pfn = this.lists.rmqueueSmallest(index, type, order);
        if (pfn < 0) continue;
        this.movable.push({ pfn, order });
        return pfn;
      }
    }
    return -1;
  }

  /** `migrateType`: for a CMA area, or for anybody else. */
  allocContigRange(
    start: number,
    end: number,
    migrateType: 'cma' | 'movable',
  ): 'EBUSY' | 'ENOMEM' | null {
    const zone = this.lists.zoneOf(start);
    if (zone < 0 || this.lists.zoneOf(end - 1) !== zone) return 'EBUSY';
    const type = migrateType === 'cma' ? 'cma' : 'ordinary';
    return allocContigRange({
      lists: this.lists,
      start,
      end,
      zone,
      type,
      movableAround: (pfn) =>
        this.movable.find((block) => block.pfn <= pfn && pfn < block.pfn + 2 ** block.order),
      migrate: ({ pfn, order }) => this.migrate(pfn, order),
    });
  }

  private migrate(from: number, order: number): boolean {
    const to = this.allocMovable(order, 'normal');
    if (to < 0) return false;
    this.freePages(from, order);
    this.onMove?.(from, to, order);
    return true;
  }

  freeContigRange(start: number, pages: number): void {
    this.freePagesExact(start, pages);
  }

  freeCount(zone: ZoneName): number {
    return this.lists.freePages(this.zoneNumber(zone), 'ordinary');
  }

  freeCmaCount(zone: ZoneName): number {
    return this.lists.freePages(this.zoneNumber(zone), 'cma');
  }

  managed(zone: ZoneName): number {
    return this.bootPages[this.zoneNumber(zone)]!;
  }

  blocks(zone: ZoneName): { pfn: number; order: number; cma: boolean }[] {
    const { ordinary, cma } = this.lists.lists[this.zoneNumber(zone)]!;
    return ordinary.flatMap((list, order) => [
      ...list.map((pfn) => ({ pfn, order, cma: false })),
      ...cma[order]!.map((pfn) => ({ pfn, order, cma: true })),
    ]);
  }

  private allFree(zone: number): number {
    return this.lists.freePages(zone, 'ordinary') + this.lists.freePages(zone, 'cma');
  }

  /** The zone of that name, or the highest. */
  private zoneNumber(name: ZoneName): number {
    const { zones } = this.lists.boot;
    const index = zones.findIndex((zone) => zone.name === name);
    return index < 0 ? zones.length - 1 : index;
  }

  /** free - (2^order - 1) - what only others may use > mark + reserve (pools.md §5.5). */
  watermarkOk(zone: number, hint: number, order: number, movable: boolean): boolean {
    const { watermarks, zones } = this.lists.boot;
    if (watermarks === undefined) return true;
    const { name } = zones[zone]!;
    const unusable = 2 ** order - 1 + (movable ? 0 : this.lists.freePages(zone, 'cma'));
    const ratio = watermarks.ratios?.[name] ?? (name === 'normal' ? 32 : 256);
    let above = 0;
    for (let index = zone + 1; index <= hint; index++) above += this.bootPages[index]!;
    const none = ratio === 0 || this.bootPages[zone] === 0;
    const reserve = none ? 0 : Math.floor(above / ratio);
    return this.allFree(zone) - unusable > (watermarks.marks[name] ?? 0) + reserve;
  }
}

const MOVABLE_TYPES = ['ordinary', 'cma'] as const;
