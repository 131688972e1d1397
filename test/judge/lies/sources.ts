/** Lies about where memory for a device comes from, and how the device sees it. */
import { grant, ok, withMemory } from '../forge.ts';
import { AREA, allArea, bound, inArea, POOLS } from './areas.ts';
import type { Lie, Stage } from './lie.ts';
import { EBUSY, liesOf, NONE, OK } from './lie.ts';

const unmapped = 'attrs=no-kernel-mapping';
const cookie = (phys: number) => ok({ phys, handle: phys });

const SOURCES = liesOf(AREA, [
  [
    'alloc/source',
    'pages although the area has room',
    [bound],
    'h0 = alloc_coherent d0 4096',
    grant(0x80000000, 4096),
    inArea(0, 4096),
  ],
  [
    'alloc/source',
    'pages although the area has room, and none but pages when it is full',
    allArea,
    'h0 = alloc_coherent d0 4096',
    grant(0x83f00000, 4096),
    grant(0x80000000, 4096),
  ],
  [
    'alloc/source',
    'the area although it is for another device',
    [],
    'h0 = alloc_coherent d1 8192',
    inArea(0, 8192),
    grant(0x80000000, 8192),
  ],
  [
    'alloc/source',
    'the area although areas are never for those who cannot wait',
    [['attach d2', OK]],
    'h0 = alloc_coherent d2 4096 gfp=atomic',
    inArea(0, 4096),
    grant(0x80000000, 4096),
  ],
  [
    'alloc/source',
    'pages although they would have to be mapped anew, by who cannot wait',
    [],
    'h0 = alloc_coherent d1 4096 gfp=atomic',
    grant(0x80000000, 4096),
    grant(0x83f00000, 4096),
  ],
  [
    'alloc/source',
    'an atomic pool although nothing is mapped',
    [],
    `h0 = alloc_coherent d1 4096 gfp=atomic ${unmapped}`,
    cookie(0x83f00000),
    cookie(0x80000000),
  ],
  [
    'alloc/source',
    'an atomic pool although pages can be mapped anew',
    [],
    'h0 = alloc_coherent d1 4096',
    grant(0x83f00000, 4096),
    grant(0x80000000, 4096),
  ],
  [
    'alloc/source',
    'an atomic pool for pages',
    [],
    'h0 = alloc_noncoherent d1 4096 gfp=atomic',
    grant(0x83f00000, 4096),
    grant(0x80000000, 4096),
  ],
  // Memory beyond the reach of the device may have been found first.
  [
    'alloc/source',
    'pages although all of the area that is free is within reach',
    [
      ['attach near', OK],
      ['pin c0 512 pages=512', OK],
    ],
    'h0 = alloc_coherent near 4096',
    grant(0x80000000, 4096),
    inArea(511, 4096),
  ],
  [
    'alloc/reachable',
    'an area of which some is out of reach, but not this',
    [['attach near', OK]],
    'h0 = alloc_coherent near 4096',
    inArea(512, 4096),
    grant(0x80000000, 4096),
  ],
]);

/** Devices that do not see memory where it is, or not all of it. */
const OFFSET: Stage = {
  machine: `bank 0x80000000 64M
device d0 window 0x80000000 0x1000 8K window 0x80100000 0x100000 16M
device d1 window 0x80000000 0x0 1G bus-limit 0x1fff
device part window 0x80000000 0x0 2K window 0x80100000 0x100000 16M
device zero coherent-mask 0`,
  setting: withMemory(...POOLS),
};

const VIEWS = liesOf(OFFSET, [
  [
    'alloc/handle',
    'the physical address',
    [],
    'h0 = alloc_coherent d0 4096',
    grant(0x80001000, 4096),
    grant(0x80001000, 4096, 0x2000),
  ],
  [
    'alloc/handle',
    'the window ends within',
    [],
    'h0 = alloc_coherent d0 12288',
    grant(0x80000000, 12288, 0x1000),
    grant(0x80100000, 12288, 0x100000),
  ],
  [
    'alloc/handle',
    'the window ends within the page',
    [],
    'h0 = alloc_coherent part 1',
    grant(0x80000000, 1, 0),
    grant(0x80100000, 1, 0x100000),
  ],
  [
    'alloc/reachable',
    'the end is a page above the limit',
    [],
    'h0 = alloc_coherent d1 8193',
    grant(0x80000000, 8193, 0x0),
    NONE,
  ],
  [
    'alloc/no-mask',
    'nothing can be reached',
    [],
    'h0 = alloc_noncoherent zero 4096',
    grant(0x80000000, 4096),
    NONE,
  ],
  [
    'pool/size-zero',
    'nothing is wanted',
    [],
    'h0 = alloc_noncoherent d0 0',
    grant(0x80000000, 0, 0x1000),
    NONE,
  ],
  [
    'any/form',
    'no handle',
    [],
    'h0 = alloc_coherent d0 1',
    ok({ phys: 0x80000000, bytes: [[0, 1]] }),
    grant(0x80000000, 1, 0x1000),
  ],
  ['any/form', 'an errno', [], 'h0 = alloc_noncoherent d0 1', EBUSY, grant(0x80000000, 1, 0x1000)],
  [
    'pool/zeroed',
    'not clear',
    [],
    'h0 = alloc_noncoherent d0 4',
    ok({ phys: 0x80000000, handle: 0x1000, bytes: [[1, 4]] }),
    grant(0x80000000, 4, 0x1000),
  ],
]);

/** A global pool, for devices that do not snoop and want a kernel mapping. */
const GLOBAL: Stage = {
  machine: `profile arm-nommu
bank 0x80000000 8M
pool p0 0x20000000 16K no-map default
device d0
device d1 coherent`,
  setting: withMemory(),
};

const GLOBALS = liesOf(GLOBAL, [
  [
    'pool/inside',
    'pages although there is a global pool',
    [],
    'h0 = alloc_coherent d0 4096',
    grant(0x80000000, 4096),
    grant(0x20000000, 4096),
  ],
  [
    'alloc/source',
    'the global pool although nothing is mapped',
    [],
    `h0 = alloc_coherent d0 4096 ${unmapped}`,
    cookie(0x20000000),
    cookie(0x80000000),
  ],
  [
    'alloc/source',
    'the global pool for a device that snoops',
    [],
    'h0 = alloc_coherent d1 4096 gfp=atomic',
    grant(0x20000000, 4096),
    grant(0x80000000, 4096),
  ],
  [
    'alloc/source',
    'the global pool for pages',
    [],
    'h0 = alloc_noncoherent d0 4096',
    grant(0x20000000, 4096),
    grant(0x80000000, 4096),
  ],
  [
    'pages/complete',
    'a zone that is not built stands for the highest',
    [],
    'h0 = alloc_pages 0 zone=dma32',
    NONE,
    ok({ phys: 0x80000000 }),
  ],
  [
    'cpu/contents',
    'the global pool clears whole pages',
    [['h0 = alloc_coherent d0 1', grant(0x20000000, 1)]],
    'read h0 4000 8',
    ok({ bytes: [[1, 8]] }),
    ok({ bytes: [[0, 8]] }),
  ],
]);

export const SOURCE_LIES: readonly Lie[] = [...SOURCES, ...VIEWS, ...GLOBALS];
