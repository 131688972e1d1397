/** Own bugs in the page allocator. */
import type { Bug } from '../bug.ts';

export const BUDDY: readonly Bug[] = [
  {
    id: 'own-merge-likely-without-parent',
    family: 'own',
    group: 'buddy',
    edits: [
      {
        file: 'sut/mm/buddy.ts',
        within: 'Buddy.#mergeLikely',
        find: 'const higher = buddyOf(parent, order + 1);',
        replace: 'const higher = buddyOf(pfn, order + 1);',
      },
    ],
    story:
      'The buddy one order up is computed from the block and not from its parent. For lower ' +
      'halves that is the same; an upper half always goes to the head, and is used up too early.',
    reference: 'spec 5.2, Free step 2',
  },
  {
    id: 'own-coalesce-across-kinds',
    family: 'own',
    group: 'buddy',
    edits: [
      {
        file: 'sut/mm/buddy.ts',
        within: 'Buddy.#merge',
        find: `
          const buddy = this.table.findOn(buddyOf(start, level), lists + level);
          if (buddy === 0) break;`,
        replace: `const buddy = this.table.find(buddyOf(start, level));
      if (buddy === 0 || this.table.order(buddy) !== level || !this.isFree(buddy)) break;`,
      },
    ],
    story:
      'A buddy that is free and of the same order merges, whatever its zone and kind: beside a ' +
      'CMA area that begins in the middle of a largest block, half of what is handed out is CMA.',
    reference: 'spec 5.2, Free step 1; B-I2',
  },
  {
    id: 'own-exact-power-of-two-doubled',
    family: 'own',
    group: 'buddy',
    edits: [
      {
        file: 'sut/mm/page-alloc.ts',
        within: 'PageAllocator.allocPagesExact',
        find: 'pagesOfOrder(order) < pages',
        replace: 'pagesOfOrder(order) <= pages',
      },
    ],
    story:
      'Exactly 2^n pages are cut from a block of 2^(n+1), the rest given back at once: the ' +
      'answeris right as long as there is such a block, and a largest one can never be had.',
    reference: 'spec 5.2, Exact allocation',
  },
  {
    id: 'own-boot-shares-partial-page',
    family: 'own',
    group: 'buddy',
    edits: [
      {
        file: 'sut/mm/boot.ts',
        within: 'wholePages',
        find: 'start: Math.ceil(start / machine.pageSize)',
        replace: 'start: Math.floor(start / machine.pageSize)',
      },
    ],
    story:
      'The start of free memory is rounded down: behind a region that ends inside a page, the ' +
      'page they share is handed out.',
    reference: 'spec B-I1; mm/memblock.c:__free_memory_core (PFN_UP)',
  },
  {
    id: 'own-contig-counts-whole-blocks',
    family: 'own',
    group: 'buddy',
    edits: [
      {
        file: 'sut/mm/page-isolation.ts',
        within: 'PageIsolation.#grab',
        find: 'found += Math.min(table.end(node), end) - Math.max(pfn, start);',
        replace: 'found += table.end(node) - pfn;',
      },
    ],
    story:
      'Whether a range is free is told by adding up the free blocks in it, whole: what a block ' +
      'has outside the range makes up for a page inside that somebody pinned.',
    reference: 'spec 5.4',
  },
  {
    id: 'own-fallback-ignores-reserve',
    family: 'own',
    group: 'buddy',
    edits: [
      {
        file: 'sut/mm/page-alloc.ts',
        within: 'PageAllocator.allocPages',
        find: 'this.#mayUse(index, hint, order, false)',
        replace: 'this.#mayUse(index, index, order, false)',
      },
    ],
    story:
      'What a zone keeps back is looked up for a request that asked for this very zone, which is ' +
      'nothing: requests for higher zones take the last pages of the lower ones.',
    reference: 'spec 5.5',
  },
];
