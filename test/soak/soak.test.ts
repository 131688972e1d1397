// Goal: does it hold for long? Method: a fresh seed and a budget in seconds (CARVEOUT_SOAK_SECONDS,
// default 60); not part of `npm test`, see `npm run soak`.
import { describe, expect, it } from 'vitest';
import { campaign } from '../../properties/runner/campaign.ts';
import { bucketText } from '../../report/failure.ts';
import { carveoutSubject } from '../../sut/subject.ts';

/** Milliseconds between two lines of progress. */
const PROGRESS_MS = 10_000;
const SECONDS = Number(process.env['CARVEOUT_SOAK_SECONDS'] ?? '60');

describe('soak', () => {
  it('breaks no law in the time given', { timeout: 2_000 * SECONDS + 60_000 }, async () => {
    const seed = process.env['CARVEOUT_SEED'] ?? `soak-${new Date().toISOString()}`;
    process.stdout.write(`seed "${seed}", ${SECONDS} s\n`);
    let next = performance.now() + PROGRESS_MS;
    const result = await campaign(carveoutSubject, {
      seed,
      timeMs: 1000 * SECONDS,
      failures: 'failures',
      known: [],
      bugs: [],
      command: null,
      metamorphic: true,
      onProgress: ({ cases, failures }) => {
        if (performance.now() < next) return;
        next += PROGRESS_MS;
        process.stdout.write(`${cases} cases, ${failures} failures\n`);
      },
    });
    process.stdout.write(`${result.cases} cases, up to case ${result.lastCase}\n`);
    expect(result.buckets.map(bucketText)).toEqual([]);
  });
});
