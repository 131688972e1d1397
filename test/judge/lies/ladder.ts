/** Lies about when there are no pages for a device: where the ladder of zones ends. */
import type { Answered } from '../forge.ts';
import { grant, ok, withMemory } from '../forge.ts';
import type { Lie, Stage } from './lie.ts';
import { liesOf, NONE, OK } from './lie.ts';

/** Half of ZONE_DMA is beyond 23 bits (C-T4). */
const NARROW: Stage = {
  machine: 'profile x86-64\nbank 0x400000 8M\ndevice d0 mask 23',
  setting: withMemory(),
};
/** Half of ZONE_DMA32 is beyond 31 bits, and there is no ZONE_DMA (C-T1). */
const MIDDLE: Stage = {
  machine: 'profile x86-64\nbank 0x7fc00000 8M\ndevice d0 mask 31',
  setting: withMemory(),
};
/** ZONE_DMA is empty; the window ends below the limit of one device, not of the other (C-T3). */
const WINDOW: Stage = {
  machine: `profile x86-64
bank 0x10000000 4M
bank 0x100000000 4M
device wide mask 32 window 0x0 0x0 1G
device narrow mask 30 window 0x0 0x0 1G`,
  setting: withMemory(),
};

const EXHAUSTED: readonly Lie[] = [
  ...liesOf(NARROW, [
    [
      'pages/complete',
      'nothing is free out of reach',
      [['h9 = alloc_contig 0x800000 1024', OK]],
      'h0 = alloc_coherent d0 4096',
      NONE,
      grant(0x400000, 4096),
    ],
    [
      'alloc/reachable',
      'the block is out of reach',
      [],
      'h0 = alloc_coherent d0 4096',
      grant(0x800000, 4096),
      NONE,
    ],
  ]),
  ...liesOf(MIDDLE, [
    [
      'pages/complete',
      'nothing is free out of reach, in the middle',
      [['h9 = alloc_contig 0x80000000 1024', OK]],
      'h0 = alloc_coherent d0 4096',
      NONE,
      grant(0x7fc00000, 4096),
    ],
    [
      'alloc/reachable',
      'the block of the middle rung is out of reach',
      [],
      'h0 = alloc_coherent d0 4096',
      grant(0x80000000, 4096),
      NONE,
    ],
  ]),
  ...liesOf(WINDOW, [
    [
      'pages/complete',
      'the limit is inside the window',
      [],
      'h0 = alloc_coherent narrow 4096',
      NONE,
      grant(0x10000000, 4096),
    ],
    [
      'alloc/handle',
      'no window holds the page',
      [],
      'h0 = alloc_coherent wide 4096',
      grant(0x100000000, 4096),
      NONE,
    ],
  ]),
];

/** ZONE_DMA keeps 16 pages from requests that may go higher, and it has no more than 16 (C-T2). */
const keeping = (flag: string): Stage => ({
  machine: `profile x86-64${flag}
bank 0xff0000 64K
bank 0x100000000 16M
device any mask 64
device low mask 24`,
  setting: withMemory(),
});
const fillAbove: Answered = ['h9 = alloc_contig 0x100000000 4096', OK];

const RESERVES: readonly Lie[] = [
  ...liesOf(keeping(' lowmem-reserve'), [
    [
      'pages/inside',
      'the zone keeps its reserve',
      [fillAbove],
      'h0 = alloc_coherent any 4096',
      grant(0xff0000, 4096),
      NONE,
    ],
    [
      'pages/complete',
      'nothing is kept from who cannot go higher',
      [fillAbove],
      'h0 = alloc_coherent low 65536',
      NONE,
      grant(0xff0000, 65536),
    ],
    [
      'pages/inside',
      'the zone keeps its reserve from the kernel, too',
      [fillAbove],
      'h0 = alloc_exact 1',
      ok({ phys: 0xff0000 }),
      NONE,
    ],
  ]),
  ...liesOf(keeping(''), [
    [
      'pages/complete',
      'nothing is kept back',
      [fillAbove],
      'h0 = alloc_coherent any 4096',
      NONE,
      grant(0xff0000, 4096),
    ],
  ]),
];

/** 32 pages of ZONE_DMA, of which 15 are kept: what is above are fewer than 16 times 256. */
const LARGER: Stage = {
  machine: `profile x86-64 lowmem-reserve
bank 0xfe0000 128K
bank 0x100000000 16320K
device any mask 64`,
  setting: withMemory(),
};
const fillLarger: Answered = ['h9 = alloc_contig 0x100000000 4080', OK];
const one: Answered = ['h8 = alloc_pages 0 zone=dma', ok({ phys: 0xfe0000 })];

const SIZES = liesOf(LARGER, [
  [
    'pages/inside',
    'the reserve would be left, less all pages of the block but one',
    [fillLarger],
    'h0 = alloc_coherent any 128K',
    grant(0xfe0000, 0x20000),
    NONE,
  ],
  [
    'pages/complete',
    'a page more than the reserve would be left',
    [fillLarger, one],
    'h0 = alloc_coherent any 64K',
    NONE,
    grant(0xff0000, 0x10000),
  ],
]);

export const LADDER_LIES: readonly Lie[] = [...EXHAUSTED, ...RESERVES, ...SIZES];
