/**
 * Goal: a running kernel breaks no law but in the ways that are known, and programs reach what the
 * laws are about. Method: a fixed number of cases of a fixed seed; labels have floors.
 */
import { expect, test } from 'vitest';
import { linuxSubject } from '../../../linux/subject.ts';
import { campaign } from '../../../properties/runner/campaign.ts';
import { rigOr } from './needed.ts';

const CASES = 512;

/** At least so often in 1000 cases. */
const FLOORS = {
  'pool attached': 100,
  'pool full': 50,
  'coherent from cma': 20,
  bounced: 150,
  'search for slots wrapped': 1,
  'several pieces bounced': 10,
  'sync_for_cpu, bounced': 10,
  'sync_for_device, bounced': 10,
  'map refused: too long to bounce': 10,
  'map refused: others bounce': 10,
  'map refused: no slots in reach': 10,
  'mapped directly': 100,
  'mapped without a linear address': 5,
} as const;

test('a campaign on Linux', { timeout: 300_000 }, async ({ skip }) => {
  await rigOr(skip);
  const subject = await linuxSubject({ timeoutMs: 60_000, onProgress: () => {} });
  try {
    const { buckets, cases, labels } = await campaign(subject, {
      // Rare labels come by machines, 64 cases each: a seed that has them all.
      seed: 'k5',
      cases: CASES,
      failures: null,
      known: [],
      bugs: [],
      command: null,
      metamorphic: false,
    });
    expect(buckets.map(({ finding }) => finding.failure)).toEqual([]);
    expect(cases).toBe(CASES);
    const low = Object.entries(FLOORS).flatMap(([label, perThousand]) => {
      const count = labels.get(label) ?? 0;
      const floor = (perThousand * CASES) / 1000;
      return count >= floor ? [] : [`${label}: ${count}, at least ${floor}`];
    });
    expect(low).toEqual([]);
  } finally {
    await subject.close?.();
  }
});
