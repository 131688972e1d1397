// Goal: booting, and ranges of any size, cost ranges and blocks, never pages; and lists that were
// never written out are the same lists. Method: machines of a terabyte beside what must come out.
import { describe, expect, it } from 'vitest';
import { PageAllocator, type PageLayout } from '../../sut/mm/page-alloc.ts';

const GIB = 2 ** 18;
const TIB = 2 ** 28;
const BLOCK = 2 ** 10;

/** 1 TiB at 0x8000_0000 on arm64 with 4 KiB pages, 4 GiB of it in a CMA area. */
const terabyte: PageLayout = {
  maxOrder: 10,
  pageblockOrder: 9,
  zones: [
    { name: 'dma', start: 2 * GIB, end: 4 * GIB },
    { name: 'dma32', start: 4 * GIB, end: 4 * GIB },
    { name: 'normal', start: 4 * GIB, end: TIB + 2 * GIB },
  ],
  free: [
    { start: 2 * GIB + 5, end: 8 * GIB },
    { start: 12 * GIB, end: TIB + 2 * GIB },
  ],
  cma: [{ start: 8 * GIB, end: 12 * GIB }],
};

const largest = (buddy: PageAllocator) =>
  buddy.blocks('normal').flatMap(({ pfn, order, cma }) => (order === 10 && !cma ? [pfn] : []));

describe('a terabyte', () => {
  it('has all its memory, from low to high; CMA areas from high to low', () => {
    const buddy = new PageAllocator(terabyte);
    expect(buddy.managed('dma')).toBe(2 * GIB - 5);
    expect(buddy.freeCount('normal')).toBe(TIB - 6 * GIB);
    expect(buddy.freeCmaCount('normal')).toBe(4 * GIB);
    expect(buddy.allocPages(0, 'dma')).toBe(2 * GIB + 5);
    expect(buddy.allocPages(10, 'normal')).toBe(4 * GIB);
    expect(buddy.allocPages(10, 'dma32')).toBe(2 * GIB + BLOCK);
    const cma = buddy.blocks('normal').filter((block) => block.cma);
    expect(cma.map(({ pfn }) => pfn).slice(0, 2)).toEqual([12 * GIB - BLOCK, 12 * GIB - 2 * BLOCK]);
  });

  it('gives a range out of the middle, and takes it back at the head', () => {
    const buddy = new PageAllocator(terabyte);
    const before = largest(buddy);
    const [start, end] = [100 * GIB, 200 * GIB];
    expect(buddy.allocContigRange(start, end, 'movable')).toBeNull();
    expect(buddy.freeCount('normal')).toBe(TIB - 106 * GIB);
    const outside = before.filter((pfn) => pfn < start || pfn >= end);
    expect(largest(buddy)).toEqual(outside);
    buddy.freeContigRange(start, end - start);
    const back = before.filter((pfn) => pfn >= start && pfn < end).reverse();
    expect(largest(buddy)).toEqual([...back, ...outside]);
  });

  it('gives a range of untouched and used memory, or nothing', () => {
    const buddy = new PageAllocator(terabyte);
    const movable = Array.from({ length: 4 }, () => buddy.allocMovable(9, 'normal'));
    expect(movable[0]).toBe(4 * GIB);
    const moves: number[] = [];
    buddy.onMove = (_from, to) => moves.push(to);
    expect(buddy.allocContigRange(4 * GIB + 3, 6 * GIB, 'movable')).toBeNull();
    expect(moves).toEqual([6 * GIB, 6 * GIB + 512, 6 * GIB + BLOCK, 6 * GIB + BLOCK + 512]);
    expect(buddy.allocContigRange(6 * GIB + 9, 8 * GIB, 'movable')).toBeNull();
    buddy.freeContigRange(6 * GIB + 9, 2 * GIB - 9);
    const before = buddy.freeCount('normal');
    expect(buddy.allocContigRange(7 * GIB, 7 * GIB + 1, 'movable')).toBeNull();
    expect(buddy.allocContigRange(6 * GIB + 9, 8 * GIB - 9, 'movable')).toBe('EBUSY');
    // What was set aside on the way to the page in use comes back, at the tail.
    expect(buddy.freeCount('normal')).toBe(before - 1);
    expect(largest(buddy).slice(-2)).toEqual([7 * GIB - BLOCK, 8 * GIB - BLOCK]);
  });

  it('frees ranges across zones and CMA areas', () => {
    const buddy = new PageAllocator(terabyte);
    const ranges = [
      [3 * GIB, 4 * GIB],
      [4 * GIB, 8 * GIB],
      [8 * GIB, 12 * GIB],
      [12 * GIB, TIB],
    ] as const;
    for (const [start, end] of ranges) {
      const type = start === 8 * GIB ? 'cma' : 'movable';
      expect(buddy.allocContigRange(start, end, type)).toBeNull();
    }
    expect(buddy.freeCmaCount('normal')).toBe(0);
    buddy.freeContigRange(3 * GIB, TIB - 3 * GIB);
    expect(buddy.freeCount('dma')).toBe(buddy.managed('dma'));
    expect(buddy.freeCmaCount('normal')).toBe(4 * GIB);
  });
});
