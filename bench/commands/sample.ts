/** Machines both sides run on, and what makes fc.commands comparable there. */
import fc from 'fast-check';
import type { Machine } from '../../contract/machine.ts';
import type { OpName } from '../../contract/operations.ts';
import { caseArbitrary, machineArbitrary } from '../../properties/arbitrary.ts';
import type { Weights } from './commands.ts';
import { programArbitrary } from './commands.ts';
import { FIRST } from './first.ts';
import { kept } from './kept.ts';

export interface Sample {
  readonly machines: readonly Machine[];
  /** Share of each kind in our programs. */
  readonly weights: Weights;
  /** Commands to draw per operation that is to be kept. */
  readonly stretch: number;
}

const SEED = 1;
const PROGRAMS = 100;

/** Seeds far apart: neighbours begin with related draws, and then all programs have one length. */
export function seedOf(turn: number, index: number): number {
  return SEED + turn * 1_000_003 + index * 7919;
}

/** Random machines as campaigns draw them; the same in every run. */
export function sample(count: number): Sample {
  const machines = fc.sample(machineArbitrary(), { seed: SEED, numRuns: count });
  const weights = new Map<OpName, number>();
  let operations = 0;
  for (const [index, machine] of machines.entries()) {
    for (const { program } of fc.sample(caseArbitrary(machine, FIRST), {
      seed: seedOf(0, index),
      numRuns: PROGRAMS,
    })) {
      operations += program.length;
      for (const { op } of program) weights.set(op, (weights.get(op) ?? 0) + 1);
    }
  }
  return { machines, weights, stretch: stretchOf(machines, weights, operations) };
}

/** Longer until as many operations are kept; longer programs keep a little more of each. */
function stretchOf(machines: readonly Machine[], weights: Weights, operations: number): number {
  let stretch = 1;
  for (let round = 0; round < 3; round++) {
    let count = 0;
    for (const [index, machine] of machines.entries()) {
      const programs = programArbitrary(machine, weights, stretch);
      for (const program of fc.sample(programs, { seed: seedOf(0, index), numRuns: PROGRAMS })) {
        count += kept(machine, program).length;
      }
    }
    stretch *= operations / count;
  }
  return stretch;
}
