/** Lies about bounce pools that are made while the machine runs. */
import type { Event, Outcome } from '../../../contract/outcome.ts';
import type { Answered } from '../forge.ts';
import { ok, withMemory } from '../forge.ts';
import type { Lie, Stage } from './lie.ts';
import { liesOf, NONE, OK } from './lie.ts';

export const SLOTS = 0x80000000;
export const HIGH = 0x100000000;
/** A free place for a pool of up to 256 KiB, and the one behind it. */
export const ROOM = 0x80400000;
export const NEXT = 0x80440000;
export const SEGMENT = 0x40000;

const pool = (of: string, phys: number, bytes: number): Event => ({
  event: 'bounce-pool',
  of,
  phys,
  bytes,
});

/** Half of the memory out of reach for most; `slots` of them at its start. */
export const stageOf = (slots: number, words: string): Stage => ({
  machine: `profile x86-64
bank 0x80000000 16M
bank 0x100000000 16M
swiotlb slots ${slots}${words}
device d0
device near bus-limit 0x803fffff
device al min-align 0xfff
device sb segment-boundary 0xffff
device cut window 0x80000000 0x80000000 16M`,
  setting: withMemory(pool('default', SLOTS, slots * 2048)),
});
export const GROWS = stageOf(128, ' dynamic');
const STAYS = stageOf(128, '');

export const high: Answered = ['h0 = alloc_pages 8', ok({ phys: HIGH })];
export const full: readonly Answered[] = [
  high,
  ['m1 = map_page d0 h0 256K', ok({ address: SLOTS })],
];

/** A mapping in a pool of its own. */
const alone = (phys: number, bytes: number, more: readonly Event[] = []): Outcome =>
  ok({ address: phys, events: [pool('transient', phys, bytes), ...more] });
export const own: Answered = ['m2 = map_page d0 h0 6000', alone(ROOM, 0x1800)];
const gone = (phys: number, bytes: number): Event => ({
  ...pool('transient', phys, bytes),
  event: 'bounce-pool-gone',
});
const map = (lie: Outcome, why: string) =>
  ['bounce/transient', why, full, own[0], lie, own[1]] as const;

const MADE = liesOf(GROWS, [
  map(alone(ROOM, 0x2000), 'whole pages'),
  map(alone(ROOM + 0x1000, 0x1800), 'no block of two pages'),
  map(alone(SLOTS, 0x1800), 'set aside'),
  map(alone(HIGH + 0x800000, 0x1800), 'out of reach'),
  map(alone(ROOM, 0x1800, [pool('transient', NEXT, 0x1800)]), 'one too many'),
  map({ ...alone(ROOM, 0x1800), events: [pool('grown', ROOM, 0x1800)] }, 'of another kind'),
  map({ ...NONE, events: [pool('transient', ROOM, 0x1800)] }, 'kept, and refused'),
  ['bounce/inside', 'a slot too few', full, own[0], alone(ROOM, 0x1000), own[1]],
  ['map/reachable', 'nobody said where', full, own[0], ok({ address: ROOM }), own[1]],
  ['map/complete', 'there is memory', full, own[0], NONE, own[1]],
  [
    'map/complete',
    'through a window',
    full,
    'm2 = map_page cut h0 256K',
    NONE,
    alone(ROOM, SEGMENT),
  ],
  ['bounce/transient', 'there are slots', [high], 'm2 = map_page d0 h0 6000', own[1], full[1]![1]],
  [
    'bounce/transient',
    'the limit of its bus',
    full,
    'm2 = map_page near h0 4096',
    alone(ROOM, 0x1000),
    alone(ROOM - 0x1000, 0x1000),
  ],
  [
    'bounce/inside',
    'longer than a segment',
    full,
    'm2 = map_page d0 h0 262145',
    alone(ROOM, SEGMENT + 2048),
    NONE,
  ],
  [
    'bounce/aligned',
    'the first slot has other low bits',
    full,
    'm2 = map_page al h0 100 offset=2048',
    alone(ROOM, 2048),
    NONE,
  ],
  [
    'bounce/boundary',
    'more than lies between two',
    full,
    'm2 = map_page sb h0 65537',
    alone(ROOM, 33 * 2048),
    NONE,
  ],
  [
    'bounce/transient',
    'in use',
    [...full, own],
    'm3 = map_page d0 h0 6000',
    alone(ROOM, 0x1800),
    alone(NEXT, 0x1800),
  ],
  [
    'map/reachable',
    'the pool of another mapping',
    [...full, own],
    'm3 = map_page d0 h0 100',
    ok({ address: ROOM }),
    alone(NEXT, 2048),
  ],
  [
    'map/complete',
    'one page is left',
    [...full, ['h2 = alloc_contig 0x80040000 4031', OK]],
    'm3 = map_page d0 h0 2048',
    NONE,
    alone(0x80fff000, 2048),
  ],
  [
    'bounce/transient',
    'only one page is left',
    [...full, ['h2 = alloc_contig 0x80040000 4031', OK]],
    'm3 = map_page d0 h0 6000',
    alone(0x80ffe000, 0x1800),
    NONE,
  ],
  [
    'pages/disjoint',
    'handed out once more',
    [...full, own],
    'h3 = alloc_pages 0 zone=dma32',
    ok({ phys: ROOM + 0x1000 }),
    ok({ phys: ROOM + 0x2000 }),
  ],
]);

const STATIC = liesOf(STAYS, [
  ['bounce/transient', 'no such build', full, own[0], own[1], NONE],
  ['bounce/growth', 'no such build', [...full, [own[0], NONE]], 'run_work', grew(ROOM), OK],
]);

const ended: Answered = ['unmap m2', ok({ events: [gone(ROOM, 0x1800)] })];

const ENDED = liesOf(GROWS, [
  ['bounce/transient', 'it stays', [...full, own], ended[0], OK, ended[1]],
  [
    'bounce/transient',
    'of another place',
    [...full, own],
    ended[0],
    ok({ events: [gone(NEXT, 0x1800)] }),
    ended[1],
  ],
  [
    'bounce/transient',
    'the default pool',
    full,
    'unmap m1',
    ok({ events: [gone(SLOTS, SEGMENT)] }),
    OK,
  ],
  [
    'account/pages',
    'pages of a pool that ended',
    [...full, own, ended],
    'census',
    census(2, 128),
    census(0, 128),
  ],
  ['account/pages', 'its slots', [...full, own], 'census', census(2, 131), census(2, 128)],
]);

/** Pages taken of those below 4 GiB, and slots in use. */
function census(pages: number, slots: number): Outcome {
  return ok({
    census: [
      ['dma', 0],
      ['dma32', 4096 - 64 - pages],
      ['normal', 4096 - 256],
      ['slots', 128 - slots],
    ],
  });
}

export function grew(phys: number, bytes = SEGMENT): Outcome {
  return ok({ events: [pool('grown', phys, bytes)] });
}
export const DYNAMIC_LIES: readonly Lie[] = [...MADE, ...STATIC, ...ENDED];
