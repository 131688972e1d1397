/** Own bugs in contiguous areas and in what frees their pages. */
import type { Bug } from '../bug.ts';

export const CMA: readonly Bug[] = [
  {
    id: 'own-cma-retry-skips-candidates',
    family: 'own',
    group: 'cma',
    edits: [
      {
        file: 'sut/mm/cma.ts',
        within: 'Cma.alloc',
        find: 'bit + step',
        replace: 'bit + nr',
      },
    ],
    story:
      'After a busy candidate the search goes on behind all of it. Requests no larger than their ' +
      'alignment never notice; larger ones miss the candidates that overlap it.',
    reference: 'spec M-T4, M-I5',
  },
  {
    id: 'own-free-single-page-shortcut',
    family: 'own',
    group: 'cma',
    edits: [
      {
        file: 'sut/dma/contiguous.ts',
        within: 'dmaFreeContiguous',
        find: 'const area = dev.cmaArea ?? memory.defaultArea;',
        replace: `
          const single = size <= memory.pageSize;
          const area = single ? null : (dev.cmaArea ?? memory.defaultArea);`,
      },
    ],
    story:
      'Single pages never come from an area, so freeing one asks none; but those of a device ' +
      'withan area of its own do, and their bits stay set.',
    reference: 'spec M-T6, M-I4',
  },
];
