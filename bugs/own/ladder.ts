/** Own bugs in where pages for a device come from. */
import type { Bug } from '../bug.ts';

export const LADDER: readonly Bug[] = [
  {
    id: 'own-hint-from-bus-limit',
    family: 'own',
    group: 'dma-direct',
    edits: [
      {
        file: 'sut/dma/direct-alloc.ts',
        within: 'DirectAlloc.#hintOf',
        find: 'dmaToPhys(dev, coherentLimit(dev))',
        replace: 'coherentLimit(dev)',
      },
    ],
    story:
      'The zone is chosen by the bus limit without translating it. The rungs below make up for ' +
      'most of it; a device whose low bus addresses are high memory starts too low.',
    reference: 'spec 3.3 step 2',
  },
  {
    id: 'own-slots-release-forgets-next',
    family: 'own',
    group: 'swiotlb',
    edits: [
      {
        file: 'sut/dma/swiotlb/segment.ts',
        within: 'SlotSegment.release',
        find: 'this.#taken.nextIn(end) - this.#taken.lastIn(at) - 1',
        replace: 'end - this.#taken.lastIn(at) - 1',
      },
    ],
    story:
      'The free run that freed slots become part of is counted without those behind them: free ' +
      'runs fall apart, and a large request finds none.',
    reference: 'spec 3.4; kernel/dma/swiotlb.c:swiotlb_release_slots',
  },
];
