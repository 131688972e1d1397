/**
 * The free lists of the page allocator, literally (pools.md §5.2): for every zone, type of memory
 * and order an array of first pages, head first.
 */
import type { ZoneName } from '../../contract/machine.ts';

/** Page frames [start, end). */
export interface Pages {
  readonly start: number;
  readonly end: number;
}

export interface PageZone extends Pages {
  readonly name: ZoneName;
}

/** What boot knows; the words mean what they mean in sut/mm. */
export interface Boot {
  readonly maxOrder: number;
  readonly pageblockOrder: number;
  readonly zones: readonly PageZone[];
  readonly free: readonly Pages[];
  readonly cma: readonly Pages[];
  readonly watermarks?: {
    readonly marks: { readonly [zone in ZoneName]?: number };
    readonly ratios?: { readonly [zone in ZoneName]?: number };
  };
}

/** The types of lists that matter here: MIGRATE_ISOLATE, MIGRATE_CMA, and all others as one. */
export const TYPES = ['ordinary', 'cma', 'isolate'] as const;
export type Type = (typeof TYPES)[number];

export interface FreeBlock {
  readonly pfn: number;
  readonly order: number;
}

export class FreeLists {
  readonly boot: Boot;
  /** By zone, then by type, then by order. */
  readonly lists: readonly Record<Type, number[][]>[];
  /** First pages of pageblocks that are isolated. */
  isolated: number[] = [];

  constructor(boot: Boot) {
    this.boot = boot;
    const empty = () => Array.from({ length: boot.maxOrder + 1 }, (): number[] => []);
    this.lists = boot.zones.map(() => ({ ordinary: empty(), cma: empty(), isolate: empty() }));
  }

  /** Index of the zone of a page; -1: none. */
  zoneOf(pfn: number): number {
    return this.boot.zones.findIndex(({ start, end }) => start <= pfn && pfn < end);
  }

  pageblockOf(pfn: number): number {
    return pfn - (pfn % 2 ** this.boot.pageblockOrder);
  }

  typeOf(pfn: number): Type {
    if (this.isolated.includes(this.pageblockOf(pfn))) return 'isolate';
    return this.inCma(pfn) ? 'cma' : 'ordinary';
  }

  inCma(pfn: number): boolean {
    return this.boot.cma.some(({ start, end }) => start <= pfn && pfn < end);
  }

  listOf(pfn: number, order: number, type: Type): number[] {
    return this.lists[this.zoneOf(pfn)]![type][order]!;
  }

  /** Type of the list on which exactly this block is; undefined: on none. */
  typeOfFree(pfn: number, order: number): Type | undefined {
    if (this.zoneOf(pfn) < 0) return undefined;
    return TYPES.find((type) => this.listOf(pfn, order, type).includes(pfn));
  }

  unlink({ pfn, order }: FreeBlock): void {
    const list = this.listOf(pfn, order, this.typeOfFree(pfn, order)!);
    list.splice(list.indexOf(pfn), 1);
  }

  link({ pfn, order }: FreeBlock, type: Type, toTail: boolean): void {
    const list = this.listOf(pfn, order, type);
    if (toTail) list.push(pfn);
    else list.unshift(pfn);
  }

  /** The free block that holds a page. */
  freeAround(pfn: number): FreeBlock | undefined {
    for (let order = 0; order <= this.boot.maxOrder; order++) {
      const first = pfn - (pfn % 2 ** order);
      if (this.typeOfFree(first, order) !== undefined) return { pfn: first, order };
    }
    return undefined;
  }

  freePages(zone: number, type: Type): number {
    return this.lists[zone]![type].reduce((sum, list, order) => sum + list.length * 2 ** order, 0);
  }

  /** The other half of the pair: pfn XOR 2^order. */
  buddyOf(pfn: number, order: number): number {
    return Math.floor(pfn / 2 ** order) % 2 === 0 ? pfn + 2 ** order : pfn - 2 ** order;
  }

  /** Removes the head of the smallest sufficient order and splits it; -1: none suffices. */
  rmqueueSmallest(zone: number, type: Type, order: number): number {
    for (let from = order; from <= this.boot.maxOrder; from++) {
      const pfn = this.lists[zone]![type][from]!.shift();
      if (pfn === undefined) continue;
      for (let half = from - 1; half >= order; half--) {
        this.link({ pfn: pfn + 2 ** half, order: half }, type, false);
      }
      return pfn;
    }
    return -1;
  }

  /** Frees pageblock by pageblock, each onto the list of its own type. */
  splitLargeBuddy(pfn: number, order: number, toTail: boolean): void {
    const piece = Math.min(order, this.boot.pageblockOrder);
    for (let first = pfn; first < pfn + 2 ** order; first += 2 ** piece) {
      this.freeOnePage(first, piece, this.typeOf(first), toTail);
    }
  }

  /** Merges while the buddy is free, whole and of the same order; then head or tail. */
  freeOnePage(pfn: number, order: number, type: Type, toTail: boolean): void {
    const buddy = this.buddyOf(pfn, order);
    if (order < this.boot.maxOrder && this.mayMerge(pfn, buddy, order, type)) {
      this.unlink({ pfn: buddy, order });
      this.freeOnePage(Math.min(pfn, buddy), order + 1, type, toTail);
    } else {
      this.link({ pfn, order }, type, toTail || this.buddyMergeLikely(pfn, buddy, order));
    }
  }

  mayMerge(pfn: number, buddy: number, order: number, type: Type): boolean {
    if (this.zoneOf(buddy) !== this.zoneOf(pfn)) return false;
    if (this.typeOfFree(buddy, order) === undefined) return false;
    return order < this.boot.pageblockOrder || this.typeOf(buddy) === type;
  }

  buddyMergeLikely(pfn: number, buddy: number, order: number): boolean {
    if (order >= this.boot.maxOrder - 1) return false;
    const parent = Math.min(pfn, buddy);
    const higher = this.buddyOf(parent, order + 1);
    if (this.zoneOf(higher) !== this.zoneOf(parent)) return false;
    return this.typeOfFree(higher, order + 1) !== undefined;
  }
}
