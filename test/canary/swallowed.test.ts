// Goal: nothing that goes wrong in a case is swallowed. Method: judges, boots, answers and folders
// that fail; each must end as a finding of the subject or as an error of the run.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { check } from '../../api.ts';
import type { Machine } from '../../contract/machine.ts';
import { OP_NAMES } from '../../contract/operations.ts';
import { OBSERVATIONS, type Subject, type SyncSubject } from '../../contract/subject.ts';
import { Judge } from '../../model/judge/judge.ts';
import { Buckets, mergeBuckets } from '../../properties/runner/buckets.ts';
import { readScenario } from '../../properties/runner/corpus.ts';
import { checkFolder } from '../../properties/runner/files.ts';
import { huntAsync, huntSync } from '../../properties/runner/hunt.ts';
import { replay } from '../../properties/runner/replay.ts';
import { bucketText } from '../../report/failure.ts';
import { carveoutSubject } from '../../sut/subject.ts';
import { farSubject } from '../quick/batch.ts';
import { throwing, wrongHandle } from './broken.ts';

const directory = mkdtempSync(join(tmpdir(), 'carveout-swallowed-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

const run = (subject: Subject, failures?: string) =>
  check(subject, {
    seed: 'swallowed',
    cases: 64,
    bail: true,
    ...(failures === undefined ? {} : { failures }),
  });

/** The built-in subject with another boot. */
const booting = (boot: (machine: Machine) => unknown): SyncSubject => ({
  ...carveoutSubject,
  boot: boot as SyncSubject['boot'],
});

const answering = (outcome: unknown) =>
  booting((machine) => ({ booted: carveoutSubject.boot(machine).booted, apply: () => outcome }));

describe("an exception that is nobody's finding ends the run", () => {
  it.each<[string, Subject]>([
    ['called', carveoutSubject],
    ['asked in batches', farSubject(OBSERVATIONS)],
  ])('of the judge, the subject being %s', async (_how, subject) => {
    vi.spyOn(Judge.prototype, 'check').mockImplementation(() => {
      throw new Error('the judge is ill');
    });
    await expect(run(subject)).rejects.toThrow('the judge is ill');
  });

  it('also in a smaller case, once a law is broken', async () => {
    const { finding } = (await run(wrongHandle)).buckets[0]!;
    const { kase, failure } = finding;
    const watcher = { onStep: () => {}, shrinks: () => true };
    let runs = 0;
    const ill = () => {
      runs += 1;
      if (runs > 1) throw new Error('ill later');
      return failure;
    };
    const draw = { machine: kase.machine, seed: 1, operations: new Set(OP_NAMES) };
    await expect(huntSync(draw, ill, watcher)).rejects.toThrow('ill later');
    expect(runs).toBe(2);
    runs = 0;
    const later = huntAsync(draw, async () => ill(), watcher);
    await expect(later).rejects.toThrow('ill later');
    expect(runs).toBe(2);
  });
});

describe('a subject is to blame', () => {
  it('for an exception at boot, and the file replays', async () => {
    const subject = booting(() => {
      throw new Error('no memory');
    });
    const { buckets } = await run(subject, directory);
    expect(buckets.map(({ law }) => law)).toEqual(['any/no-crash']);
    expect(bucketText(buckets[0]!)).toContain('any/no-crash broken while booting');
    expect(bucketText(buckets[0]!)).toContain('Error: no memory');
    const again = await replay(subject, readScenario(buckets[0]!.file!));
    expect([again.asExpected, again.observed]).toEqual([true, 'crash']);
  });

  it.each([
    ['no session', booting(() => undefined), 'a session'],
    ['a session that says nothing', booting(() => ({ apply: () => null })), 'booted: an object'],
    ['no outcome', answering(undefined), 'an outcome'],
    ['a word nobody knows', answering({ is: 'oh' }), 'is: one of ok, none, skipped, error, crash'],
    ['an address in words', answering({ is: 'ok', phys: '0x0' }), 'phys: a number'],
    ['bytes that are none', answering({ is: 'ok', bytes: [1] }), 'bytes: a list of [value, count]'],
    ['an errno of its own', answering({ is: 'error', errno: 'EOOPS' }), 'errno: an errno'],
    ['warnings by number', answering({ is: 'none', warnings: 2 }), 'warnings: a list'],
  ])('for %s', async (_what, subject, expected) => {
    const { buckets } = await run(subject);
    expect(buckets.map(({ law }) => law)).toEqual(['any/form']);
    expect(buckets[0]!.finding.failure.violation.expected).toBe(expected);
  });

  it.each([
    ['a list', 5],
    ['as many outcomes as operations', []],
  ])('for a batch that is not answered by %s', async (_what, outcomes) => {
    const session = { booted: { warnings: [] }, run: async () => outcomes as never };
    const far: Subject = { ...farSubject(OBSERVATIONS), boot: async () => session };
    expect((await run(far)).buckets.map(({ law }) => law)).toEqual(['any/form']);
  });
});

describe('failure files', () => {
  it('that could not be written are asked for before the run', () => {
    const file = join(directory, 'a-file');
    writeFileSync(file, '');
    for (const folder of [file, join(file, 'below'), '/proc/nobody/failures']) {
      expect(() => checkFolder(folder)).toThrow(/expected a folder for failure files/);
    }
  });

  it('the question leaves nothing behind', () => {
    const fresh = join(directory, 'not/yet/there');
    checkFolder(fresh);
    const used = join(directory, 'used');
    mkdirSync(used);
    checkFolder(used);
    expect(readdirSync(directory)).not.toContain('not');
    expect(readdirSync(used)).toEqual([]);
  });

  it('that go wrong later cost no finding', async () => {
    const { finding, origin } = (await run(throwing)).buckets[0]!;
    const file = join(directory, 'in-the-way');
    writeFileSync(file, '');
    const buckets = new Buckets(file, { bugs: [], subject: null, known: [] });
    buckets.add(finding, origin);
    expect(buckets.all.map((bucket) => bucket.file)).toEqual([null]);
    expect(bucketText(buckets.all[0]!)).toMatch(/^unsaved {2}E[A-Z]+: .*in-the-way/m);
  });

  it('of failures that turn out to be one go', async () => {
    const folder = join(directory, 'merged');
    const { finding, origin } = (await run(throwing)).buckets[0]!;
    const bucketOf = (index: number) => {
      const buckets = new Buckets(folder, { bugs: [], subject: null, known: [] });
      buckets.add(finding, { ...origin, case: index });
      return buckets.all;
    };
    const [merged, ...more] = mergeBuckets([3, 4, 5].flatMap(bucketOf));
    expect([merged?.count, more]).toEqual([3, []]);
    expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([merged?.file]);
  });
});
