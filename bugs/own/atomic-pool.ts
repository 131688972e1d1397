/** Own bugs in the atomic pools and the allocator under them. */
import type { Bug } from '../bug.ts';

const POOL = 'sut/dma/pool.ts';

export const ATOMIC_POOL: readonly Bug[] = [
  {
    id: 'own-genpool-avail-unrounded',
    family: 'own',
    group: 'genalloc',
    edits: [
      {
        file: 'sut/lib/genalloc.ts',
        within: 'GenPool.allocAlgo',
        find: 'this.#account(chunk, -nr);',
        replace: `chunk.avail -= size;
      this.#avail -= size;`,
      },
    ],
    story:
      'An allocation lowers what is available by the bytes asked for, a free raises it by whole ' +
      'granules: it drifts up, beyond the size of the pool.',
    reference: 'spec G-I1',
  },
  {
    id: 'own-atomic-chunk-larger-than-block',
    family: 'own',
    group: 'atomic-pool',
    edits: [
      {
        file: POOL,
        within: 'AtomicPools.#expand',
        find: 'let order = Math.min(orderOf(wanted, pageSize), maxPageOrder(pageSize));',
        replace: `let order = Math.min(orderOf(wanted, pageSize), maxPageOrder(pageSize));
    const bytes = pageSize * 2 ** order;`,
      },
      {
        file: POOL,
        within: 'AtomicPools.#expand',
        find: 'const bytes = pageSize * 2 ** order;',
        replace: '',
      },
    ],
    story:
      'The size of the new chunk is computed before the loop that halves the order: where only a ' +
      'smaller block is to be had, the chunk reaches into memory of others.',
    reference: 'spec 4.2, Grow',
  },
  {
    id: 'own-atomic-rejected-memory-kept',
    family: 'own',
    group: 'atomic-pool',
    edits: [
      {
        file: POOL,
        within: 'AtomicPools.alloc',
        find: 'pool.free(cpu, size); continue;',
        replace: 'continue;',
      },
    ],
    story:
      'Memory of a pool that the device does not reach is not given back before the next pool is ' +
      'asked: every such request makes the pool smaller.',
    reference: 'spec 4.2, Allocation; C-I5',
  },
];
