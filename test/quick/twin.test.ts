/**
 * Goal: two subjects that answer the same are no difference, and one that answers something else is
 * found and shrunk. Method: the built-in subject beside itself, telling the truth and lying.
 */
import { describe, expect, test } from 'vitest';
import type { Op } from '../../contract/operations.ts';
import { OP_NAMES } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { OK } from '../../contract/outcome.ts';
import type { BatchSubject, Observation } from '../../contract/subject.ts';
import { LINUX_MACHINES } from '../../linux/limits.ts';
import type { CampaignResult } from '../../properties/runner/campaign.ts';
import { campaign } from '../../properties/runner/campaign.ts';
import { profileOf } from '../../properties/runner/run.ts';
import { compare } from '../../properties/twin/compare.ts';
import { carveoutSubject } from '../../sut/subject.ts';
import { farSubject } from './batch.ts';

const SEEN: readonly Observation[] = ['phys', 'handle', 'bytes', 'entries', 'device-bytes'];
const UNABLE = ['pin', 'unpin', 'run_work', 'census'];

/** As a kernel: no pages are counted, and only some machines are. */
function far(change?: (op: Op, outcome: Outcome) => Outcome): BatchSubject {
  const operations = OP_NAMES.filter((name) => !UNABLE.includes(name));
  return {
    ...farSubject(SEEN, change),
    accepts: () => null,
    machines: LINUX_MACHINES,
    operations,
  };
}

async function twinned(subject: BatchSubject, cases: number): Promise<CampaignResult> {
  return await campaign(subject, {
    seed: 'twin',
    cases,
    failures: null,
    known: [],
    bugs: [],
    command: null,
    metamorphic: false,
    bail: true,
    twin: {
      subject: carveoutSubject,
      profile: profileOf(carveoutSubject, []),
      sends: () => true,
    },
  });
}

describe('the built-in subject beside itself', { timeout: 60_000 }, () => {
  test('answers the same', async () => {
    const { buckets, labels } = await twinned(far(), 300);
    expect(buckets.map(({ finding }) => finding)).toEqual([]);
    expect(labels.get('twin: same')).toBeGreaterThan(5000);
    expect(labels.get('twin: different')).toBeUndefined();
  });

  test('is another one when a slot differs', async () => {
    const { buckets } = await twinned(
      far((op, outcome) =>
        op.op === 'map_page' && outcome.is === 'ok'
          ? { ...outcome, address: outcome.address! + 2048 }
          : outcome,
      ),
      300,
    );
    expect(buckets.map(({ law }) => law)).toEqual(['twin/same']);
    expect(buckets[0]!.finding.kase.program.length).toBeLessThanOrEqual(3);
  });

  test('is another one when an error has another number', async () => {
    const { buckets } = await twinned(
      far((op, outcome) => (op.op === 'attach' && outcome.is === 'error' ? OK : outcome)),
      300,
    );
    expect(buckets.map(({ law }) => law)).toEqual(['twin/same']);
  });
});

describe('two answers', () => {
  const exact = { elsewhere: false, cached: false, allocates: false };
  const ok = (address: number): Outcome => ({ is: 'ok', address });

  test.each<[string, Outcome, Outcome, Partial<typeof exact>, string]>([
    ['the same', ok(1), ok(1), {}, 'same'],
    ['another place', ok(1), ok(2), {}, 'different'],
    ['another place of what is not compared', ok(1), ok(2), { elsewhere: true }, 'place'],
    [
      'no place of what is not compared',
      ok(1),
      { is: 'none' },
      { elsewhere: true, allocates: true },
      'place',
    ],
    ['no answer about it', ok(1), { is: 'none' }, { elsewhere: true }, 'different'],
    ['another truth', { is: 'ok', truth: true }, { is: 'ok', truth: false }, {}, 'different'],
    [
      'what one of them cannot see',
      { is: 'ok', phys: 1, bytes: [] },
      { is: 'ok', phys: 1 },
      {},
      'same',
    ],
    ['other bytes', { is: 'ok', bytes: [[1, 2]] }, { is: 'ok', bytes: [[1, 3]] }, {}, 'different'],
    [
      'other bytes in caches',
      { is: 'ok', bytes: [[1, 2]] },
      { is: 'ok', bytes: [[2, 2]] },
      { cached: true },
      'cache',
    ],
    [
      'another error',
      { is: 'error', errno: 'EIO' },
      { is: 'error', errno: 'EINVAL' },
      {},
      'different',
    ],
    [
      'a crash elsewhere',
      { is: 'crash', crash: 'oops', where: 'a' },
      { is: 'crash', crash: 'oops', where: 'b' },
      {},
      'different',
    ],
    [
      'a crash in other words',
      { is: 'crash', crash: 'oops', where: 'Error: a: it is so' },
      { is: 'crash', crash: 'oops', where: 'a' },
      {},
      'same',
    ],
    ['a crash and none', { is: 'crash', crash: 'oops', where: 'a' }, { is: 'ok' }, {}, 'different'],
  ])('%s', (_name, left, right, about, verdict) => {
    expect(compare(left, right, { ...exact, ...about })).toBe(verdict);
  });
});
