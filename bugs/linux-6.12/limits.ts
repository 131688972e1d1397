/** Limits as Linux 6.12 has them: the rows of contract/deviations.ts that are repaired. */
import type { Bug } from '../bug.ts';

export const LINUX_LIMITS: readonly Bug[] = [
  {
    id: 'window-crossed',
    family: 'linux-6.12',
    group: 'limits',
    edits: [
      {
        file: 'sut/dma/direct.ts',
        within: 'dmaCoherentOk',
        find: 'if (!insideWindow(dev, phys, size)) return false;',
        replace: '',
      },
      {
        file: 'sut/dma/direct-map.ts',
        within: 'DirectMap.mapPage',
        find: 'insideWindow(dev, phys, size) && dmaCapable(dev, dma, size)',
        replace: 'dmaCapable(dev, dma, size)',
      },
    ],
    story: 'Only the first byte is translated: a buffer may end outside the window it starts in.',
    reference: 'window-crossed',
  },
];
