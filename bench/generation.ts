/**
 * Drawing programs: our arbitrary beside fc.commands for the same operation table.
 *
 * Fairness: the same machines, the mix of kinds and the lengths of our programs, one primitive per
 * decision, arbitraries built once per machine outside the clock, both drawn through fc.sample.
 * Ours hands over operations that apply. Commands get there when they are run: the second row runs
 * them with the small model only, which resolves operands and skips what has nothing to apply to.
 * The third row stops the clock before that: numbers are drawn, and mean nothing yet.
 */
import fc from 'fast-check';
import { caseArbitrary } from '../properties/arbitrary.ts';
import { programArbitrary } from './commands/commands.ts';
import { FIRST } from './commands/first.ts';
import { kept } from './commands/kept.ts';
import { sample, seedOf } from './commands/sample.ts';
import type { BenchTable } from './measure.ts';
import { median } from './measure.ts';
import { compare, race } from './rates.ts';

const MACHINES = 24;
const PROGRAMS_PER_MACHINE = 48;
const ROUNDS = 21;

export function generationBench(): BenchTable[] {
  const { machines, weights, stretch } = sample(MACHINES);
  const commands = machines.map((machine) => programArbitrary(machine, weights, stretch));
  const cases = machines.map((machine) => caseArbitrary(machine, FIRST));
  const draw = <T>(arbitrary: fc.Arbitrary<T>, turn: number, index: number): T[] =>
    fc.sample(arbitrary, { seed: seedOf(turn + 1, index), numRuns: PROGRAMS_PER_MACHINE });
  const lengths = { ours: 0, commands: 0, programs: 0 };
  const ours = (turn: number) => {
    const count = sum(cases, (arbitrary, index) =>
      sum(draw(arbitrary, turn, index), ({ program }) => program.length),
    );
    lengths.ours += count;
    lengths.programs += MACHINES * PROGRAMS_PER_MACHINE;
    return count;
  };
  const resolved = (turn: number) => {
    const count = sum(commands, (arbitrary, index) =>
      sum(draw(arbitrary, turn, index), (program) => kept(machines[index]!, program).length),
    );
    lengths.commands += count;
    return count;
  };
  const drawn = (turn: number) =>
    sum(commands, (arbitrary, index) =>
      sum(draw(arbitrary, turn, index), ([, all]) => [...all].length),
    );
  const rates = race(
    [
      { name: 'ours', round: ours },
      { name: 'commands', round: resolved },
      { name: 'drawn', round: drawn },
    ],
    ROUNDS,
  );
  return [table(rates, lengths, stretch)];
}

function table(
  [ours, resolved, drawn]: readonly (readonly number[])[],
  lengths: { readonly ours: number; readonly commands: number; readonly programs: number },
  stretch: number,
): BenchTable {
  const gain = compare(ours!, resolved!);
  const overDrawn = compare(ours!, drawn!);
  const unit = 'ops/s';
  const ratioOf = 'times slower than ours';
  const length = (operations: number) => (operations / lengths.programs).toFixed(1);
  return {
    title: `generation: programs on ${MACHINES} random machines, operations per CPU second`,
    rows: [
      { name: 'our arbitrary', value: median(ours!), unit },
      {
        name: 'fc.commands, operations that apply',
        value: median(resolved!),
        unit,
        ratio: gain.median,
        ratioOf,
      },
      {
        name: 'fc.commands, drawn and not yet resolved',
        value: median(drawn!),
        unit,
        ratio: overDrawn.median,
        ratioOf,
      },
    ],
    notes: [
      `operations per program: ours ${length(lengths.ours)}, commands ${length(lengths.commands)}` +
        ` (${stretch.toFixed(2)} drawn for each that applies)`,
    ],
    claims: [
      {
        says: 'programs that apply come at least 5x as fast as from fc.commands',
        value: gain.median,
        range: gain.range,
        holds: gain.median >= 5,
      },
    ],
  };
}

function sum<T>(items: readonly T[], value: (item: T, index: number) => number): number {
  return items.reduce((total, item, index) => total + value(item, index), 0);
}
