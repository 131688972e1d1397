/** Bounce memory: what kernel/dma/swiotlb.c once got wrong. */
import type { Bug, Edit } from '../bug.ts';

const AREA = 'sut/dma/swiotlb/area.ts';
const MEM = 'sut/dma/swiotlb/mem.ts';
const SEARCH = 'sut/dma/swiotlb/search.ts';
const SIZING = 'sut/dma/swiotlb/sizing.ts';
const GROWTH = 'sut/dma/swiotlb/growth.ts';

type Story = Pick<Bug, 'story' | 'reference'>;

function swiotlb(id: string, edits: readonly Edit[], { story, reference }: Story): Bug {
  return { id, family: 'history', group: 'swiotlb', edits, story, reference };
}

const PLACES: readonly Bug[] = [
  swiotlb(
    'swiotlb-double-alloc-odd-slot',
    [
      {
        file: AREA,
        within: 'IoTlbArea.find',
        find: 'const from = index + lowPart(first - index, period);',
        replace: 'const from = index;',
      },
      {
        file: MEM,
        within: 'IoTlbMem.alloc',
        find: 'if (phys % pageSize === 0) return phys;',
        replace: 'if (slot >= 0) return phys - (phys % pageSize);',
      },
    ],
    {
      story:
        'Alignment is the width of a step, and nobody looks where the first step begins: behind ' +
        'an odd slot, pages are handed out of which the first slot is taken.',
      reference: '04867a7a3332 "swiotlb: Fix double-allocation of slots …", CVE-2024-35814',
    },
  ),
  swiotlb(
    'swiotlb-stream-page-alignment-lost',
    [
      {
        file: SEARCH,
        within: 'SlotSearch.map',
        find: 'this.#pageRule(dev, allocAlignMask, pageSize);',
        replace: 'if (pageSize < 0) this.#pageRule(dev, allocAlignMask, pageSize);',
      },
    ],
    {
      story: 'Mappings of a page or more that ask for no alignment begin at any slot.',
      reference: '14cebf689a78 "swiotlb: Reinstate page-alignment for mappings >= PAGE_SIZE"',
    },
  ),
  swiotlb(
    'swiotlb-alignment-of-index-not-address',
    [
      {
        file: SEARCH,
        within: 'SlotSearch.aim',
        find: 'lowPart(this.#residue - base, this.period * IO_TLB_SIZE)',
        replace: 'lowPart(this.#residue, this.period * IO_TLB_SIZE)',
      },
    ],
    {
      story: 'Numbers of slots are aligned, and not their addresses, wherever the pool begins.',
      reference: '0eee5ae10256 "swiotlb: fix slot alignment checks"',
    },
  ),
  swiotlb(
    'swiotlb-masks-combined-with-and',
    [
      {
        file: SEARCH,
        within: 'SlotSearch.#slots',
        find: 'const mask = Math.max(allocAlignMask, IO_TLB_SIZE - 1);',
        replace: 'const mask = Math.max(Math.min(allocAlignMask, dev.minAlign), IO_TLB_SIZE - 1);',
      },
    ],
    {
      story: 'Of the alignment of the device and that of the request, the weaker one is kept.',
      reference: 'bbb73a103fbb "swiotlb: fix a braino in the alignment check fix"',
    },
  ),
  swiotlb(
    'swiotlb-freelist-beyond-short-pool',
    [
      {
        file: AREA,
        within: 'IoTlbArea.#roomFrom',
        find: 'Math.min(IO_TLB_SEGSIZE - (at % IO_TLB_SEGSIZE), this.nslabs - at)',
        replace: 'IO_TLB_SEGSIZE - (at % IO_TLB_SEGSIZE)',
      },
    ],
    {
      story: 'A pool that ends inside a segment promises slots behind its end.',
      reference: '53c87e846e33 "swiotlb: fix out-of-bounds TLB allocations …", CVE-2023-52790',
    },
  ),
];

const BYTES: readonly Bug[] = [
  swiotlb(
    'swiotlb-from-device-stale-bounce',
    [
      {
        file: 'sut/dma/direct-map.ts',
        within: 'DirectMap.mapPage',
        find: 'if (tlb?.forceBounce === true) return this.#bounce(dev, tlb, phys, size, options);',
        replace:
          'if (tlb?.forceBounce) return this.#bounce(dev, tlb, phys, size, options, direction);',
      },
      {
        file: 'sut/dma/direct-map.ts',
        within: 'DirectMap.mapPage',
        find: ': this.#bounce(dev, tlb, phys, size, options)',
        replace: ': this.#bounce(dev, tlb, phys, size, options, direction)',
      },
      {
        file: 'sut/dma/direct-map.ts',
        within: 'DirectMap.#bounce',
        find: 'options: MapOptions',
        replace: 'options: MapOptions, direction: Direction',
      },
      {
        file: 'sut/dma/direct-map.ts',
        within: 'DirectMap.#bounce',
        find: 'this.#copy(phys, slots, size);',
        replace: `if (direction !== 'from-device') {
          this.#copy(phys, slots, size);
        }`,
      },
    ],
    {
      story:
        'Slots that the device will write hold what was there before: what it leaves out comes ' +
        'back as bytes of somebody else.',
      reference: 'ddbd89deb7d3 "swiotlb: fix info leak with DMA_FROM_DEVICE", CVE-2022-0854',
    },
  ),
  swiotlb(
    'swiotlb-partial-sync-ignores-offset',
    [
      {
        file: MEM,
        within: 'IoTlbMem.bounce',
        find: 'return { orig: orig + offset,',
        replace: 'return { orig: orig + (at - first) * IO_TLB_SIZE,',
      },
    ],
    {
      story: 'A sync that begins inside a slot copies to where the slot begins in the buffer.',
      reference: '5f89468e2f06 "swiotlb: manipulate orig_addr when tlb_addr has offset"',
    },
  ),
  swiotlb(
    'swiotlb-partial-sync-negative-offset',
    [
      {
        file: MEM,
        within: 'IoTlbMem.bounce',
        find: '(at - first) * IO_TLB_SIZE + within - segment!.loAt(start)',
        replace: '(at - first) * IO_TLB_SIZE + Math.max(0, within - segment!.loAt(start))',
      },
    ],
    {
      story:
        'In later slots of a mapping that begins inside a slot, bytes nearer to the start of ' +
        'their slot than the mapping to its own are taken for later ones.',
      reference: 'e8068f2d756d "swiotlb: fix swiotlb_bounce() to do partial sync\'s correctly"',
    },
  ),
];

const SIZES: readonly Bug[] = [
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

export const SWIOTLB: readonly Bug[] = [...PLACES, ...BYTES, ...SIZES];
