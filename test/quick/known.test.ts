/**
 * Goal: deviations that a subject is known to have do not hide others. Method: subjects that lie in
 * one way each, with all rows of Linux excused; some lie of each kind is no known one.
 */
import { expect, test } from 'vitest';
import type { Op } from '../../contract/operations.ts';
import { OP_NAMES } from '../../contract/operations.ts';
import type { Ok, Outcome } from '../../contract/outcome.ts';
import { NONE } from '../../contract/outcome.ts';
import { OBSERVATIONS } from '../../contract/subject.ts';
import { LINUX_MACHINES } from '../../linux/limits.ts';
import { LINUX_KNOWN } from '../../linux/subject.ts';
import { campaign } from '../../properties/runner/campaign.ts';
import { farSubject } from './batch.ts';

const SLOT = 2048;

/** The first byte is another one. */
function wrongByte({ bytes, ...rest }: Ok): Ok {
  const [first, ...more] = bytes ?? [];
  if (first === undefined) return rest;
  return { ...rest, bytes: [[255 - first[0], 1], [first[0], first[1] - 1], ...more] };
}

function wrongEntries({ entries, ...rest }: Ok): Ok {
  const [first, ...more] = entries ?? [];
  return first === undefined ? rest : { ...rest, entries: [[first[0] + 4096, first[1]], ...more] };
}

type Lie = (op: Op, outcome: Ok) => Outcome;

const READS = ['read', 'mapped_read'] as const;

const LIES: readonly (readonly [what: string, laws: readonly string[], lie: Lie])[] = [
  ...READS.map(
    (name) =>
      [
        `a wrong byte of ${name}`,
        ['cpu/contents', 'device/contents', 'device/coherent', 'table/copy'],
        (op, outcome) =>
          op.op === name && outcome.bytes?.[0]?.[1] !== 1 ? wrongByte(outcome) : outcome,
      ] as const satisfies readonly [string, readonly string[], Lie],
  ),
  ['no mapping', ['map/complete'], (op, outcome) => (op.op === 'map_page' ? NONE : outcome)],
  [
    'a slot off',
    ['map/reachable', 'bounce/aligned', 'bounce/inside', 'map/bounced'],
    (op, outcome) =>
      op.op === 'map_page' ? { ...outcome, address: outcome.address! + SLOT } : outcome,
  ],
  [
    'another entry',
    ['table/entries'],
    (op, outcome) => (op.op === 'sg_split' ? wrongEntries(outcome) : outcome),
  ],
];

test.each(LIES)('%s', { timeout: 60_000 }, async (_what, laws, lie) => {
  const subject = farSubject(OBSERVATIONS, (op, outcome) =>
    outcome.is === 'ok' ? lie(op, outcome) : outcome,
  );
  const { buckets } = await campaign(
    { ...subject, machines: LINUX_MACHINES, accepts: () => null, operations: OP_NAMES },
    {
      seed: 'excused',
      cases: 200,
      failures: null,
      known: LINUX_KNOWN,
      bugs: [],
      command: null,
      metamorphic: false,
      bail: true,
    },
  );
  expect(buckets.map(({ law }) => law).filter((law) => laws.includes(law))).not.toEqual([]);
});
