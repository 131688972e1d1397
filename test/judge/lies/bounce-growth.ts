/** Lies about bounce pools that put-off work adds. */
import type { Outcome } from '../../../contract/outcome.ts';
import type { Answered } from '../forge.ts';
import { ok } from '../forge.ts';
import {
  full,
  GROWS,
  grew,
  HIGH,
  high,
  NEXT,
  own,
  ROOM,
  SEGMENT,
  SLOTS,
  stageOf,
} from './dynamic.ts';
import type { Lie } from './lie.ts';
import { liesOf, NONE, OK } from './lie.ts';

const LARGE = stageOf(4096, ' dynamic');

const work: Answered = ['run_work', grew(ROOM)];
/** No slots do for it, and no pool of its own would. */
const refused: readonly Answered[] = [high, ['m1 = map_page sb h0 65537', NONE]];

const GROWN = liesOf(GROWS, [
  ['bounce/growth', 'not due', [high], 'run_work', grew(ROOM), OK],
  ['bounce/growth', 'due', [...full, own], 'run_work', OK, grew(NEXT)],
  ['bounce/growth', 'due after a refusal', refused, 'run_work', OK, grew(ROOM)],
  ['bounce/growth', 'more than at first', refused, 'run_work', grew(ROOM, 2 * SEGMENT), grew(ROOM)],
  ['bounce/growth', 'in use', [...full, own], 'run_work', grew(ROOM), grew(NEXT)],
  ['bounce/growth', 'above 4 GiB', refused, 'run_work', grew(HIGH + 0x800000), grew(ROOM)],
  ['bounce/growth', 'once more', [...refused, work], 'run_work', grew(NEXT), OK],
  [
    'bounce/growth',
    'for what no pool can hold',
    [high, ['m1 = map_page d0 h0 262145', NONE]],
    'run_work',
    grew(ROOM),
    OK,
  ],
  [
    'bounce/growth',
    'for nobody',
    refused,
    'required_mask d0',
    { ...grew(ROOM), address: 0x1ffffffff } as Outcome,
    ok({ address: 0x1ffffffff }),
  ],
  [
    'bounce/disjoint',
    'slots of a new pool',
    [...refused, work, ['m2 = map_page d0 h0 6000', ok({ address: ROOM })]],
    'm3 = map_page d0 h0 6000',
    ok({ address: ROOM + 0x1000 }),
    ok({ address: SLOTS }),
  ],
]);

const CAPPED = liesOf(LARGE, [
  [
    'bounce/growth',
    'more than a block',
    refused,
    'run_work',
    grew(0x80800000, 0x800000),
    grew(0x80800000, 0x400000),
  ],
  [
    'bounce/growth',
    'half a block',
    refused,
    'run_work',
    grew(0x80800000, 0x200000),
    grew(0x80800000, 0x400000),
  ],
  [
    'bounce/growth',
    'although only 512 slots would do',
    [...refused, ['h2 = alloc_contig 0x80800000 1792', OK]],
    'run_work',
    OK,
    grew(0x80f00000, 0x100000),
  ],
  [
    'bounce/growth',
    'fewer than 512 slots',
    [...refused, ['h2 = alloc_contig 0x80800000 1920', OK]],
    'run_work',
    grew(0x80f80000, 0x80000),
    OK,
  ],
]);

export const BOUNCE_GROWTH_LIES: readonly Lie[] = [...GROWN, ...CAPPED];
