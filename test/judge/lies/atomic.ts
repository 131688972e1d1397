/** Lies about atomic pools: what they hand out, and to whom. */
import type { Answered } from '../forge.ts';
import { chunk, grant, withMemory } from '../forge.ts';
import type { Lie, Stage } from './lie.ts';
import { liesOf, NONE, OK } from './lie.ts';

/** 2 MiB in each zone: ZONE_DMA ends at 1 GiB. */
export const ZONES = `profile arm64 zone-dma 0x3fffffff
bank 0x3fe00000 4M
bank 0x100000000 2M
device d30 mask 30
device d32
device d64 mask 64
device near mask 30 bus-limit 0x3fe0ffff`;

/** Where the pools of these machines have their memory: 32 pages each. */
export const [DMA, DMA32, KERNEL] = [0x3fe00000, 0x40000000, 0x100000000];
const SIZE = 0x20000;
export const CHUNKS = [
  chunk('kernel', KERNEL, SIZE),
  chunk('dma', DMA, SIZE),
  chunk('dma32', DMA32, SIZE),
];

const POOLS: Stage = { machine: ZONES, setting: withMemory(...CHUNKS) };

const all = (device: string, label: number, phys: number): Answered => [
  `h${label} = alloc_coherent ${device} 128K gfp=atomic`,
  grant(phys, SIZE),
];
const first: Answered = ['h0 = alloc_coherent d64 12288 gfp=atomic', grant(KERNEL, 12288)];

const RUNS = liesOf(POOLS, [
  [
    'atomic/inside',
    'past the end of its chunk',
    [],
    'h0 = alloc_coherent d64 8192 gfp=atomic',
    grant(KERNEL + 0x1f000, 8192),
    grant(KERNEL + 0x1e000, 8192),
  ],
  [
    'atomic/aligned',
    '3 pages, not at a multiple of 4',
    [],
    'h0 = alloc_coherent d64 12288 gfp=atomic',
    grant(KERNEL + 0x1000, 12288),
    grant(KERNEL + 0x4000, 12288),
  ],
  [
    'atomic/disjoint',
    'the third of 3 pages, not the one behind them',
    [first],
    'h1 = alloc_coherent d64 1 gfp=atomic',
    grant(KERNEL + 0x2000, 1),
    grant(KERNEL + 0x3000, 1),
  ],
  [
    'pages/disjoint',
    'pages of a chunk',
    [],
    'h0 = alloc_pages 0',
    { is: 'ok', phys: KERNEL },
    { is: 'ok', phys: KERNEL + SIZE },
  ],
]);

const REFUSALS = liesOf(POOLS, [
  [
    'atomic/complete',
    'the only pool of DMA has room',
    [],
    'h0 = alloc_coherent d30 4096 gfp=atomic',
    NONE,
    grant(DMA, 4096),
  ],
  [
    'alloc/reachable',
    'the only pool of DMA is used up',
    [all('d30', 0, DMA)],
    'h1 = alloc_coherent d30 4096 gfp=atomic',
    grant(DMA32, 4096),
    NONE,
  ],
  [
    'atomic/complete',
    'behind DMA32 comes DMA',
    [all('d32', 0, DMA32)],
    'h1 = alloc_coherent d32 4096 gfp=atomic',
    NONE,
    grant(DMA, 4096),
  ],
  [
    'atomic/disjoint',
    'both are used up',
    [all('d32', 0, DMA32), all('d32', 1, DMA)],
    'h2 = alloc_coherent d32 4096 gfp=atomic',
    grant(DMA, 4096),
    NONE,
  ],
  [
    'atomic/complete',
    'without a limit, the last has room',
    [all('d64', 0, KERNEL), all('d64', 1, DMA32)],
    'h2 = alloc_coherent d64 4096 gfp=atomic',
    NONE,
    grant(DMA, 4096),
  ],
  [
    'atomic/complete',
    'without a limit, so has the one in the middle',
    [all('d64', 0, KERNEL), all('d30', 1, DMA)],
    'h2 = alloc_coherent d64 4096 gfp=atomic',
    NONE,
    grant(DMA32, 4096),
  ],
  [
    'atomic/inside',
    'no chunk is as large',
    [],
    'h0 = alloc_coherent d64 132K gfp=atomic',
    grant(KERNEL, 0x21000),
    NONE,
  ],
  [
    'atomic/complete',
    'all that is free is within reach',
    [['h0 = alloc_coherent d30 64K gfp=atomic', grant(DMA + 0x10000, 0x10000)]],
    'h1 = alloc_coherent near 4096 gfp=atomic',
    NONE,
    grant(DMA, 4096),
  ],
  [
    'alloc/reachable',
    'some of it is not',
    [],
    'h0 = alloc_coherent near 4096 gfp=atomic',
    grant(DMA + 0x10000, 4096),
    NONE,
  ],
]);

