/** The atomic pools: what kernel/dma/pool.c once got wrong. */
import type { Bug } from '../bug.ts';

const FILE = 'sut/dma/pool.ts';

export const ATOMIC_POOL: readonly Bug[] = [
  {
    id: 'pool-unsuitable-zone-returned',
    family: 'history',
    group: 'atomic-pool',
    edits: [
      {
        file: FILE,
        within: 'AtomicPools.alloc',
        find: 'name = this.#next(name)',
        replace: 'name = null',
      },
      {
        file: FILE,
        within: 'AtomicPools.alloc',
        find: 'if (!dmaCoherentOk(dev, phys, size)) { pool.free(cpu, size); continue; }',
        replace: '',
      },
    ],
    story:
      'The pool is guessed from the zone alone: what it has is returned without a look at what ' +
      'the device reaches, and no other pool is asked.',
    reference: '81e9d894e03f "dma-pool: make sure atomic pool suits device"',
  },
  {
    id: 'pool-backed-by-foreign-zone-cma',
    family: 'history',
    group: 'atomic-pool',
    edits: [
      {
        file: FILE,
        within: 'AtomicPools.#expand',
        find: 'const useCma = this.#cmaInZone(zone);',
        replace: 'const useCma = true;',
      },
    ],
    story: 'Pools of low zones take memory from the default CMA area wherever that lies.',
    reference: 'd7e673ec2c8e "dma-pool: Only allocate from CMA when in same memory zone"',
  },
  {
    id: 'pool-default-size-formula',
    family: 'history',
    group: 'atomic-pool',
    edits: [
      {
        file: FILE,
        within: 'atomicPoolSize',
        find: `
          const pages = Math.min(
            Math.floor(totalPages / RAM_PER_POOL), 2 ** maxPageOrder(pageSize));
          return Math.max(pages * pageSize, POOL_MIN);`,
        replace: `const units = Math.max(Math.floor(totalPages / pageSize), 1);
  return Math.min(units * POOL_MIN, pageSize * 2 ** maxPageOrder(pageSize));`,
      },
    ],
    story:
      'The number of pages is shifted as if it were bytes: 128 KiB per 16 MiB of RAM instead of ' +
      'per GiB (4 KiB pages).',
    reference: '3ee06a6d532f "dma-pool: fix too large DMA pools on medium memory size systems"',
  },
];
