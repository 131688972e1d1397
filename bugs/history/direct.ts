/** Allocation without an IOMMU: what kernel/dma/direct.c and contiguous.c once got wrong. */
import type { Bug } from '../bug.ts';

const ALLOC = 'sut/dma/direct-alloc.ts';
const GROUP = 'dma-direct';

const ALLOCATIONS: readonly Bug[] = [
  {
    id: 'direct-no-retry-after-unaddressable-cma',
    family: 'history',
    group: GROUP,
    edits: [
      {
        file: ALLOC,
        within: 'DirectAlloc.#allocPages',
        find: `dmaFreeContiguous(this.#memory, dev, pfn, bytes);
          return this.#climbDown(dev, bytes);`,
        replace: `dmaFreeContiguous(this.#memory, dev, pfn, bytes);
    return this.#climbDown(dev, bytes, true);`,
      },
      {
        file: ALLOC,
        within: 'DirectAlloc.#climbDown',
        find: '#climbDown(dev: Device, bytes: number)',
        replace: '#climbDown(dev: Device, bytes: number, again = false)',
      },
      {
        file: ALLOC,
        within: 'DirectAlloc.#climbDown',
        find: 'let rung: ZoneName | null = zone;',
        replace: 'let rung: ZoneName | null = again ? this.#lower(zone, physLimit) : zone;',
      },
    ],
    story:
      'When the CMA area answers with memory out of reach, the page allocator is asked from the ' +
      'next lower zone on, as if it had answered so itself.',
    reference: '90ae409f9eb3 "dma-direct: fix zone selection after an unaddressable CMA …"',
  },
  {
    id: 'direct-size-not-rounded',
    family: 'history',
    group: GROUP,
    edits: [
      {
        file: ALLOC,
        within: 'DirectAlloc.alloc',
        find: 'const bytes = alignUp(size, this.#memory.pageSize);',
        replace: 'const bytes = size;',
      },
      {
        file: 'sut/dma/contiguous.ts',
        within: 'dmaAllocContiguous',
        find: 'pagesOf(size, memory.pageSize)',
        replace: 'Math.floor(size / memory.pageSize)',
      },
    ],
    story:
      'The size is not rounded up to pages before a CMA area counts whole ones: the last part of ' +
      'the buffer is not its own.',
    reference:
      '633d5fce78a6 "dma-direct: always align allocation size in dma_direct_alloc_pages()"',
  },
  {
    id: 'contig-alignment-clobbers-fallback-order',
    family: 'history',
    group: GROUP,
    edits: [
      {
        file: ALLOC,
        within: 'DirectAlloc.#climbDown',
        find: 'const order = orderOf(bytes, pageSize);',
        replace: 'const order = Math.min(orderOf(bytes, pageSize), 8);',
      },
    ],
    story:
      'The alignment that CMA areas cap at 2^8 pages is also the order the page allocator is ' +
      'asked for: larger buffers get a block of that.',
    reference: 'c6622a425acd "dma-contiguous: do not overwrite align in dma_alloc_contiguous()"',
  },
  {
    id: 'contig-area-size-truncated',
    family: 'history',
    group: GROUP,
    edits: [
      {
        file: 'sut/mm/boot.ts',
        within: 'rmemCmaSetup',
        find: '{ base, size, reserved: true }',
        // Linux lost the sizes of its boot parameters; here areas come from regions only.
        replace: '{ base, size: size | 0, reserved: true }',
      },
    ],
    story: 'The size of an area passes through a 32-bit integer: 4 GiB are 0, and 3 GiB negative.',
    reference: '1476cca098f6 "dma-contiguous: fix truncation of numa_cma / cma_pernuma sizes …"',
  },
];

/** One path each; the commit cleared them all. */
const UNCLEARED: readonly Bug[] = [
  {
    id: 'mapping-coherent-memory-not-zeroed-pages',
    family: 'history',
    group: GROUP,
    edits: [
      {
        file: ALLOC,
        within: 'DirectAlloc.alloc',
        find: 'this.#memory.at(cpu).view.fill(phys, bytes, 0);',
        replace: '',
      },
    ],
    story: 'Coherent memory from pages or areas shows what was there before.',
    reference: '518a2f1925c3 "dma-mapping: zero memory returned from dma_alloc_*"',
  },
  {
    id: 'mapping-coherent-memory-not-zeroed-tail',
    family: 'history',
    group: GROUP,
    edits: [
      {
        file: ALLOC,
        within: 'DirectAlloc.alloc',
        find: 'this.#memory.at(cpu).view.fill(phys, bytes, 0);',
        replace: 'this.#memory.at(cpu).view.fill(phys, size, 0);',
      },
    ],
    story:
      'Of a buffer that ends inside a page only the bytes asked for are cleared: who maps the ' +
      'page sees the rest.',
    reference: '518a2f1925c3 "dma-mapping: zero memory returned from dma_alloc_*"',
  },
  {
    id: 'mapping-coherent-memory-not-zeroed-noncoherent',
    family: 'history',
    group: GROUP,
    edits: [
      {
        file: ALLOC,
        within: 'DirectAlloc.allocPages',
        find: 'this.#memory.views.cached.fill(cpu, bytes, 0);',
        replace: '',
      },
    ],
    story: 'Memory of dma_alloc_pages shows what was there before.',
    reference: '518a2f1925c3 "dma-mapping: zero memory returned from dma_alloc_*"',
  },
  {
    id: 'mapping-coherent-memory-not-zeroed-atomic',
    family: 'history',
    group: GROUP,
    edits: [
      {
        file: 'sut/dma/pool.ts',
        within: 'AtomicPools.alloc',
        find: 'this.#memory.views.uncached.fill(phys, size, 0);',
        replace: '',
      },
    ],
    story: 'Memory of the atomic pools shows what was there before.',
    reference: '518a2f1925c3 "dma-mapping: zero memory returned from dma_alloc_*"',
  },
  {
    id: 'mapping-coherent-memory-not-zeroed-pool',
    family: 'history',
    group: GROUP,
    edits: [
      {
        file: 'sut/dma/coherent.ts',
        within: 'dmaAllocFromPool',
        find: 'view.fill(phys, size, 0);',
        replace: '',
      },
    ],
    story: 'Memory of a device’s own pool shows what was there before.',
    reference: '518a2f1925c3 "dma-mapping: zero memory returned from dma_alloc_*"',
  },
];

export const DIRECT: readonly Bug[] = [...ALLOCATIONS, ...UNCLEARED];
