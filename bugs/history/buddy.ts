/** The page allocator: what mm/page_alloc.c once got wrong. */
import type { Bug } from '../bug.ts';

const ISOLATION = 'sut/mm/page-isolation.ts';

export const BUDDY: readonly Bug[] = [
  {
    id: 'buddy-move-block-from-pivot',
    family: 'history',
    group: 'buddy',
    edits: [
      {
        file: ISOLATION,
        within: 'PageIsolation.#moveFreepagesBlock',
        find: 'table.within(block, block + this.#pageblock)',
        replace: 'table.within(Math.max(block, this.#start), block + this.#pageblock)',
      },
    ],
    story:
      'Moving the free pages of a pageblock begins at the page that was looked at: those before ' +
      'it stay on the list they were on.',
    reference: '2dd482ba627d "mm: page_alloc: fix move_freepages_block() range error"',
  },
  {
    id: 'buddy-takeoff-not-counted',
    family: 'history',
    group: 'buddy',
    edits: [
      {
        file: 'sut/mm/buddy.ts',
        within: 'Buddy.pull',
        find: 'this.pages[this.table.group(node)]! -= pagesOfOrder(this.table.order(node));',
        replace: '',
      },
    ],
    story: 'Taking a block off its list by address does not lower the count of free pages.',
    reference: 'bac9c6fa1f92 "mm/page_alloc: fix counting of free pages after take off from buddy"',
  },
  {
    id: 'buddy-watermark-negative',
    family: 'history',
    group: 'buddy',
    edits: [
      {
        file: 'sut/mm/watermark.ts',
        within: 'ZoneReserves.leavesEnough',
        find: 'return free - (pages - 1) > this.#floors[zone]![hint]!;',
        replace: 'return (free - this.#floors[zone]![hint]!) >>> 0 > pages - 1;',
      },
    ],
    story: 'Free pages less the reserve, where that is negative, count as very many.',
    reference: '9282012fc0aa "page_alloc: fix invalid watermark check on a negative value"',
  },
  {
    id: 'buddy-split-free-accounting',
    family: 'history',
    group: 'buddy',
    edits: [
      {
        file: ISOLATION,
        within: 'PageIsolation.#pullLarge',
        find: 'return { start: this.#buddy.pull(node), end };',
        replace: `const start = table.pfn(node);
    table.remove(node);
    return { start, end };`,
      },
    ],
    story:
      'A free block larger than a pageblock is split for isolation and stays counted: its halves ' +
      'are counted once more when they come back.',
    reference: '86d28b070927 "mm: split free page with properly free memory accounting and …"',
  },
  {
    id: 'buddy-split-reads-past-end',
    family: 'history',
    group: 'buddy',
    edits: [
      {
        file: 'sut/mm/page-alloc.ts',
        within: 'PageAllocator.freeContigRange',
        find: `
          for (let pfn = start; pfn < end; ) {
            const part = { start: pfn, end: Math.min(end, this.#borderAfter(pfn)) };`,
        replace: `let border = this.#borderAfter(start);
    for (let pfn = start; pfn < end; border = this.#borderAfter(pfn)) {
      const part = { start: pfn, end: Math.min(end, border) };`,
      },
    ],
    story:
      'Freeing a range in parts looks up the page behind a part before it tests for the end: ' +
      'behind the last zone there is none.',
    reference: 'CVE-2024-57881, faeec8e23c10 "mm/page_alloc: don’t call pfn_to_page() on …"',
  },
];
