/** Lies about mappings, bounce memory, and what devices read. */
import { UNLIMITED } from '../../../contract/numbers.ts';
import { failed } from '../../../contract/outcome.ts';
import { OBSERVATIONS } from '../../../contract/subject.ts';
import type { Answered } from '../forge.ts';
import { grant, ok, withMemory } from '../forge.ts';
import type { Lie, Stage } from './lie.ts';
import { liesOf, NONE, OK } from './lie.ts';

export const LOW = 0x80000000;
export const HIGH = 0x100000000;
/** The bounce pool: 1 MiB, four segments of 256 KiB. */
export const SLOTS = 0x83f00000;
const FAR = 0x200000000;

/** Devices of 32 bits, half of the memory out of their reach; line 64, page 4 KiB. */
export const BOUNCES: Stage = {
  machine: `bank 0x80000000 64M
bank 0x100000000 64M
pool p0 0x200000000 16K
swiotlb slots 512
device d0
device c0 coherent
device wide coherent mask 64
device al coherent min-align 0xfff
device sb coherent segment-boundary 0xffff
device near coherent bus-limit 0x83f7ffff
device end coherent bus-limit 0x80000fff
device none mask none
device far coherent min-align 0x3ffff
device win coherent window 0x80000000 0x80000000 64M window 0x100000000 0x0 4K
device p coherent mask 64 coherent-mask 64 pool p0`,
  setting: {
    ...withMemory({ event: 'bounce-pool', phys: SLOTS, bytes: 0x100000 }),
    // It keeps no accounts, so that nothing need be said of atomic pools.
    observes: new Set(OBSERVATIONS.filter((what) => what !== 'free-memory')),
  },
};

export const at = (address: number) => ok({ address });
export const high: Answered = ['h0 = alloc_pages 1', ok({ phys: HIGH })];
export const low: Answered = ['h0 = alloc_pages 1', ok({ phys: LOW })];
const large: Answered = ['h0 = alloc_pages 7', ok({ phys: HIGH })];
const pool: readonly Answered[] = [
  ['attach p', OK],
  ['h0 = alloc_coherent p 4096', grant(FAR, 4096)],
];
export const entries = (...list: (readonly [number, number])[]) => ok({ entries: list });
const segments = (...list: (readonly [number, number])[]) => ok({ segments: list });
export const halves = (base: number) =>
  [
    [base, 4096],
    [base + 4096, 4096],
  ] as const;

/** Three of four places for the low bits of a buffer are taken. */
const last: readonly Answered[] = [
  high,
  ...[0, 1, 2].map(
    (i): Answered => [`m${i + 1} = map_page far h0 1 offset=2048`, at(SLOTS + 2048 + i * 2 ** 18)],
  ),
];

const MAPS = liesOf(BOUNCES, [
  [
    'map/pieces',
    'a byte less',
    [low, ['t1 = sg_from_pages h0', entries([LOW, 8192])]],
    'm2 = map_sgtable c0 t1',
    segments([LOW, 8191]),
    segments([LOW, 8192]),
  ],
  ['map/reachable', 'no such bit', [high], 'm1 = map_page c0 h0 4096', at(HIGH), at(SLOTS)],
  ['map/reachable', 'the last byte', [low], 'm1 = map_page end h0 4097', at(LOW), NONE],
  [
    'map/reachable',
    'slots too high',
    [high],
    'm1 = map_page near h0 4096',
    at(SLOTS + 0x80000),
    at(SLOTS + 0x7f000),
  ],
  ['map/bounced', 'a shared line', [low], 'm1 = map_page d0 h0 32', at(LOW), at(SLOTS)],
  ['map/no-needless-bounce', 'a whole line', [low], 'm1 = map_page d0 h0 33', at(SLOTS), at(LOW)],
  [
    'map/no-needless-bounce',
    'it only reads',
    [low],
    'm1 = map_page d0 h0 32 direction=to-device',
    at(SLOTS),
    at(LOW),
  ],
  ['map/nonlinear', 'a pool', pool, 'm1 = map_page c0 h0 4096', at(SLOTS), NONE],
  ['map/complete', 'there is room', [high], 'm1 = map_page c0 h0 8192', NONE, at(SLOTS)],
  [
    'map/complete',
    'for a table, too',
    [high, ['t1 = sg_from_pages h0', entries([HIGH, 8192])]],
    'm2 = map_sgtable c0 t1',
    failed('EIO'),
    segments([SLOTS, 8192]),
  ],
  [
    'map/complete',
    'a whole segment',
    [large],
    'm1 = map_page c0 h0 256K',
    NONE,
    at(SLOTS + 0x40000),
  ],
  [
    'map/last-place',
    'one is left',
    last,
    'm4 = map_page far h0 1 offset=2048',
    NONE,
    at(SLOTS + 0xc0800),
  ],
  [
    'map/complete',
    'two are left',
    last.slice(0, -1),
    'm4 = map_page far h0 1 offset=2048',
    NONE,
    at(SLOTS + 0xc0800),
  ],
  ['map/inside-window', 'two pages of one', [high], 'm1 = map_page win h0 4097', at(0), at(SLOTS)],
  ['map/complete', 'no bounce', [low], 'm1 = map_page c0 h0 1', NONE, at(LOW)],
  ['map/no-mask', 'no mask', [low], 'm1 = map_page none h0 4096', at(LOW), NONE],
  ['map/resource', 'elsewhere', [], 'm0 = map_resource c0 0x10000000 4096', at(0), at(0x10000000)],
  ['map/resource', 'in reach', [], 'm0 = map_resource c0 0xfffff000 4096', NONE, at(0xfffff000)],
  ['map/resource', 'no mask', [], 'm0 = map_resource none 0x10000000 1', at(0x10000000), NONE],
]);

