/**
 * Goal: a subject that answers batches is asked what one in process is asked, nothing less. Method:
 * the same cases on the built-in subject, one by one and behind the interface of a far one.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Op } from '../../contract/operations.ts';
import { OP_NAMES } from '../../contract/operations.ts';
import { OBSERVATIONS } from '../../contract/subject.ts';
import { printOp } from '../../contract/text/print.ts';
import { caseArbitrary, machineArbitrary } from '../../properties/arbitrary.ts';
import { Tally } from '../../properties/labels/tally.ts';
import { runBatch } from '../../properties/runner/batch.ts';
import { profileOf, runSync } from '../../properties/runner/run.ts';
import { carveoutSubject } from '../../sut/subject.ts';
import { farSubject } from './batch.ts';

const MACHINES = 16;
const CASES = 6;

test('batches ask the same as one by one', { timeout: 60_000 }, async () => {
  const far = { ...farSubject(OBSERVATIONS), operations: OP_NAMES, accepts: () => null };
  const profile = profileOf(far, []);
  let asked = 0;
  for (const machine of fc.sample(machineArbitrary(), { seed: 8, numRuns: MACHINES })) {
    const session = await far.boot(machine);
    if ('refused' in session) continue;
    for (const kase of fc.sample(caseArbitrary(machine), { seed: 9, numRuns: CASES })) {
      await session.reset!();
      const [here, there]: [string[], string[]] = [[], []];
      const into = (list: string[]) => (op: Op) => void list.push(printOp(op, machine));
      const one = runSync(carveoutSubject, kase, profile, new Tally(), { answered: into(here) });
      const record = { answered: into(there) };
      const other = await runBatch(session, kase, profile, new Tally(), { record });
      expect([one, other]).toEqual([null, null]);
      expect(there).toEqual(here);
      asked += here.length;
    }
  }
  expect(asked).toBeGreaterThan(2000);
});
