/** Coherent pools as Linux 6.12 has them: the rows of contract/deviations.ts that are repaired. */
import type { Bug } from '../bug.ts';

const FILE = 'sut/dma/coherent.ts';

export const LINUX_COHERENT: readonly Bug[] = [
  {
    id: 'pool-size-zero',
    family: 'linux-6.12',
    group: 'coherent',
    edits: [
      {
        file: FILE,
        within: 'dmaAllocFromPool',
        // Order 52 passes the size check, and the search of no pages ends at once, at page 0.
        find: 'if (size === 0) return null;',
        replace: `if (size === 0) {
    return { cpu: mem.virtBase, handle: dmaGetDeviceBase(memory, dev, mem) };
  }`,
      },
    ],
    story: 'A request for 0 bytes answers page 0 without taking it, even from a full pool.',
    reference: 'pool-size-zero',
  },
  {
    id: 'pool-base-misaligned',
    family: 'linux-6.12',
    group: 'coherent',
    edits: [
      {
        file: FILE,
        within: 'dmaInitCoherentMemory',
        find: "if (phys % memory.pageSize !== 0) return 'EINVAL';",
        replace: '',
      },
    ],
    story: 'In a pool that starts inside a page, CPU and device see different bytes.',
    reference: 'pool-base-misaligned',
  },
  {
    id: 'default-pool-two-bitmaps',
    family: 'linux-6.12',
    group: 'coherent',
    edits: [
      {
        file: 'sut/of/reserved-mem.ts',
        within: 'ReservedMemory.#initGlobalCoherent',
        find: 'rmem.priv = mem;',
        replace: '',
      },
    ],
    story: 'The default region, attached to a device too, is handed out by two bitmaps.',
    reference: 'default-pool-two-bitmaps',
  },
];