/**
 * All RAM is above 4 GiB. The bus limit of both devices means an address below that, where no
 * memory is; the other window reaches some.
 */
const MISSING: Stage = {
  machine: `profile arm64 zone-dma 0x3fffffff
bank 0x100000000 4M
device d30 mask 31 window 0x100000000 0x0 1G window 0x0 0x40000000 1G
device d32 mask 31 window 0x100000000 0x0 1G window 0x40000000 0x40000000 1G`,
  setting: withMemory(chunk('kernel', KERNEL, SIZE)),
};

const SEARCHES = liesOf(MISSING, [
  [
    'atomic/complete',
    'without a pool of DMA the first one serves',
    [],
    'h0 = alloc_coherent d30 4096 gfp=atomic',
    NONE,
    grant(KERNEL, 4096, 0),
  ],
  // Deviation atomic-dma32-missing: the search ends, though another pool would do.
  [
    'alloc/handle',
    'the physical address; and without a pool of DMA32 none need serve',
    [],
    'h0 = alloc_coherent d32 4096 gfp=atomic',
    grant(KERNEL, 4096),
    NONE,
  ],
]);

/** The pool of ZONE_DMA has all there is below 4 GiB: for DMA32 nothing was left. */
const EXHAUSTED: Stage = {
  machine: `profile arm64 zone-dma 0x3fffffff
bank 0x3ffe0000 128K
bank 0x100000000 4M
device d30 mask 30
device d32`,
  setting: withMemory(chunk('kernel', KERNEL, SIZE), chunk('dma', 0x3ffe0000, SIZE)),
};

const ENDS = liesOf(EXHAUSTED, [
  [
    'alloc/reachable',
    'out of reach, and without a pool of DMA32 that of DMA is not asked',
    [],
    'h0 = alloc_coherent d32 4096 gfp=atomic',
    grant(KERNEL, 4096),
    NONE,
  ],
  [
    'atomic/complete',
    'it is asked where the limit leads to DMA',
    [],
    'h0 = alloc_coherent d30 4096 gfp=atomic',
    NONE,
    grant(0x3ffe0000, 4096),
  ],
]);

/** With 32 GiB a chunk has 4 MiB; one of an area is aligned to 1 MiB only (trap G-T2). */
const LARGE: Stage = {
  machine: `profile arm64 zone-dma 0xffffffff
bank 0x100000000 32G
cma c0 0x140000000 64M default
device d0 mask 64`,
  setting: withMemory(chunk('kernel', 0x140100000, 0x400000)),
};

const ALIGNED = liesOf(LARGE, [
  [
    'atomic/aligned',
    'counted from address 0',
    [],
    'h0 = alloc_coherent d0 2M gfp=atomic',
    grant(0x140200000, 2 ** 21),
    grant(0x140100000, 2 ** 21),
  ],
]);

/** Free goes back to where it came from, whatever happened meanwhile. */
const RETURNS = liesOf(POOLS, [
  [
    'atomic/complete',
    'it was given back',
    [all('d30', 0, DMA), ['free h0', OK]],
    'h1 = alloc_coherent d30 128K gfp=atomic',
    NONE,
    grant(DMA, SIZE),
  ],
]);

export const ATOMIC_LIES: readonly Lie[] = [
  ...RUNS,
  ...REFUSALS,
  ...SEARCHES,
  ...ENDS,
  ...ALIGNED,
  ...RETURNS,
];
