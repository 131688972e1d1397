/** Lies about what atomic pools are made of at boot. */
import type { Event } from '../../../contract/outcome.ts';
import { chunk } from '../forge.ts';
import { CHUNKS, ZONES } from './atomic.ts';

export interface BootLie {
  readonly law: string;
  readonly why: string;
  readonly machine: string;
  readonly lie: readonly Event[];
  readonly honest: readonly Event[];
}

export const KIB_128 = 0x20000;
const [kernel, dma, dma32] = CHUNKS as [Event, Event, Event];
const LOW = 'bank 0x80000000 8M\ndevice d0';
export const sized = (of: string, phys: number, bytes = KIB_128) => chunk(of, phys, bytes);
const three = (first: Event) => [first, sized('dma', 0x80400000), sized('dma32', 0x80420000)];
const honest = three(sized('kernel', 0x80000000));

/** The default area ends above ZONE_DMA, so only the other pools may use it. */
const ABOVE = `profile arm64 zone-dma 0x3fffffff
bank 0x3fe00000 4M
cma c0 0x40000000 2M default
device d0`;
const above = [sized('kernel', 0x40000000), sized('dma', 0x3fe00000), sized('dma32', 0x40020000)];

/** 32 pages of ZONE_DMA, and above it 16 at a time, 9 times over: DMA keeps a page from those. */
export const SPARSE = [
  'profile arm64 zone-dma 0x3fffffff lowmem-reserve',
  'bank 0x3ffe0000 128K',
  ...Array.from({ length: 9 }, (_, i) => `bank 0x${(0x40000000 + i * 0x40000).toString(16)} 124K`),
  'device d0',
].join('\n');

const bootLies = (
  machine: string,
  right: readonly Event[],
  rows: readonly (readonly [law: string, why: string, lie: readonly Event[]])[],
): BootLie[] => rows.map(([law, why, lie]) => ({ law, why, machine, lie, honest: right }));

export const BOOT_LIES: readonly BootLie[] = [
  ...bootLies(LOW, honest, [
    ['atomic/growth', 'no chunk at all', []],
    ['atomic/growth', 'two of three pools', honest.slice(0, 2)],
    ['atomic/growth', 'no chunk', [{ ...honest[0]!, event: 'shrunk' }, ...honest.slice(1)]],
    ['atomic/growth', 'too small', three(sized('kernel', 0x80000000, 0x10000))],
    ['atomic/growth', 'too large', three(sized('kernel', 0x80000000, 0x40000))],
    ['atomic/growth', 'one more', [...honest, sized('kernel', 0x80200000)]],
    ['atomic/growth', 'no such pool', [...honest, sized('highmem', 0x80200000)]],
    ['atomic/growth', 'of no pool', [...honest, { event: 'chunk', bytes: KIB_128 }]],
    ['atomic/chunk', 'no RAM', three(sized('kernel', 0x90000000))],
    ['atomic/chunk', 'nowhere', three({ event: 'chunk', of: 'kernel', bytes: KIB_128 })],
    ['atomic/chunk', 'not aligned', three(sized('kernel', 0x80001000))],
    ['atomic/chunk', 'of another pool', honest.with(1, sized('dma', 0x80000000))],
  ]),
  ...bootLies(ZONES, CHUNKS, [
    ['atomic/chunk', 'of a higher zone', [kernel, sized('dma', 0x40040000), dma32]],
    ['atomic/chunk', 'of a higher zone, in the middle', [kernel, dma, sized('dma32', 0x100020000)]],
  ]),
  ...bootLies(ABOVE, above, [
    [
      'atomic/chunk',
      'pages although the area has room',
      [sized('kernel', 0x3fe40000), ...above.slice(1)],
    ],
    [
      'atomic/chunk',
      'the area although it is not in the zone',
      [above[0]!, sized('dma', 0x40040000), above[2]!],
    ],
    [
      'atomic/chunk',
      'what another pool has of the area',
      [above[0]!, above[1]!, sized('dma32', 0x40000000)],
    ],
  ]),
  // Later this would leave ZONE_DMA with less than it keeps from others.
  ...bootLies(
    SPARSE,
    [sized('kernel', 0x3ffe0000), sized('dma32', 0x40000000, 0x10000)],
    [
      [
        'atomic/growth',
        'reserves are not kept while booting',
        [sized('kernel', 0x40000000, 0x10000), sized('dma', 0x3ffe0000)],
      ],
    ],
  ),
  // 128 KiB for each GiB, that of areas included.
  ...bootLies(
    'bank 0x80000000 2G\ncma c0 0x80000000 1G\ndevice d0',
    ['kernel', 'dma', 'dma32'].map((of, i) => sized(of, 0xc0000000 + i * 0x40000, 0x40000)),
    [
      [
        'atomic/growth',
        'as if areas were no RAM',
        ['kernel', 'dma', 'dma32'].map((of, i) => sized(of, 0xc0000000 + i * 0x40000)),
      ],
    ],
  ),
  // Devices that snoop need no atomic pools.
  ...bootLies(
    'profile x86-64\nbank 0x100000 8M\ndevice d0',
    [],
    [['atomic/growth', 'no need of one', [sized('kernel', 0x100000)]]],
  ),
  // Half of the memory of the smallest pools there can be.
  ...bootLies(
    'bank 0x80000000 64K\ndevice d0',
    [sized('kernel', 0x80000000, 0x10000)],
    [
      ['atomic/growth', 'more than there is', [sized('kernel', 0x80000000)]],
      ['atomic/growth', 'nothing although there is some', []],
      [
        'atomic/growth',
        'less than there is',
        [sized('kernel', 0x80000000, 0x8000), sized('dma', 0x80008000, 0x8000)],
      ],
    ],
  ),
];
