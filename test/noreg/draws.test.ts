// Goal: a seed means the same machines and programs until somebody decides otherwise. Method:
// texts of a few cases, compared with snapshots; a change is reviewed and goes to the changelog.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Case } from '../../contract/scenario.ts';
import { PLAIN_HEADER } from '../../contract/scenario.ts';
import { printScenario } from '../../contract/text/print.ts';
import { caseArbitrary, machineArbitrary } from '../../properties/arbitrary.ts';
import { caseSeed } from '../../properties/runner/seed.ts';

function drawn<T>(arbitrary: fc.Arbitrary<T>, seed: number): T {
  return fc.sample(arbitrary, { seed, numRuns: 1 })[0]!;
}

function caseOf(index: number): Case {
  const machine = drawn(machineArbitrary(), caseSeed('noreg', 'machine', index));
  return drawn(caseArbitrary(machine), caseSeed('noreg', 'pools', index));
}

describe('what a seed draws', () => {
  it('case numbers become 32-bit numbers', () => {
    const seeds = [0, 1, 41_877].map((index) => caseSeed('nightly-2026-03-01', 'pools', index));
    expect(seeds).toMatchInlineSnapshot(`
      [
        344669825,
        8785902,
        42815708,
      ]
    `);
  });

  it.each([0, 1, 2, 3, 4, 5])('machine and program %i', (index) => {
    const { machine, program } = caseOf(index);
    const scenario = { header: PLAIN_HEADER, machine, program: program.slice(0, 40) };
    expect(printScenario(scenario)).toMatchSnapshot();
  });
});
