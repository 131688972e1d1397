/**
 * alloc_contig_range, literally and page by page (pools.md §5.4): isolate the pageblocks, move what
 * is movable, check that all is free, take it, give back what lies outside, end the isolation.
 */
import type { FreeBlock, FreeLists, Pages, Type } from './free-lists.ts';

export interface Contig extends Pages {
  readonly lists: FreeLists;
  readonly zone: number;
  /** What the pageblocks are before and after: of one type all. */
  readonly type: Type;
  /** The movable block in use that holds a page. */
  readonly movableAround: (pfn: number) => FreeBlock | undefined;
  /** Copies a movable block elsewhere and frees it; false: there is no room. */
  readonly migrate: (block: FreeBlock) => boolean;
}

export function allocContigRange(contig: Contig): 'EBUSY' | 'ENOMEM' | null {
  const error = startIsolate(contig) ?? migrateRange(contig) ?? takeRange(contig);
  undoIsolate(contig);
  return error;
}

function startIsolate(contig: Contig): 'EBUSY' | null {
  const { lists, start, end } = contig;
  const pageblock = 2 ** lists.boot.pageblockOrder;
  const first = lists.pageblockOf(start);
  const last = lists.pageblockOf(end - 1);
  if (!setIsolate(contig, first) || straddles(contig, first)) return 'EBUSY';
  if (last !== first && !setIsolate(contig, last)) return 'EBUSY';
  if (straddles(contig, last + pageblock)) {
    if (last !== first) unsetIsolate(contig, last);
    return 'EBUSY';
  }
  for (let block = first + pageblock; block < last; block += pageblock) {
    if (!setIsolate(contig, block)) return 'EBUSY';
  }
  return null;
}

/** Is a movable block on both sides of a border? */
function straddles({ movableAround }: Contig, border: number): boolean {
  const block = movableAround(border);
  return block !== undefined && block.pfn < border;
}

function setIsolate(contig: Contig, block: number): boolean {
  const { lists, zone, type } = contig;
  const end = block + 2 ** lists.boot.pageblockOrder;
  if (lists.zoneOf(block) !== zone || lists.zoneOf(end - 1) !== zone) return false;
  if (lists.typeOf(block) !== type) return false;
  for (let pfn = block; pfn < end && type !== 'cma'; pfn++) {
    if (lists.freeAround(pfn) === undefined && contig.movableAround(pfn) === undefined)
      return false;
  }
  moveFreepagesBlock(lists, block, () => lists.isolated.push(block));
  return true;
}

/** Changes the type of a pageblock, and its free blocks go to the tail of the lists of that. */
function moveFreepagesBlock(lists: FreeLists, block: number, change: () => void): void {
  const large = lists.freeAround(block);
  if (large !== undefined && large.order > lists.boot.pageblockOrder) {
    lists.unlink(large);
    change();
    lists.splitLargeBuddy(large.pfn, large.order, false);
    return;
  }
  change();
  for (let pfn = block; pfn < block + 2 ** lists.boot.pageblockOrder; pfn++) {
    const free = lists.freeAround(pfn);
    if (free?.pfn !== pfn) continue;
    lists.unlink(free);
    lists.link(free, lists.typeOf(pfn), true);
  }
}

/** One block after the other, ascending. */
function migrateRange({ start, end, movableAround, migrate }: Contig): 'ENOMEM' | null {
  for (let pfn = start; pfn < end; pfn++) {
    const block = movableAround(pfn);
    if (block !== undefined && !migrate(block)) return 'ENOMEM';
  }
  return null;
}

function takeRange({ lists, start, end }: Contig): 'EBUSY' | null {
  for (let pfn = start; pfn < end; pfn++) if (lists.freeAround(pfn) === undefined) return 'EBUSY';
  const outside: number[] = [];
  for (let pfn = start; pfn < end; pfn++) {
    const block = lists.freeAround(pfn);
    if (block === undefined) continue;
    lists.unlink(block);
    for (let page = block.pfn; page < block.pfn + 2 ** block.order; page++) {
      if (page < start || page >= end) outside.push(page);
    }
  }
  for (const page of outside) lists.freeOnePage(page, 0, lists.typeOf(page), false);
  return null;
}

function undoIsolate(contig: Contig): void {
  const { lists, start, end } = contig;
  const pageblock = 2 ** lists.boot.pageblockOrder;
  for (let block = lists.pageblockOf(start); block < end; block += pageblock) {
    if (lists.typeOf(block) === 'isolate') unsetIsolate(contig, block);
  }
}

/** A whole free pageblock beside a free one that is not isolated is freed anew: it must merge. */
function unsetIsolate({ lists, type }: Contig, block: number): void {
  const change = () => {
    lists.isolated = lists.isolated.filter((other) => other !== block);
  };
  const { maxOrder, pageblockOrder } = lists.boot;
  const free = lists.freeAround(block);
  if (free?.pfn === block && free.order >= pageblockOrder && free.order < maxOrder) {
    const buddy = lists.buddyOf(block, free.order);
    const sameZone = lists.zoneOf(buddy) === lists.zoneOf(block);
    if (sameZone && lists.typeOfFree(buddy, free.order) && lists.typeOf(buddy) !== 'isolate') {
      lists.unlink(free);
      change();
      lists.freeOnePage(block, free.order, type, true);
      return;
    }
  }
  moveFreepagesBlock(lists, block, change);
}
