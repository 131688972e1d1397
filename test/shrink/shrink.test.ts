// Goal: shrinking proposes only valid, strictly simpler cases, and ends. Method: walk the
// candidates of drawn cases, and shrink under a predicate that always fails.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { machineProblem } from '../../contract/machine-check.ts';
import type { Case } from '../../contract/scenario.ts';
import { PLAIN_HEADER } from '../../contract/scenario.ts';
import { parseScenario } from '../../contract/text/parse.ts';
import { printScenario } from '../../contract/text/print.ts';
import { caseArbitrary, machineArbitrary } from '../../properties/arbitrary.ts';
import { measure, simpler } from '../../properties/shrink/measure.ts';
import { candidates, PASSES } from '../../properties/shrink/shrink.ts';

function cases(count: number): Case[] {
  const machines = fc.sample(machineArbitrary(), { seed: 7, numRuns: count });
  return machines.map(
    (machine, i) => fc.sample(caseArbitrary(machine), { seed: i, numRuns: 1 })[0]!,
  );
}

const text = (kase: Case) => printScenario({ header: PLAIN_HEADER, ...kase });

describe('shrink passes', () => {
  it('propose valid, strictly simpler cases that print and parse', () => {
    const passes = new Set<string>();
    for (const kase of cases(8)) {
      const from = measure(kase);
      const step = Math.floor(kase.program.length / 2);
      let seen = 0;
      for (const candidate of candidates(kase, step, new Set(), (pass) => passes.add(pass))) {
        expect(machineProblem(candidate.machine)).toBeNull();
        expect(simpler(measure(candidate), from)).toBe(true);
        expect(parseScenario(text(candidate), 'candidate').program).toEqual(candidate.program);
        seen += 1;
        if (seen >= 120) break;
      }
    }
    expect(passes.size).toBeGreaterThanOrEqual(5);
  });

  it('every pass has its turn on a small case', () => {
    const scenario = parseScenario(
      `carveout scenario 1
profile arm-nommu page 4K
bank 0x80000000 2G
pool p0 0x20000000 1M no-map default
pool p1 0x30000000 8K no-map
device d0 mask 40 window 0x30000000 0x5000000 1M pool p1
device d1 pool p1
attach d1
set_offset d1 0x0 0x1000 4096
h4 = alloc_coherent d1 8192
free h4
`,
      'small',
    );
    const passes = new Set<string>();
    for (const _ of candidates(scenario, 3, new Set(), (pass) => passes.add(pass)));
    // What needs longer programs, or found everything proposed already, is not among them.
    const late = new Set(['tail', 'dependencies', 'rename']);
    const expected = PASSES.map(([name]) => name).filter((name) => !late.has(name));
    expect([...passes].filter((name) => !late.has(name)).sort()).toEqual(expected.sort());
  });

  it('ends in the smallest case when everything fails', () => {
    for (const first of cases(6)) {
      let kase: Case = first;
      const seen = new Set<string>();
      for (let steps = 0; ; steps++) {
        expect(steps).toBeLessThan(500);
        const [next] = candidates(kase, 0, seen);
        if (next === undefined) break;
        kase = next;
      }
      expect(kase.program).toEqual([]);
      expect(kase.machine.regions).toEqual([]);
      expect(kase.machine.banks.length).toBe(1);
    }
  });
});
