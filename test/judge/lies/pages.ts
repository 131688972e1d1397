/** Lies about pages: which blocks there are, and when there are none. */
import type { Answered } from '../forge.ts';
import { grant, ok, withMemory } from '../forge.ts';
import type { Lie, Stage } from './lie.ts';
import { EBUSY, liesOf, NONE, OK } from './lie.ts';

/** Two blocks of 4 MiB in each zone: DMA ends at 16 MiB, DMA32 at 4 GiB. */
const ZONES: Stage = {
  machine: `profile x86-64
bank 0x800000 16M
bank 0x100000000 8M
plain m0 0x900000 64K
device any mask 64
device low mask 24
device lower mask 23`,
  setting: withMemory(),
};

const page = (phys: number) => ok({ phys });
/** The first megabyte of each zone. */
const [DMA, DMA32, NORMAL] = [0x800000, 0x1000000, 0x100000000];
const first: Answered = ['h0 = alloc_pages 1', page(NORMAL)];
const fillDma: readonly Answered[] = [
  ['h8 = alloc_contig 0x800000 256', OK],
  ['h9 = alloc_contig 0x910000 1776', OK],
];
const fillDma32: Answered = ['h7 = alloc_contig 0x1000000 2048', OK];
const fillNormal: Answered = ['h6 = alloc_contig 0x100000000 2048', OK];

const BLOCKS = liesOf(ZONES, [
  [
    'pages/inside',
    'above the zone named',
    [],
    'h0 = alloc_pages 0 zone=dma',
    page(DMA32),
    page(DMA),
  ],
  [
    'pages/inside',
    'above the zone the mask leads to',
    [],
    'h0 = alloc_coherent low 4096',
    grant(DMA32, 4096),
    grant(DMA, 4096),
  ],
  ['pages/inside', 'reserved', [], 'h0 = alloc_pages 4', page(0x900000), page(0x910000)],
  ['pages/inside', 'no RAM', [], 'h0 = alloc_pages 0', page(0x4000000), page(DMA)],
  [
    'pages/inside',
    'partly in another zone',
    [],
    'h0 = alloc_exact 0x300000 zone=dma',
    page(0xe00000),
    page(0xc00000),
  ],
  ['pages/inside', 'larger than a block', [], 'h0 = alloc_pages 11', page(DMA), NONE],
  [
    'pages/inside',
    'larger than a block, for a device',
    [],
    'h0 = alloc_coherent any 4194305',
    grant(NORMAL, 4194305),
    NONE,
  ],
  ['pages/aligned', 'an odd page', [], 'h0 = alloc_pages 1', page(NORMAL + 0x1000), first[1]],
  [
    'pages/aligned',
    'not to the order of 5 pages',
    [],
    'h0 = alloc_noncoherent any 20480',
    grant(NORMAL + 0x4000, 20480),
    grant(NORMAL + 0x8000, 20480),
  ],
  ['pages/disjoint', 'in use', [first], 'h1 = alloc_pages 0', page(NORMAL + 0x1000), page(DMA)],
  [
    'pages/disjoint',
    'behind 5 pages, of which 8 are taken',
    [['h0 = alloc_coherent any 20480', grant(NORMAL, 20480)]],
    'h1 = alloc_coherent any 4096',
    grant(NORMAL + 0x7000, 4096),
    grant(NORMAL + 0x8000, 4096),
  ],
  [
    'pages/disjoint',
    'of 5 exact pages, the last',
    [['h0 = alloc_exact 20480', page(NORMAL)]],
    'h1 = alloc_pages 0',
    page(NORMAL + 0x4000),
    page(NORMAL + 0x5000),
  ],
  ['pages/complete', 'a zone is free', [], 'h0 = alloc_pages 10 zone=dma', NONE, page(0xc00000)],
  ['pages/complete', 'a block is free', [fillNormal], 'h0 = alloc_exact 1', NONE, page(DMA32)],
]);

/** Each a refusal that is right, and the same where it is not. */
const REFUSALS: readonly Lie[] = [
  // The rung has no page: nothing is freed for it, and higher zones are not looked at.
  ...liesOf(ZONES, [
    [
      'pages/complete',
      'the only rung has room',
      [fillDma[1]!],
      'h0 = alloc_coherent low 4096',
      NONE,
      grant(DMA, 4096),
    ],
    [
      'pages/inside',
      'the only rung is empty',
      fillDma,
      'h0 = alloc_coherent low 4096',
      grant(DMA32, 4096),
      NONE,
    ],
    [
      'pages/complete',
      'all that is free is within reach',
      [],
      'h0 = alloc_coherent any 4096',
      NONE,
      grant(DMA, 4096),
    ],
  ]),
];

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
/** ZONE_DMA is empty; the window ends below the limit of one device, but not of the other (C-T3). */
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

/** The 16 pages of ZONE_DMA are fewer than what it keeps from NORMAL requests, which is 16 (C-T2). */
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
      page(0xff0000),
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

const oneUsed: Answered = ['h0 = alloc_pages 0', page(0xc01000)];

const RANGES = liesOf(ZONES, [
  ['contig/exact', 'a page is in use', [oneUsed], 'h1 = alloc_contig 0xc00000 2', OK, EBUSY],
  ['contig/exact', 'a page is reserved', [], 'h1 = alloc_contig 0x8ff000 2', OK, EBUSY],
  ['contig/exact', 'all around is free', [], 'h1 = alloc_contig 0xc00000 2', EBUSY, OK],
  // Pageblocks have 2 MiB: the used page is in the first of two.
  ['contig/exact', 'the next block', [oneUsed], 'h1 = alloc_contig 0xe00000 512', EBUSY, OK],
  ['contig/exact', 'no such errno', [oneUsed], 'h1 = alloc_contig 0xc02000 1', NONE, EBUSY],
  ['contig/exact', 'nor here', [oneUsed], 'h1 = alloc_contig 0xc02000 1', NONE, OK],
  [
    'pages/disjoint',
    'the range is in use',
    [fillDma32],
    'h1 = alloc_pages 0 zone=dma32',
    page(0x17ff000),
    page(DMA),
  ],
]);

export const PAGE_LIES: readonly Lie[] = [
  ...BLOCKS,
  ...REFUSALS,
  ...EXHAUSTED,
  ...RESERVES,
  ...RANGES,
];
