/** Own bugs in the bus windows. */
import type { Bug } from '../bug.ts';

export const DIRECT: readonly Bug[] = [
  {
    id: 'own-bus-lookup-past-terminator',
    family: 'own',
    group: 'dma-ranges',
    edits: [
      {
        file: 'sut/dma/direct.ts',
        within: 'dmaToPhys',
        find: 'if (window.size === 0) break;',
        replace: '',
      },
    ],
    story:
      'A window of size 0 matches nothing, so the test for it looked redundant; but it ends the ' +
      'table. dma_to_phys finds windows behind it, which phys_to_dma rightly ignores.',
    reference: 'spec A-T4',
  },
];
