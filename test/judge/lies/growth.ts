/** Lies about what atomic pools are made of, at boot and when put-off work is done. */
import type { Event } from '../../../contract/outcome.ts';
import type { Answered } from '../forge.ts';
import { chunk, grant, ok, withMemory } from '../forge.ts';
import { CHUNKS, DMA, KERNEL, ZONES } from './atomic.ts';
import type { Lie, Stage } from './lie.ts';
import { EBUSY, liesOf, OK } from './lie.ts';

export interface BootLie {
  readonly law: string;
  readonly why: string;
  readonly machine: string;
  readonly lie: readonly Event[];
  readonly honest: readonly Event[];
}

const KIB_128 = 0x20000;
const [kernel, dma, dma32] = CHUNKS as [Event, Event, Event];
const LOW = 'bank 0x80000000 8M\ndevice d0';
const sized = (of: string, phys: number, bytes = KIB_128) => chunk(of, phys, bytes);
const three = (first: Event) => [first, sized('dma', 0x80400000), sized('dma32', 0x80420000)];
const honest = three(sized('kernel', 0x80000000));

/** The default area ends above ZONE_DMA, so only the other pools may use it. */
const ABOVE = `profile arm64 zone-dma 0x3fffffff
bank 0x3fe00000 4M
cma c0 0x40000000 2M default
device d0`;
const above = [sized('kernel', 0x40000000), sized('dma', 0x3fe00000), sized('dma32', 0x40020000)];

const bootLies = (
  machine: string,
  right: readonly Event[],
  rows: readonly (readonly [law: string, why: string, lie: readonly Event[]])[],
): BootLie[] => rows.map(([law, why, lie]) => ({ law, why, machine, lie, honest: right }));

export const BOOT_LIES: readonly BootLie[] = [
  ...bootLies(LOW, honest, [
    ['atomic/growth', 'no chunk at all', []],
    ['atomic/growth', 'two of three pools', honest.slice(0, 2)],
    ['atomic/growth', 'another order', [honest[1]!, honest[0]!, honest[2]!]],
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

const POOLS: Stage = { machine: ZONES, setting: withMemory(...CHUNKS) };
const use: Answered = ['h0 = alloc_coherent d64 1 gfp=atomic', grant(KERNEL, 1)];
const useDma: Answered = ['h1 = alloc_coherent d30 1 gfp=atomic', grant(DMA, 1)];
const grew = (...events: readonly Event[]) => ok({ events });
const more = sized('kernel', 0x100020000);
const moreDma = sized('dma', 0x3fe20000);

export const GROWTH_LIES: readonly Lie[] = liesOf(POOLS, [
  ['atomic/growth', 'none although one is low', [use], 'run_work', OK, grew(more)],
  ['atomic/growth', 'not what is low', [use], 'run_work', grew(moreDma), grew(more)],
  ['atomic/growth', 'more than is low', [use], 'run_work', grew(moreDma, more), grew(more)],
  [
    'atomic/growth',
    'not all that is low',
    [use, useDma],
    'run_work',
    grew(more),
    grew(moreDma, more),
  ],
  [
    'atomic/growth',
    'not doubled',
    [use],
    'run_work',
    grew(sized('kernel', 0x100020000, 0x10000)),
    grew(more),
  ],
  [
    'atomic/growth',
    'more than doubled',
    [use],
    'run_work',
    grew(sized('kernel', 0x100040000, 0x40000)),
    grew(more),
  ],
  [
    'atomic/growth',
    'not doubled the second time',
    [
      use,
      ['run_work', grew(more)],
      ['h2 = alloc_coherent d64 128K gfp=atomic', grant(0x100020000, KIB_128)],
    ],
    'run_work',
    grew(sized('kernel', 0x100040000)),
    grew(sized('kernel', 0x100040000, 0x40000)),
  ],
  ['atomic/growth', 'not due', [], 'run_work', grew(more), OK],
  [
    'atomic/growth',
    'not due any more',
    [use, ['run_work', grew(more)]],
    'run_work',
    grew(sized('kernel', 0x100040000)),
    OK,
  ],
  ['atomic/growth', 'given back meanwhile', [use, ['free h0', OK]], 'run_work', grew(more), OK],
  ['any/form', 'no work', [use], 'run_work', EBUSY, grew(more)],
  ['atomic/chunk', 'in use', [use], 'run_work', grew(sized('kernel', KERNEL)), grew(more)],
  [
    'atomic/chunk',
    'in use by the kernel',
    [use, ['h1 = alloc_pages 0', ok({ phys: 0x100020000 })]],
    'run_work',
    grew(more),
    grew(sized('kernel', 0x100040000)),
  ],
  [
    'atomic/chunk',
    'of a higher zone',
    [useDma],
    'run_work',
    grew(sized('dma', 0x40020000)),
    grew(moreDma),
  ],
  [
    'atomic/growth',
    'although 8 pages are free',
    [useDma, ['h2 = alloc_contig 0x3fe28000 472', OK]],
    'run_work',
    OK,
    grew(sized('dma', 0x3fe20000, 0x8000)),
  ],
  [
    'atomic/growth',
    'although no page is free',
    [useDma, ['h2 = alloc_contig 0x3fe20000 480', OK]],
    'run_work',
    grew(sized('dma', 0x3fe20000, 4096)),
    OK,
  ],
  [
    'atomic/growth',
    'before work is done',
    [],
    use[0],
    { ...grant(KERNEL, 1), events: [more] },
    grant(KERNEL, 1),
  ],
  [
    'atomic/growth',
    'by a question',
    [],
    'required_mask d64',
    ok({ address: 0x1ffffffff, events: [more] }),
    ok({ address: 0x1ffffffff }),
  ],
  [
    'atomic/inside',
    'from chunk to chunk',
    [use, ['run_work', grew(more)]],
    'h1 = alloc_coherent d64 8192 gfp=atomic',
    grant(0x10001f000, 8192),
    grant(0x100020000, 8192),
  ],
  [
    'pages/disjoint',
    'what grew is no more free',
    [use, ['run_work', grew(more)]],
    'h1 = alloc_pages 5',
    ok({ phys: 0x100020000 }),
    ok({ phys: 0x100040000 }),
  ],
]);
