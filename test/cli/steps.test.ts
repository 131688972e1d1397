// Goal: a replay shows every operation of its program, and says why one was not sent. Method: small
// programs against the built-in subject, honest and lying, and answers made up for a batch.
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../contract/outcome.ts';
import { NONE, OK } from '../../contract/outcome.ts';
import type { SyncSubject } from '../../contract/subject.ts';
import { parseScenario } from '../../contract/text/parse.ts';
import { replay } from '../../properties/runner/replay.ts';
import { replayText, reportReplay } from '../../report/replay.ts';
import type { Answer } from '../../report/steps.ts';
import { stepsOf } from '../../report/steps.ts';
import { carveoutSubject } from '../../sut/subject.ts';
import { wrongHandle } from '../canary/broken.ts';

const MACHINE = [
  'carveout scenario 1',
  'profile arm64',
  'bank 0x80000000 2G',
  'pool p0 0xa0000000 64K no-map',
  'device d0 pool p0',
  'device d1',
  'device d2 iommu 4K 0x0 0xffffffff',
];
const scenarioOf = (...program: readonly string[]) =>
  parseScenario([...MACHINE, ...program].join('\n'), 'inline');

/** Each operation of the program with its answer, without addresses and bytes. */
async function shown(subject: SyncSubject, ...program: readonly string[]): Promise<string[]> {
  const scenario = scenarioOf(...program);
  const answers: Answer[] = [];
  const seen = await replay(subject, scenario, (op, outcome) => answers.push({ op, outcome }));
  const { steps } = reportReplay('inline', scenario, subject, seen, answers);
  expect(steps.filter(({ sent }) => sent)).toHaveLength(answers.length);
  return steps.map(({ op, outcome }) => `${op}: ${outcome.replace(/^ok .*/, 'ok')}`);
}

describe('an operation that is not sent', () => {
  it('names what is dead, at the start, in between and at the end', async () => {
    const program = ['free h0', 'attach d0', 'h0 = alloc_coherent d0 1', 'free h0', 'read h0 0 1'];
    expect(await shown(carveoutSubject, ...program)).toEqual([
      'free h0: skipped (h0 names nothing alive)',
      'attach d0: ok',
      'h0 = alloc_coherent d0 1: ok',
      'free h0: ok',
      'read h0 0 1: skipped (h0 names nothing alive)',
      // Closing: the pool is handed out to its last page, and of the others' memory a block.
      'h900000 = alloc_coherent d0 65536: ok',
      'h900001 = alloc_pages 10 zone=dma: ok',
    ]);
  });

  it('would have no effect, or an undefined one', async () => {
    const program = ['attach d0', 'h0 = alloc_coherent d0 1', 'h1 = alloc_coherent d2 1'];
    const steps = await shown(carveoutSubject, ...program, 'free h0 via=d1', 'free h0');
    expect(steps.slice(2, 4)).toEqual([
      'h1 = alloc_coherent d2 1: skipped (it has nothing to apply to)',
      'free h0 via=d1: skipped (its effect is undefined)',
    ]);
  });

  it('is none of those the subject answers', async () => {
    const subject: SyncSubject = { ...carveoutSubject, operations: ['attach'] };
    const [attach, mask] = await shown(subject, 'attach d0', 'required_mask d0');
    expect(attach).toBe('attach d0: ok');
    expect(mask).toBe('required_mask d0: skipped (the subject does not answer it)');
  });

  it('comes after the broken law', async () => {
    const program = ['attach d0', 'h0 = alloc_coherent d0 1', 'h1 = alloc_coherent d0 1'];
    const steps = await shown(wrongHandle, ...program, 'required_mask d0');
    expect(steps.slice(2)).toEqual([
      'h1 = alloc_coherent d0 1: ok',
      'required_mask d0: skipped (a law is broken)',
    ]);
  });

  it('comes after a crash that is known', () => {
    const { machine, program } = scenarioOf(
      'attach d0',
      'h0 = alloc_coherent d0 1',
      'required_mask d0',
    );
    const said: Outcome[] = [{ is: 'error', errno: 'EBUSY' }, NONE];
    const answers = said.map((outcome, index) => ({ op: program[index]!, outcome }));
    const steps = stepsOf({ machine, program }, carveoutSubject, answers, false, {
      warnings: [],
    });
    expect(steps[2]).toEqual({
      op: 'required_mask d0',
      outcome: 'skipped (the subject had crashed)',
      sent: false,
    });
  });
});

it('the verdict counts what was skipped', async () => {
  const scenario = scenarioOf('free h0', 'attach d0');
  const answers: Answer[] = [{ op: scenario.program[1]!, outcome: OK }];
  const seen = await replay(carveoutSubject, scenario);
  const text = replayText(reportReplay('inline', scenario, carveoutSubject, seen, answers));
  expect(text.trimEnd().split('\n').at(-1)).toBe('ok, as expected, 1 of 2 operations skipped');
});
