/** Own bugs in the coherent pools themselves. */
import type { Bug } from '../bug.ts';

export const COHERENT: readonly Bug[] = [
  {
    id: 'own-zeroing-whole-words-only',
    family: 'own',
    group: 'coherent',
    edits: [
      {
        file: 'sut/dma/coherent.ts',
        within: 'dmaAllocFromPool',
        find: 'view.fill(phys, size, 0);',
        replace: 'view.fill(phys, size - (size % 8), 0);',
      },
    ],
    story:
      'Memory is cleared in words of 8 bytes without the rest: up to 7 bytes at the end of a ' +
      'buffer of odd size show what was there before.',
    reference: 'spec P-I8',
  },
  {
    id: 'own-declared-handle-translated',
    family: 'own',
    group: 'coherent',
    edits: [
      {
        file: 'sut/dma/coherent.ts',
        within: 'dmaGetDeviceBase',
        find: 'if (mem.useDevDmaPfnOffset)',
        replace: 'if (mem.useDevDmaPfnOffset || dev.dmaRangeMap !== null)',
      },
    ],
    story:
      'A device with windows translates the base of every pool, also of one it declared with a ' +
      'bus address of its own: the handles are not at the declared address.',
    reference: 'spec 2.1, base(dev, pool)',
  },
];
