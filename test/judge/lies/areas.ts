/** Lies about contiguous areas: what they hand out, who uses them. */
import type { Answered } from '../forge.ts';
import { chunk, grant, ok, withMemory } from '../forge.ts';
import type { Lie, Stage } from './lie.ts';
import { EBUSY, EINVAL, liesOf, NONE, OK } from './lie.ts';

export const POOLS = [
  chunk('kernel', 0x83f00000, 0x20000),
  chunk('dma', 0x83f20000, 0x20000),
  chunk('dma32', 0x83f40000, 0x20000),
];

/** An area of 4 MiB that one device is bound to; one that snoops, and one that is bound to none. */
export const AREA: Stage = {
  machine: `bank 0x80000000 64M
cma c0 0x82000000 4M
device d0 pool c0
device near pool c0 bus-limit 0x821fffff
device d1
device d2 coherent pool c0`,
  setting: withMemory(...POOLS),
};

export const bound: Answered = ['attach d0', OK];
export const inArea = (page: number, size: number): Answered[1] =>
  grant(0x82000000 + page * 4096, size);
const first: Answered = ['h0 = alloc_coherent d0 4096', inArea(0, 4096)];
/** All that is free: the area is used up, and so are the pages. */
export const allArea: readonly Answered[] = [bound, ['pin c0 0 pages=1024', OK]];
const allPages: readonly Answered[] = [
  ['h8 = alloc_contig 0x80000000 8192', OK],
  ['h9 = alloc_contig 0x82400000 6912', OK],
  ['h10 = alloc_contig 0x83f60000 160', OK],
];

const RUNS = liesOf(AREA, [
  [
    'cma/inside',
    'past its end',
    [bound],
    'h0 = alloc_coherent d0 8192',
    inArea(1023, 8192),
    inArea(0, 8192),
  ],
  [
    'cma/aligned',
    '5 pages, not at a multiple of 8',
    [bound],
    'h0 = alloc_coherent d0 20480',
    inArea(1, 20480),
    inArea(8, 20480),
  ],
  [
    'cma/aligned',
    '300 pages, not at a multiple of 256',
    [bound],
    'h0 = alloc_coherent d0 300K',
    inArea(32, 307200),
    inArea(128, 307200),
  ],
  [
    'cma/aligned',
    '2 MiB, not at a multiple of 1 MiB',
    [bound],
    'h0 = alloc_noncoherent d0 2M',
    inArea(128, 2 ** 21),
    inArea(256, 2 ** 21),
  ],
  [
    'cma/disjoint',
    'handed out',
    [bound, first],
    'h1 = alloc_coherent d0 4096',
    inArea(0, 4096),
    inArea(1, 4096),
  ],
  [
    'cma/disjoint',
    'the fifth of 5 pages',
    [bound, ['h0 = alloc_coherent d0 20480', inArea(0, 20480)]],
    'h1 = alloc_coherent d0 4096',
    inArea(4, 4096),
    inArea(5, 4096),
  ],
  [
    'cma/disjoint',
    'pinned',
    [bound, ['pin c0 0 pages=2', OK], ['unpin c0 0', OK]],
    'h0 = alloc_coherent d0 4096',
    inArea(1, 4096),
    inArea(0, 4096),
  ],
  [
    'cma/complete',
    'it is free',
    [bound, first],
    'h1 = alloc_coherent d0 4096',
    NONE,
    inArea(1, 4096),
  ],
  [
    'cma/complete',
    'between the pinned pages is room',
    [bound, ['pin c0 0 pages=8', OK], ['pin c0 16 pages=1008', OK], ...allPages],
    'h0 = alloc_coherent d0 32K',
    NONE,
    inArea(8, 32768),
  ],
  [
    'cma/inside',
    'there is room neither in the area nor elsewhere',
    [...allArea, ['unpin c0 1023', OK], ...allPages],
    'h0 = alloc_coherent d0 8192',
    inArea(1023, 8192),
    NONE,
  ],
  [
    'pages/complete',
    'pages serve when the area cannot',
    allArea,
    'h0 = alloc_coherent d0 4096',
    NONE,
    grant(0x80000000, 4096),
  ],
]);

