/** Contiguous areas: what mm/cma.c and kernel/dma/contiguous.c once got wrong. */
import type { Bug } from '../bug.ts';

const TABLE = 'sut/mm/cma-areas.ts';

export const CMA: readonly Bug[] = [
  {
    id: 'cma-alignment-relative-to-area',
    family: 'history',
    group: 'cma',
    edits: [
      {
        file: 'sut/mm/cma.ts',
        within: 'Cma.alloc',
        find: 'const off = Math.floor((this.basePfn % 2 ** align) / bitPages);',
        replace: 'const off = 0;',
      },
    ],
    story: 'Alignment is counted from the start of the area and not from page frame 0.',
    reference: 'b5be83e308f7 "mm: cma: align to physical address, not CMA region position"',
  },
  {
    id: 'cma-maxchunk-units',
    family: 'history',
    group: 'cma',
    edits: [
      {
        file: 'sut/mm/cma.ts',
        within: 'Cma.maxChunk',
        find: 'if (start >= max) break;',
        replace: 'if (start >= this.#count) break;',
      },
    ],
    story:
      'The search for the largest free run ends at the number of pages, which no bit reaches ' +
      'where a bit stands for several: it never ends.',
    reference: 'f0fd50504a54 "mm/cma_debug.c: fix the break condition in cma_maxchunk_get()"',
  },
  {
    id: 'cma-activation-stops-at-first-error',
    family: 'history',
    group: 'cma',
    edits: [
      {
        file: TABLE,
        within: 'CmaTable.activate',
        find: 'const { basePfn: start, count: pages } = area;',
        // Without a bitmap an area refuses everything; its pages are nobody's.
        replace: `if (given.length > 0) {
        area.empty();
        continue;
      }
      const { basePfn: start, count: pages } = area;`,
      },
    ],
    story: 'An area that cannot be activated keeps all later ones from being activated.',
    reference: '3a5139f1c5bb "cma: don’t quit at first error when activating reserved areas"',
  },
  {
    id: 'cma-large-bit-granule-refused',
    family: 'history',
    group: 'cma',
    edits: [
      {
        file: TABLE,
        within: 'CmaTable.initReservedMem',
        find: 'const alignment = this.#pageSize * 2 ** pageblockOrder(this.#pageSize);',
        replace: `const alignment = this.#pageSize * 2 ** pageblockOrder(this.#pageSize);
    if (alignment % (this.#pageSize * 2 ** orderPerBit) !== 0) return 'EINVAL';`,
      },
    ],
    story: 'An area whose bits stand for more than a pageblock is refused.',
    reference: 'b174f139bdc8 "mm/cma: drop incorrect alignment check in cma_init_reserved_mem"',
  },
];
