/** Lies about restricted pools. */
import type { Answered } from '../forge.ts';
import { chunk, grant, withMemory } from '../forge.ts';
import type { Lie, Stage } from './lie.ts';
import { EBUSY, liesOf, NONE, OK } from './lie.ts';

const KIB_128 = 0x20000;

/**
 * A restricted pool of two segments of 256 KiB, and devices that see them a page or half a page
 * off; and one of everything else that memory can come from.
 */
export const SOURCES: Stage = {
  machine: `bank 0x80000000 64M
pool p0 0x20000000 16K
cma c0 0x82000000 4M
restricted r0 0x83000000 512K
device d0 coherent pool r0
device page pool r0 window 0x80000000 0x1000 64M
device half pool r0 window 0x80000000 0x800 64M
device near pool r0 bus-limit 0x8300ffff
device short pool r0 segment-boundary 0x1ffff
device p pool p0
device c pool c0
device none`,
  setting: withMemory(
    chunk('kernel', 0x83f00000, KIB_128),
    chunk('dma', 0x83f20000, KIB_128),
    chunk('dma32', 0x83f40000, KIB_128),
  ),
};

export const bound: Answered = ['attach d0', OK];
export const inSlots = (offset: number, size: number, bus = 0): Answered[1] =>
  grant(0x83000000 + offset, size, 0x83000000 + offset - bus);
const [PAGE_OFF, HALF_OFF] = [0x7ffff000, 0x7ffff800];

export const SLOT_LIES: readonly Lie[] = liesOf(SOURCES, [
  [
    'slots/inside',
    'across segments',
    [bound],
    'h0 = alloc_coherent d0 8192',
    inSlots(0x3f000, 8192),
    inSlots(0x3e000, 8192),
  ],
  [
    'slots/inside',
    'behind the last',
    [bound],
    'h0 = alloc_coherent d0 1',
    inSlots(0x80000, 1),
    inSlots(0, 1),
  ],
  [
    'slots/inside',
    'larger than a segment',
    [bound],
    'h0 = alloc_coherent d0 260K',
    inSlots(0, 0x41000),
    NONE,
  ],
  [
    'slots/inside',
    'an atomic pool for who cannot wait',
    [bound],
    'h0 = alloc_coherent d0 1 gfp=atomic',
    grant(0x83f00000, 1),
    inSlots(0x3f000, 1),
  ],
  [
    'slots/inside',
    'pages',
    [bound],
    'h0 = alloc_noncoherent d0 1',
    grant(0x80000000, 1),
    inSlots(0x1000, 1),
  ],
  [
    'slots/aligned',
    '3 pages, not at a multiple of 4',
    [bound],
    'h0 = alloc_coherent d0 12288',
    inSlots(0x1000, 12288),
    inSlots(0x4000, 12288),
  ],
  [
    'slots/aligned',
    'in memory, not for the device',
    [['attach page', OK]],
    'h0 = alloc_coherent page 8192',
    inSlots(0, 8192, PAGE_OFF),
    inSlots(0x1000, 8192, PAGE_OFF),
  ],
  [
    'slots/aligned',
    'for the device, not in memory',
    [['attach half', OK]],
    'h0 = alloc_coherent half 4096',
    inSlots(0x800, 4096, HALF_OFF),
    NONE,
  ],
  [
    'slots/disjoint',
    'the third of 3 pages, not the one behind them',
    [bound, ['h0 = alloc_coherent d0 12288', inSlots(0, 12288)]],
    'h1 = alloc_coherent d0 1',
    inSlots(0x2000, 1),
    inSlots(0x3000, 1),
  ],
  [
    'slots/disjoint',
    'a page of another device',
    [bound, ['attach page', OK], ['h0 = alloc_coherent d0 1', inSlots(0, 1)]],
    'h1 = alloc_coherent page 1',
    inSlots(0, 1, PAGE_OFF),
    inSlots(0x1000, 1, PAGE_OFF),
  ],
  [
    'slots/complete',
    'all are free',
    [bound],
    'h0 = alloc_coherent d0 256K',
    NONE,
    inSlots(0, 0x40000),
  ],
  [
    'slots/complete',
    'all that is free is within reach',
    [
      ['attach near', OK],
      bound,
      ['h0 = alloc_coherent d0 256K', inSlots(0x40000, 0x40000)],
      ['h1 = alloc_coherent d0 128K', inSlots(0x20000, 0x20000)],
      ['h2 = alloc_coherent d0 64K', inSlots(0x10000, 0x10000)],
    ],
    'h3 = alloc_coherent near 4096',
    NONE,
    inSlots(0, 4096),
  ],
  [
    'alloc/reachable',
    'some of what is free is not',
    [['attach near', OK]],
    'h0 = alloc_coherent near 4096',
    inSlots(0x10000, 4096),
    NONE,
  ],
  [
    'slots/inside',
    'longer than a segment of the device',
    [['attach short', OK]],
    'h0 = alloc_coherent short 132K',
    inSlots(0, 132 * 1024),
    NONE,
  ],
  [
    'slots/complete',
    'as long as a segment of the device',
    [['attach short', OK]],
    'h0 = alloc_coherent short 128K',
    NONE,
    inSlots(0x20000, 0x20000),
  ],
  ['attach/memory', 'there is nothing to refuse', [], 'attach d0', EBUSY, OK],
]);