const held: readonly Answered[] = [high, ['m1 = map_page c0 h0 6000', at(SLOTS)]];
const two: Answered = ['t1 = sg_from_pages h0 max_segment=4096', entries(...halves(HIGH))];

const BOUNCED = liesOf(BOUNCES, [
  [
    'bounce/inside',
    'across segments',
    [high],
    'm1 = map_page c0 h0 8192',
    at(SLOTS + 0x3f000),
    at(SLOTS + 0x3e000),
  ],
  ['bounce/inside', 'longer than one', [large], 'm1 = map_page c0 h0 262145', at(SLOTS), NONE],
  [
    'bounce/disjoint',
    'its third slot',
    held,
    'm2 = map_page c0 h0 1',
    at(SLOTS + 0x1000),
    at(SLOTS + 0x1800),
  ],
  [
    'bounce/disjoint',
    'of the same call',
    [high, two],
    'm2 = map_sgtable c0 t1',
    segments([SLOTS, 4096], [SLOTS + 0x800, 4096]),
    segments([SLOTS, 4096], [SLOTS + 0x1000, 4096]),
  ],
  [
    'bounce/aligned',
    'bit 11',
    [high],
    'm1 = map_page al h0 100 offset=2117',
    at(SLOTS + 69),
    at(SLOTS + 2117),
  ],
  [
    'bounce/aligned',
    'a page on a page',
    [high],
    'm1 = map_page c0 h0 4096',
    at(SLOTS + 2048),
    at(SLOTS),
  ],
  [
    'bounce/boundary',
    'every 64 KiB',
    [high],
    'm1 = map_page sb h0 8192',
    at(SLOTS + 0xf000),
    at(SLOTS + 0xe000),
  ],
]);

const truth = (is: boolean) => ok({ truth: is });
const bytes = (...list: (readonly [number, number])[]) => ok({ bytes: list });

const PASSED = liesOf(BOUNCES, [
  ['sync/needed', 'in slots', held, 'need_sync m1', truth(false), truth(true)],
  [
    'sync/needed',
    'it snoops',
    [low, ['m1 = map_page c0 h0 4096', at(LOW)]],
    'need_sync m1',
    truth(true),
    truth(false),
  ],
  [
    'sync/needed',
    'it does not snoop',
    [low, ['m1 = map_page d0 h0 4096', at(LOW)]],
    'need_sync m1',
    truth(false),
    truth(true),
  ],
  [
    'dma/mapping-size',
    'RAM out of reach',
    [],
    'max_mapping_size c0',
    ok({ length: UNLIMITED }),
    ok({ length: 262144 }),
  ],
  [
    'dma/mapping-size',
    'low bits cost room',
    [],
    'opt_mapping_size al',
    ok({ length: 262144 }),
    ok({ length: 258048 }),
  ],
  [
    'dma/mapping-size',
    'all in reach',
    [],
    'opt_mapping_size wide',
    ok({ length: 262144 }),
    ok({ length: UNLIMITED }),
  ],
  [
    'device/contents',
    'older than the mapping',
    [low, ['write h0 0 4096 0x5a', OK], ['m1 = map_page c0 h0 4096', at(LOW)]],
    'mapped_read m1 4095 1',
    bytes([0, 1]),
    bytes([0x5a, 1]),
  ],
  [
    'device/coherent',
    'not what was written',
    [...pool, ['write h0 8 8 0x5a', OK]],
    'device_read h0 0 16',
    bytes([0, 16]),
    bytes([0, 8], [0x5a, 8]),
  ],
]);

export const STREAMING_LIES: readonly Lie[] = [...MAPS, ...BOUNCED, ...PASSED];
