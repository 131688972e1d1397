/** Bounce memory: what kernel/dma/swiotlb.c once got wrong. */
import type { Bug } from '../bug.ts';
import { swiotlb } from './swiotlb-form.ts';
import { SWIOTLB_SIZES } from './swiotlb-sizes.ts';

const AREA = 'sut/dma/swiotlb/area.ts';
const MEM = 'sut/dma/swiotlb/mem.ts';
const SEARCH = 'sut/dma/swiotlb/search.ts';

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

export const SWIOTLB: readonly Bug[] = [...PLACES, ...BYTES, ...SWIOTLB_SIZES];
