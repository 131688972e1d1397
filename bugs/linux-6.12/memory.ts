/** Memory behind the pools as Linux 6.12 has it: the repaired rows of deviations/memory.ts. */
import type { Bug } from '../bug.ts';

export const LINUX_MEMORY: readonly Bug[] = [
  {
    id: 'block-across-zones',
    family: 'linux-6.12',
    group: 'buddy',
    edits: [
      {
        file: 'sut/mm/page-alloc.ts',
        within: 'PageAllocator.#giveRam',
        find: `
          for (const [index, zone] of zones.entries()) {
            const start = Math.max(range.start, zone.start);
            const end = Math.min(range.end, zone.end);
            this.#buddy.putRange({ start, end }, this.#buddy.group(index, ORDINARY), true);
          }`,
        // A block is of the zone of its first page.
        replace: `let start = range.start;
      for (const [index, zone] of zones.entries()) {
        if (zone.end <= start) continue;
        let end = Math.min(range.end, zone.end);
        for (let order = this.#layout.maxOrder; order > 0; order--) {
          const pages = pagesOfOrder(order);
          const first = end - 1 - ((end - 1) % pages);
          if (first < start || first + pages > range.end) continue;
          end = first + pages;
          break;
        }
        this.#buddy.putRange({ start, end }, this.#buddy.group(index, ORDINARY), true);
        start = end;
        if (start === range.end) break;
      }`,
      },
    ],
    story:
      'Booting gives the largest aligned blocks of RAM: one that begins in a zone and ends in ' +
      'the next belongs to the first, which hands out pages of the other.',
    reference: 'block-across-zones',
  },
  {
    id: 'slot-search-incomplete',
    family: 'linux-6.12',
    group: 'swiotlb',
    edits: [
      {
        file: 'sut/dma/swiotlb/mem.ts',
        within: 'IoTlbMem.#findSlots',
        find: 'if (slot < 0 && this.#search.incomplete) slot = this.#searchPools(dev, cpu, true);',
        replace: '',
      },
    ],
    story:
      'The search of a restricted pool ends after as many slots as there are, counting those a ' +
      'wrapped stride passed over: a free run may never be looked at.',
    reference: 'slot-search-incomplete',
  },
];
