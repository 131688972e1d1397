// Goal: a run that is asked to stop does so soon, keeps what it has, and blames nobody for the way
// it was stopped. Method: subjects that let the signal come in the middle of a case.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { OBSERVATIONS, type Subject } from '../../contract/subject.ts';
import { InputError } from '../../contract/text/input-error.ts';
import { type CampaignOptions, campaign } from '../../properties/runner/campaign.ts';
import { carveoutSubject } from '../../sut/subject.ts';
import { farSubject } from '../quick/batch.ts';
import { refusing, wrongHandle } from './broken.ts';

const OPTIONS: CampaignOptions = {
  seed: 'stopped',
  cases: 64,
  failures: null,
  known: [],
  bugs: [],
  command: null,
  metamorphic: false,
};

afterEach(() => vi.restoreAllMocks());

describe('a stop', () => {
  it('while shrinking keeps the smallest case so far', async () => {
    let stopped = false;
    const onFailure = () => {
      stopped = true;
    };
    const result = await campaign(wrongHandle, { ...OPTIONS, stopped: () => stopped, onFailure });
    expect(result.interrupted).toBe(true);
    const runs = result.buckets.map(({ finding }) => finding.runs);
    expect(runs.length).toBeGreaterThan(0);
    expect(runs).toEqual(runs.map(() => 0));
  });

  it('reaches a subject that is called while it is shrunk', async () => {
    // The clock leaps, so that every run of the shrinker is one after which others have their turn.
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => {
      now += 1000;
      return now;
    });
    let stopped = false;
    const onFailure = () => {
      setImmediate(() => {
        stopped = true;
      });
    };
    const options = { ...OPTIONS, bail: true };
    const whole = await campaign(refusing, options);
    const cut = await campaign(refusing, { ...options, stopped: () => stopped, onFailure });
    expect(cut.interrupted).toBe(true);
    expect(cut.buckets[0]!.finding.runs).toBeLessThan(whole.buckets[0]!.finding.runs);
  });

  it.each([
    [1000, 'goes on'],
    [31_000, 'has given up'],
  ])('shrinking, %i ms after the time of the run, %s', async (lateMs, what) => {
    const whole = await campaign(wrongHandle, { ...OPTIONS, bail: true });
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const onFailure = () => {
      now += 5000 + lateMs;
    };
    const options = { ...OPTIONS, bail: true, timeMs: 5000, onFailure };
    const late = await campaign(wrongHandle, options);
    expect([late.interrupted, late.buckets.length]).toEqual([false, whole.buckets.length]);
    const { runs } = late.buckets[0]!.finding;
    expect(runs).toBe(what === 'goes on' ? whole.buckets[0]!.finding.runs : 0);
  });

  it('that ends the subject as well is no crash of it', async () => {
    let stopped = false;
    const crash = { is: 'crash', crash: 'oops', where: 'signal SIGTERM' } as const;
    const far = farSubject(OBSERVATIONS, () => {
      setImmediate(() => {
        stopped = true;
      });
      return crash;
    });
    const result = await campaign(far, { ...OPTIONS, stopped: () => stopped });
    expect([result.interrupted, result.buckets]).toEqual([true, []]);
    const asked = await campaign(far, { ...OPTIONS, bail: true });
    expect(asked.buckets.map(({ law }) => law)).toEqual(['any/no-crash']);
  });

  it('nor is its silence, which is bad input otherwise, and what was found stays', async () => {
    const problem = { file: 'subject', line: 0, column: 0, found: 'no reply', expected: 'one' };
    let stopped = false;
    const liar = (stops: boolean): Subject => {
      const far = farSubject(OBSERVATIONS, () => ({ is: 'ok', pfn: 1 }));
      let boots = 0;
      const boot: typeof far.boot = async (machine) => {
        boots += 1;
        if (boots < 3) return await far.boot(machine);
        stopped = stops;
        throw new InputError(problem);
      };
      return { ...far, boot };
    };
    await expect(campaign(liar(false), OPTIONS)).rejects.toThrow('found no reply');
    const result = await campaign(liar(true), { ...OPTIONS, stopped: () => stopped });
    expect([result.interrupted, result.buckets.length]).toEqual([true, 1]);
  });

  it('of the built-in subject ends the run at the next case', async () => {
    let asked = 0;
    const stopped = () => {
      asked += 1;
      return asked > 3;
    };
    const { cases, interrupted } = await campaign(carveoutSubject, { ...OPTIONS, stopped });
    expect([cases, interrupted]).toEqual([3, true]);
  });
});
