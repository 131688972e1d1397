// Goal: the worked examples V-B1 to V-B4 of the specification, and those of contiguous ranges.
// Method: each of them on the page allocator and on its literal twin.
import { describe, expect, it } from 'vitest';
import { ReferenceBuddy } from '../../model/reference/buddy.ts';
import type { Allocator, MakeAllocator } from '../../properties/lockstep/buddy-run.ts';
import { PageAllocator, type PageLayout } from '../../sut/mm/page-alloc.ts';

const zone = (start: number, end: number, maxOrder: number): PageLayout => ({
  maxOrder,
  pageblockOrder: Math.min(maxOrder, 3),
  zones: [{ name: 'normal', start, end }],
  free: [{ start, end }],
  cma: [],
});

/** `{ order: [pfn, ...] }`, heads first. */
function lists(allocator: Allocator): Record<number, number[]> {
  const byOrder: Record<number, number[]> = {};
  for (const { pfn, order } of allocator.blocks('normal')) {
    byOrder[order] = [...(byOrder[order] ?? []), pfn];
  }
  return byOrder;
}

const alloc = (allocator: Allocator, ...orders: number[]) =>
  orders.map((order) => allocator.allocPages(order, 'normal'));

const both: [string, MakeAllocator][] = [
  ['page allocator', (layout) => new PageAllocator(layout)],
  ['reference', (layout) => new ReferenceBuddy(layout)],
];

describe.each(both)('%s', (_name, boot) => {
  it('V-B1: splits and merges in a zone of 16 pages', () => {
    const buddy = boot(zone(0, 16, 4));
    expect(alloc(buddy, 0)).toEqual([0]);
    expect(lists(buddy)).toEqual({ 0: [1], 1: [2], 2: [4], 3: [8] });
    expect(alloc(buddy, 0, 1, 0)).toEqual([1, 2, 4]);
    expect(lists(buddy)).toEqual({ 0: [5], 1: [6], 3: [8] });
    buddy.freePages(1, 0);
    expect(lists(buddy)[0]).toEqual([1, 5]);
    buddy.freePages(2, 1);
    expect(lists(buddy)[1]).toEqual([2, 6]);
    buddy.freePages(0, 0);
    expect(lists(buddy)).toEqual({ 0: [5], 1: [6], 2: [0], 3: [8] });
    buddy.freePages(4, 0);
    expect(lists(buddy)).toEqual({ 4: [0] });
  });

  it('V-B2: a block that waits for its half goes to the tail', () => {
    const buddy = boot(zone(0, 32, 5));
    expect(alloc(buddy, 2, 2, 2, 2, 2, 2, 2, 2)).toEqual([0, 4, 8, 12, 16, 20, 24, 28]);
    buddy.freePages(16, 2);
    buddy.freePages(8, 2);
    expect(lists(buddy)).toEqual({ 2: [8, 16] });
    buddy.freePages(12, 2);
    expect(lists(buddy)).toEqual({ 2: [16], 3: [8] });
    buddy.freePages(0, 2);
    expect(lists(buddy)).toEqual({ 2: [16, 0], 3: [8] });
    expect(alloc(buddy, 2)).toEqual([16]);
  });

  it('V-B2: but not from the order below the largest on', () => {
    const buddy = boot(zone(0, 32, 3));
    alloc(buddy, 2, 2, 2, 2, 2, 2, 2, 2);
    for (const pfn of [16, 8, 12, 0]) buddy.freePages(pfn, 2);
    expect(lists(buddy)).toEqual({ 2: [0, 16], 3: [8] });
  });

  it('V-B3: boot cuts zones into the largest aligned blocks', () => {
    expect(lists(boot(zone(5, 27, 4)))).toEqual({ 0: [5, 26], 1: [6, 24], 3: [8, 16] });
    const buddy = boot(zone(3, 32, 3));
    expect(lists(buddy)).toEqual({ 0: [3], 2: [4], 3: [8, 16, 24] });
    expect(alloc(buddy, 0, 0, 0)).toEqual([3, 4, 5]);
    expect(lists(buddy)).toEqual({ 1: [6], 3: [8, 16, 24] });
  });

  it('V-B4: exact allocations give the rest back', () => {
    const buddy = boot(zone(0, 16, 4));
    expect(buddy.allocPagesExact(5, 'normal')).toBe(0);
    expect(lists(buddy)).toEqual({ 0: [5], 1: [6], 3: [8] });
    buddy.freePagesExact(0, 5);
    expect(lists(buddy)).toEqual({ 4: [0] });
  });

  it('orders beyond the largest fail, and change nothing', () => {
    const buddy = boot(zone(0, 32, 3));
    expect([...alloc(buddy, 4), buddy.allocMovable(4, 'normal')]).toEqual([-1, -1]);
    expect(buddy.allocPagesExact(9, 'normal')).toBe(-1);
    expect(buddy.freeCount('normal')).toBe(32);
  });

  it('zones that are not configured mean the highest; hints only fall', () => {
    const buddy = boot({
      ...zone(0, 32, 3),
      zones: [
        { name: 'dma', start: 0, end: 8 },
        { name: 'normal', start: 8, end: 32 },
      ],
    });
    expect(buddy.allocPages(0, 'dma32')).toBe(8);
    expect(buddy.allocPages(3, 'dma')).toBe(0);
    expect(buddy.allocPages(0, 'dma')).toBe(-1);
    expect([buddy.managed('dma'), buddy.managed('dma32')]).toEqual([8, 24]);
  });

  it('contiguous ranges leave what is around them, at the tail', () => {
    const buddy = boot(zone(0, 32, 3));
    expect(buddy.allocContigRange(9, 12, 'movable')).toBeNull();
    expect(lists(buddy)).toEqual({ 0: [8], 2: [12], 3: [0, 16, 24] });
    buddy.freeContigRange(9, 3);
    expect(lists(buddy)).toEqual({ 3: [8, 0, 16, 24] });
  });

  it('contiguous ranges refuse what is taken anywhere in their pageblocks, outside CMA', () => {
    const buddy = boot(zone(0, 32, 3));
    expect(alloc(buddy, 0)).toEqual([0]);
    expect(buddy.allocContigRange(4, 8, 'movable')).toBe('EBUSY');
    expect(buddy.allocContigRange(24, 33, 'movable')).toBe('EBUSY');
    expect(buddy.allocContigRange(40, 41, 'movable')).toBe('EBUSY');
  });

  it('contiguous ranges move what is in the way, or say that there is no room', () => {
    const moves: number[][] = [];
    const buddy = boot({
      ...zone(0, 16, 3),
      free: [{ start: 0, end: 8 }],
      cma: [{ start: 8, end: 16 }],
    });
    buddy.onMove = (...move) => moves.push(move);
    expect(buddy.allocMovable(1, 'normal')).toBe(0);
    expect(buddy.allocMovable(1, 'normal')).toBe(8);
    expect(buddy.allocContigRange(8, 10, 'cma')).toBeNull();
    expect(moves).toEqual([[8, 2, 1]]);
    expect(buddy.allocMovable(2, 'normal')).toBe(12);
    expect(alloc(buddy, 2)).toEqual([4]);
    expect(buddy.allocContigRange(12, 13, 'cma')).toBe('ENOMEM');
    expect(buddy.allocContigRange(9, 11, 'cma')).toBe('EBUSY');
  });
});
