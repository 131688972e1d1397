// Goal: the pipeline reports what it finds, in every stage that gathers results. Method: subjects
// that lie must fail the hunt, the campaign, the API, and the merge of several results.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assert, check, LawBrokenError } from '../../api.ts';
import type { SyncSubject } from '../../contract/subject.ts';
import { mergeBuckets } from '../../properties/runner/buckets.ts';
import type { CampaignResult } from '../../properties/runner/campaign.ts';
import { readScenario } from '../../properties/runner/corpus.ts';
import { replay } from '../../properties/runner/replay.ts';
import { exitCode, reportText } from '../../report/campaign.ts';
import { reportJson } from '../../report/json.ts';
import { lazy, refusing, throwing, wrongHandle } from './broken.ts';

const directory = mkdtempSync(join(tmpdir(), 'carveout-canary-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = (subject: SyncSubject, more: { failures?: string; cases?: number } = {}) =>
  check(subject, { seed: 'canary', cases: 24, ...more });

describe('canary', () => {
  let result: CampaignResult;
  beforeAll(async () => {
    result = await run(wrongHandle, { failures: directory });
  });

  it('a wrong handle is found, shrunk, saved, and the file replays', async () => {
    const { buckets } = result;
    const bucket = buckets.find(({ law }) => law === 'pool/handle')!;
    expect(bucket.finding.kase.program.length).toBeLessThanOrEqual(4);
    expect(bucket.finding.kase.machine.devices.length).toBeLessThanOrEqual(2);
    const scenario = readScenario(bucket.file!);
    expect(scenario.header.expect).toEqual({ kind: 'law', law: 'pool/handle' });
    const again = await replay(wrongHandle, scenario);
    expect([again.asExpected, again.failure?.violation.law]).toEqual([true, 'pool/handle']);
    const files = readdirSync(directory);
    expect(files.filter((name) => !name.endsWith('.carveout'))).toEqual([]);
    expect(files.length).toBe(buckets.length);
  });

  it('duplicates are one bucket with a count', () => {
    const { buckets } = result;
    const counted = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
    expect(counted).toBeGreaterThan(buckets.length);
    const twice = mergeBuckets([...buckets, ...buckets]);
    expect(twice.length).toBe(buckets.length);
    expect(twice.reduce((sum, bucket) => sum + bucket.count, 0)).toBe(2 * counted);
  });

  it('a subject that refuses too much breaks completeness', async () => {
    for (const subject of [lazy, refusing]) {
      const { buckets } = await run(subject, { cases: 24 });
      const laws = buckets.map(({ law }) => law);
      expect(laws.some((law) => law === 'pool/complete' || law === 'free/returns-all')).toBe(true);
    }
  });

  it('a subject that throws has crashed', async () => {
    const { buckets } = await run(throwing);
    expect(buckets.map(({ law }) => law)).toContain('any/no-crash');
    expect(buckets[0]!.finding.failure.violation.observed).toContain('undefined is not a pool');
  });

  it('assert throws with every law, and its stack starts at the caller', async () => {
    const error = await assert(wrongHandle, { seed: 'canary', cases: 24 }).then(
      () => null,
      (thrown: unknown) => thrown as LawBrokenError,
    );
    expect(error).toBeInstanceOf(LawBrokenError);
    expect(error!.laws).toContain('pool/handle');
    expect(error!.message).toContain('expected');
    const frame = error!.stack!.split('\n').find((line) => line.trimStart().startsWith('at '));
    expect(frame).toContain('canary.test.ts');
  });

  it('the report says so: text, JSON and exit code', () => {
    const { cases, lastCase, refusedMachines, moreFailures, milliseconds, labels } = result;
    const title = 'random';
    const phase = { title, cases, lastCase, refusedMachines, moreFailures, milliseconds, labels };
    const report = {
      subject: 'wrong handle',
      seed: 'canary',
      phases: [phase],
      buckets: result.buckets,
      corpus: { files: 0, refused: 0, failed: [] },
      known: new Map(),
      notJudged: [],
      interrupted: false,
    };
    expect(exitCode(report)).toBe(1);
    expect(exitCode({ ...report, buckets: [] })).toBe(0);
    expect(exitCode({ ...report, buckets: [], known: new Map([['pool-size-zero', 0]]) })).toBe(1);
    expect(reportText(report, { labels: true })).toContain('pool/handle broken');
    const document = JSON.parse(reportJson(report)) as { verdict: string; failures: unknown[] };
    expect([document.verdict, document.failures.length]).toEqual(['broken', result.buckets.length]);
  });

  it('arguments that make no sense are refused at once', async () => {
    await expect(check(lazy, { seed: 'a"b' })).rejects.toThrow('quotes');
    await expect(check(lazy, { seed: 'a', cases: 0 })).rejects.toThrow('cases is 0');
  });
});
