/** Per-device coherent pools: what kernel/dma/coherent.c once got wrong. */
import type { Bug } from '../bug.ts';

const FILE = 'sut/dma/coherent.ts';

export const COHERENT: readonly Bug[] = [
  {
    id: 'coherent-offset-int-overflow',
    family: 'history',
    group: 'coherent',
    edits: [
      {
        file: FILE,
        within: 'dmaAllocFromPool',
        find: 'const offset = page * memory.pageSize;',
        replace: 'const offset = page << Math.log2(memory.pageSize);',
      },
    ],
    story:
      'The page number is shifted as a 32-bit integer: from 2 GiB into the pool on, the offset ' +
      'is negative and the buffer lies below the pool.',
    reference: '286c21de32b9 "dma-coherent: fix integer overflow in the reserved-memory dma …"',
  },
  {
    id: 'coherent-device-offset-ignored',
    family: 'history',
    group: 'coherent',
    edits: [
      {
        file: FILE,
        within: 'dmaGetDeviceBase',
        find: 'if (mem.useDevDmaPfnOffset) return physToDma(dev, mem.pfnBase * memory.pageSize);',
        replace: '',
      },
    ],
    story: 'Handles of a pool from reserved memory ignore the windows of the device.',
    reference: 'c41f9ea998f3 "drivers: dma-coherent: Account dma_pfn_offset when used with …"',
  },
  {
    id: 'coherent-release-keeps-pointer',
    family: 'history',
    group: 'coherent',
    edits: [
      {
        file: FILE,
        within: 'dmaReleaseCoherentMemory',
        find: 'dev.dmaMem = null;',
        replace: '',
      },
    ],
    story: 'Releasing a pool destroys it and leaves the device pointing to it.',
    reference: 'b07bc2347672 "dma-mapping: clear dev->dma_mem to NULL after freeing it"',
  },
  {
    id: 'coherent-pages-versus-bytes',
    family: 'history',
    group: 'coherent',
    edits: [
      {
        file: FILE,
        within: 'dmaAllocFromPool',
        find: 'size > mem.size * memory.pageSize',
        replace: 'size > mem.size',
      },
    ],
    story: 'A request in bytes is compared with the size of the pool in pages.',
    reference: '"dma-coherent: per-device coherent area is in pages, not bytes" (2009)',
  },
  {
    id: 'coherent-oversized-request',
    family: 'history',
    group: 'coherent',
    edits: [
      {
        file: FILE,
        within: 'dmaAllocFromPool',
        find: 'if (size > mem.size * memory.pageSize) return null;',
        replace: '',
      },
      {
        file: 'sut/lib/bitmap.ts',
        within: 'Bitmap.findFreeRegion',
        // The search of that time ended where no candidate was left, wherever the last one ended.
        find: 'if (pos + nr > bits) return -1;',
        replace: 'if (pos >= bits) return -1;',
      },
    ],
    story: 'A request larger than the pool is granted: the region ends beyond the pool.',
    reference: '58c6d3dfe436 "dma-coherent: catch oversized requests to dma_alloc_from_coherent()"',
  },
];
