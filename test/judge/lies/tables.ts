/** Lies about scatter/gather tables. */
import type { Answered } from '../forge.ts';
import { ok } from '../forge.ts';
import type { Lie } from './lie.ts';
import { EINVAL, liesOf, OK } from './lie.ts';
import { BOUNCES, entries, HIGH, halves, high } from './streaming.ts';

const table: Answered = ['t1 = sg_from_pages h0 max_segment=4096', entries(...halves(HIGH))];

export const TABLE_LIES: readonly Lie[] = liesOf(BOUNCES, [
  [
    'table/entries',
    'neighbours apart',
    [high],
    't1 = sg_from_pages h0',
    entries(...halves(HIGH)),
    entries([HIGH, 8192]),
  ],
  [
    'table/entries',
    'longer than allowed',
    [high],
    table[0],
    entries([HIGH, 8192]),
    entries(...halves(HIGH)),
  ],
  [
    'table/refusal',
    'no page is short enough',
    [high],
    't1 = sg_from_pages h0 max_segment=4095',
    entries(...halves(HIGH)),
    EINVAL,
  ],
  [
    'table/refusal',
    'nothing is wrong',
    [high],
    't1 = sg_from_pages h0',
    EINVAL,
    entries([HIGH, 8192]),
  ],
  [
    'table/refusal',
    'more than there is',
    [high, table],
    't2 = sg_split t1 1 8192',
    entries([HIGH + 1, 8191]),
    EINVAL,
  ],
  [
    'table/split-end',
    'up to the end of the entry',
    [high, table],
    't2 = sg_split t1 1 4096',
    entries([HIGH + 1, 4095], [HIGH + 4096, 4096]),
    entries([HIGH + 1, 4095], [HIGH + 4096, 1]),
  ],
  [
    'table/entries',
    'of another place',
    [high, table],
    't2 = sg_split t1 1 4096',
    entries([HIGH + 1, 4095], [HIGH + 4095, 4096]),
    entries([HIGH + 1, 4095], [HIGH + 4096, 1]),
  ],
  [
    'table/count',
    'a byte of the second',
    [high, table],
    'sg_nents_for_len t1 4097',
    ok({ count: 1 }),
    ok({ count: 2 }),
  ],
  [
    'table/count',
    'all of the first',
    [high, table],
    'sg_nents_for_len t1 4096',
    ok({ count: 2 }),
    ok({ count: 1 }),
  ],
  [
    'table/copy',
    'one byte less',
    [high, table],
    'sg_write t1 8190 3 0x5a',
    ok({ length: 1 }),
    ok({ length: 2 }),
  ],
  [
    'table/copy',
    'what was there before',
    [high, table, ['write h0 4095 2 0x11', OK], ['sg_write t1 4096 1 0x5a', ok({ length: 1 })]],
    'sg_read t1 4095 2',
    ok({ bytes: [[0x11, 2]] }),
    ok({
      bytes: [
        [0x11, 1],
        [0x5a, 1],
      ],
    }),
  ],
]);