const USERS = liesOf(AREA, [
  ['contig/exact', 'a page is handed out', [bound, first], 'pin c0 0 pages=2', OK, EBUSY],
  ['contig/exact', 'a page is pinned', [['pin c0 1', OK]], 'pin c0 0 pages=2', OK, EBUSY],
  ['contig/exact', 'they are free', [['pin c0 2', OK]], 'pin c0 0 pages=2', EBUSY, OK],
  ['any/form', 'no answer', [['pin c0 2', OK]], 'unpin c0 2', EBUSY, OK],
  ['attach/memory', 'there is nothing to refuse', [], 'attach d0', EBUSY, OK],
  ['attach/memory', 'nor the second time', [bound], 'attach d0', EINVAL, OK],
  ['pool/unbind', 'nor to keep', [bound], 'detach d0', EBUSY, OK],
  [
    'alloc/source',
    'the area although it is bound no more',
    [bound, ['detach d0', OK]],
    'h0 = alloc_coherent d0 4096',
    inArea(0, 4096),
    grant(0x80000000, 4096),
  ],
]);

/** A default area serves all who want more than a page; its first chunks are the atomic pools'. */
const DEFAULT: Stage = {
  machine: `bank 0x80000000 64M
cma c0 0x82000000 4M default
cma c1 0x83000000 4M
device d0
device d1 pool c1`,
  setting: withMemory(
    chunk('kernel', 0x82000000, 0x20000),
    chunk('dma', 0x82020000, 0x20000),
    chunk('dma32', 0x82040000, 0x20000),
  ),
};

const defaultCensus = (free: number) =>
  ok({
    census: [
      ['dma', 16384 - 2048],
      ['lent:dma', free + 1024],
      ['dma32', 0],
      ['normal', 0],
      ['cma:c0', free],
      ['cma:c1', 1024],
      ['atomic:kernel', 32],
      ['atomic:dma', 32],
      ['atomic:dma32', 32],
    ],
  });

const DEFAULTS = liesOf(DEFAULT, [
  [
    'alloc/source',
    'pages although the default area has room',
    [],
    'h0 = alloc_coherent d0 8192',
    grant(0x80000000, 8192),
    inArea(512, 8192),
  ],
  [
    'alloc/source',
    'the default area for a single page',
    [],
    'h0 = alloc_coherent d0 4096',
    inArea(512, 4096),
    grant(0x80000000, 4096),
  ],
  [
    'alloc/source',
    'the default area for a device with its own',
    [['attach d1', OK]],
    'h0 = alloc_coherent d1 8192',
    inArea(512, 8192),
    grant(0x83000000, 8192),
  ],
  [
    'alloc/source',
    'a chunk of an atomic pool, which the area gave away',
    [],
    'h0 = alloc_coherent d0 8192',
    inArea(0, 8192),
    inArea(96, 8192),
  ],
  [
    'cma/disjoint',
    'up to a chunk of an atomic pool',
    [['h0 = alloc_coherent d0 8192', inArea(96, 8192)]],
    'h1 = alloc_coherent d0 12288',
    inArea(96, 12288),
    inArea(100, 12288),
  ],
  ['contig/exact', 'an atomic pool has it', [], 'pin c0 95 pages=2', OK, EBUSY],
  [
    'account/pages',
    'as if no atomic pool had taken of it',
    [],
    'census',
    defaultCensus(1024),
    defaultCensus(1024 - 96),
  ],
  ['cma/complete', 'there is room', [], 'h0 = alloc_coherent d0 2M', NONE, inArea(256, 2 ** 21)],
]);

export const AREA_LIES: readonly Lie[] = [...RUNS, ...USERS, ...DEFAULTS];
