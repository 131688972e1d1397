/** Lies about blocks and ranges of pages. */
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

/** Of ZONE_DMA alone: higher zones are not looked at. */
const REFUSALS = liesOf(ZONES, [
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
]);

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

export const PAGE_LIES: readonly Lie[] = [...BLOCKS, ...REFUSALS, ...RANGES];
