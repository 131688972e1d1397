/** Bounce memory: what was once wrong about how much of it there is. */
import type { Bug } from '../bug.ts';
import { swiotlb } from './swiotlb-form.ts';

const MEM = 'sut/dma/swiotlb/mem.ts';
const SIZING = 'sut/dma/swiotlb/sizing.ts';
const GROWTH = 'sut/dma/swiotlb/growth.ts';

export const SWIOTLB_SIZES: readonly Bug[] = [
  swiotlb(
    'swiotlb-max-mapping-ignores-min-align',
    [
      {
        file: MEM,
        within: 'IoTlbMem.maxMappingSize',
        find: 'Math.max(0, IO_TLB_SEGSIZE - alignSlots)',
        replace: 'Math.max(alignSlots - alignSlots, IO_TLB_SEGSIZE)',
      },
    ],
    {
      story: 'The longest mapping is a segment, also where low bits to keep cost slots of it.',
      reference: '82806744fd7d "swiotlb: max mapping size takes min align mask into account"',
    },
  ),
  swiotlb(
    'swiotlb-areas-not-reduced-with-pool',
    [
      {
        file: SIZING,
        within: 'swiotlbHalved',
        find: 'nareas: limitNareas(nareas, half)',
        replace: 'nareas',
      },
      {
        file: GROWTH,
        within: 'allocPool',
        find: 'limitNareas(like.nareas, nslabs)',
        replace: 'like.nareas',
      },
    ],
    {
      story: 'A pool that had to be made smaller keeps its areas, which are no whole segments.',
      reference: '8ac04063354a "swiotlb: reduce the number of areas to match actual memory …"',
    },
  ),
  swiotlb(
    'swiotlb-end-from-requested-size',
    [
      {
        file: 'sut/mm/memblock.ts',
        within: 'bouncePoolOf',
        find: 'return { start, ...size };',
        replace: 'return { start, nslabs: slots, nareas: size.nareas };',
      },
      {
        file: GROWTH,
        within: 'allocPool',
        find: 'new IoTlbPool(phys, nslabs, limitNareas(like.nareas, nslabs))',
        replace: `new IoTlbPool(
          phys,
          Math.min(like.nslabs, maxSlabs(pageSize)),
          limitNareas(like.nareas, nslabs),
        )`,
      },
    ],
    {
      story: 'A pool that had to be made smaller ends where the one asked for would have ended.',
      reference: 'a5e891321a21 "swiotlb: use the right nslabs value in swiotlb_init_remap"',
    },
  ),
  swiotlb(
    'swiotlb-hopeless-request-grows-pool',
    [
      {
        file: MEM,
        within: 'IoTlbMem.#findSlots',
        find: 'if (this.#search.slots > IO_TLB_SEGSIZE) return -1;',
        replace: '',
      },
    ],
    {
      story: 'What is longer than a segment asks for another pool, which cannot hold it either.',
      reference: '3dc2f209208d "swiotlb: check alloc_size before the allocation of a new …"',
    },
  ),
  swiotlb(
    'swiotlb-exit-leaks-buffer',
    [
      {
        file: MEM,
        within: 'IoTlbMem.#delTransient',
        // Linux forgot it when bounce memory as a whole ends; here only these pools end.
        find: 'this.#dynamic!.memory.giveBack(pool.start, pool.nslabs * IO_TLB_SIZE);',
        replace: '',
      },
    ],
    {
      story: 'The records of a pool go when it ends, and its memory stays taken.',
      reference: 'ad6c00283163 "swiotlb: Free tbl memory in swiotlb_exit()"',
    },
  ),
];
