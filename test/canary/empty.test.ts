// Goal: a run that proves nothing is not clean. Method: subjects that take no machine or no
// operation, excuses that nobody needs, and ids that do not exist.
import { describe, expect, it } from 'vitest';
import { assert, CheckFailedError, check } from '../../api.ts';
import { FIRST_OPERATIONS, OBSERVATIONS, type Subject } from '../../contract/subject.ts';
import { parseScenario } from '../../contract/text/parse.ts';
import { JUDGE_LAWS } from '../../model/judge/laws.ts';
import { replay } from '../../properties/runner/replay.ts';
import { RefusedError } from '../../properties/runner/run.ts';
import { ASKED_BY, notJudged } from '../../report/not-judged.ts';
import { carveoutSubject } from '../../sut/subject.ts';
import { farSubject } from '../quick/batch.ts';

const SCENARIO = `carveout scenario 1
expect ok
profile arm64
bank 0x80000000 1G
device d0
`;
const { machine } = parseScenario(SCENARIO, 'inline');

const options = { seed: 'empty', cases: 32 };

const choosy: Subject = { ...carveoutSubject, accepts: () => 'not this one' };
const mute: Subject = { ...carveoutSubject, operations: [] };
const refusing: Subject = { ...farSubject(OBSERVATIONS), boot: async () => ({ refused: 'no' }) };

describe('nothing judged', () => {
  it.each<[string, Subject, number, number]>([
    ['accepts no machine', choosy, 0, 4],
    ['refuses each when it boots', refusing, 0, 4],
    ['has no operation', mute, 32, 0],
  ])('is no pass: a subject that %s', async (_what, subject, cases, refusedMachines) => {
    const result = await check(subject, options);
    expect(result).toMatchObject({ cases, refusedMachines, operations: 0, buckets: [] });
    const error = await assert(subject, options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CheckFailedError);
    expect((error as Error).message).toContain('nothing judged: no operation was answered');
    expect((error as Error).stack).toMatch(/^ +at .*empty\.test\.ts/m);
  });

  it('a machine without devices can be asked nothing about them', async () => {
    const bare = { ...machine, devices: [] };
    const ofDevices: Subject = { ...carveoutSubject, operations: FIRST_OPERATIONS };
    const result = await check(ofDevices, { ...options, machine: bare });
    expect(result).toMatchObject({ cases: 32, operations: 0, buckets: [] });
  });

  it('the only machine is refused once', async () => {
    for (const subject of [choosy, refusing]) {
      const result = await check(subject, { seed: 'empty', cases: 1000, machine });
      expect([result.refusedMachines, result.lastCase]).toEqual([1, 0]);
    }
  });

  it('cannot be replayed', async () => {
    for (const subject of [choosy, refusing]) {
      await expect(replay(subject, parseScenario(SCENARIO, 'inline'))).rejects.toThrow(
        RefusedError,
      );
    }
  });
});

describe('laws that are not judged', () => {
  const ids = (subject: Parameters<typeof notJudged>[0]) => notJudged(subject).map(({ id }) => id);

  it('are all known to the table of operations', () => {
    expect(Object.keys(ASKED_BY).sort()).toEqual(JUDGE_LAWS.map(({ id }) => id).sort());
    expect(ids(carveoutSubject)).toEqual([]);
  });

  it('are those whose operations are missing', () => {
    const operations = ['attach', 'alloc_coherent', 'read'] as const;
    const missing = ids({ observes: new Set(OBSERVATIONS), operations });
    expect(missing).toContain('free/returns-all');
    expect(missing).toContain('mmap/bounds');
    expect(missing).toContain('dma/mask');
    for (const judged of ['cpu/contents', 'pool/creation', 'pool/disjoint', 'any/no-crash']) {
      expect(missing).not.toContain(judged);
    }
  });
});

describe('known deviations', () => {
  it('have to exist and to be repaired', async () => {
    const known = ['pool-size-zer'];
    await expect(check(carveoutSubject, { ...options, known })).rejects.toThrow(
      'known: "pool-size-zer" is no deviation; did you mean "pool-size-zero"?',
    );
    const kept = { ...carveoutSubject, known: ['limits-both-zero'] };
    await expect(check(kept, options)).rejects.toThrow(
      'known of subject "carveout": "limits-both-zero" is kept and needs no excuse',
    );
    await expect(check(kept, options)).rejects.toThrow(RangeError);
  });

  it('that are never hit are stale, and assert says so', async () => {
    const known = ['pool-size-zero'];
    expect((await check(carveoutSubject, { ...options, known })).stale).toEqual(known);
    await expect(assert(carveoutSubject, { ...options, known })).rejects.toThrow(
      'known deviation pool-size-zero was never seen: the row is stale',
    );
  });
});
