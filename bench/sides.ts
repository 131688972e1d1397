/** The whole way of a case, three times: ours, through fc.commands, and without any checking. */
import fc from 'fast-check';
import type { Machine } from '../contract/machine.ts';
import type { Op } from '../contract/operations.ts';
import type { SyncSession } from '../contract/subject.ts';
import { Tally } from '../properties/labels/tally.ts';
import { drawProgram } from '../properties/programs/draw.ts';
import { Random } from '../properties/random.ts';
import { huntSync } from '../properties/runner/hunt.ts';
import { profileOf, runSync } from '../properties/runner/run.ts';
import { caseSeed } from '../properties/runner/seed.ts';
import { Trial } from '../properties/runner/trial.ts';
import type { CommandProgram } from './commands/commands.ts';
import { perform, programArbitrary } from './commands/commands.ts';
import { FIRST, firstSubject } from './commands/first.ts';
import type { Sample } from './commands/sample.ts';
import { seedOf } from './commands/sample.ts';
import { JudgeWorld } from './commands/world.ts';

/** Cases of each machine in a round. */
const CASES = 16;

const PROFILE = profileOf(firstSubject, []);

/** Answers how many operations were answered and judged. */
export type Round = (turn: number) => number;

/** The campaign's path: a seed and an fc.check per case, drawn, judged, labelled, closed. */
export function ourSide({ machines }: Sample): Round {
  const watcher = { onStep: () => {}, shrinks: () => false };
  return (turn) => {
    const tally = new Tally();
    for (const [index, machine] of machines.entries()) {
      for (let k = 0; k < CASES; k++) {
        const number = (turn * machines.length + index) * CASES + k;
        const seed = caseSeed('bench', 'pools', number);
        const hunted = huntSync(
          { machine, seed, operations: FIRST },
          (kase) => runSync(firstSubject, kase, PROFILE, tally),
          watcher,
        );
        if (hunted !== null) throw new Error(`case ${number} fails: the bench has no verdict`);
      }
    }
    return tally.counts.get('operations') ?? 0;
  };
}

/** The same judge, labels, closing and subject, driven by fc.commands: one fc.check per machine. */
export function commandSide({ machines, weights, stretch }: Sample): Round {
  let tally = new Tally();
  const properties = machines.map((machine) =>
    fc.property(programArbitrary(machine, weights, stretch), (program) =>
      runCommands(machine, program, tally),
    ),
  );
  return (turn) => {
    tally = new Tally();
    for (const [index, property] of properties.entries()) {
      fc.assert(property, { seed: seedOf(turn + 1, index), numRuns: CASES });
    }
    return tally.counts.get('operations') ?? 0;
  };
}

function runCommands(machine: Machine, [setup, commands]: CommandProgram, tally: Tally): void {
  const trial = new Trial(machine, PROFILE, tally);
  const real = firstSubject.boot(machine);
  if (trial.booted(real.booted) !== null) throw new Error('the boot breaks a law');
  const model = new JudgeWorld(machine, trial, setup);
  const play = (ops: readonly Op[]) => {
    for (const op of ops) if (model.allows(op)) perform(op, model, real);
  };
  play(setup.binds);
  fc.modelRun(() => ({ model, real }), commands);
  play(trial.returns());
  play(trial.probes());
}

/** What an unchecked loop reaches: programs from a bare generator, answers thrown away. */
export function rawSide({ machines }: Sample): Round {
  return (turn) => {
    const random = new Random(bareRandom(turn));
    let operations = 0;
    for (const machine of machines) {
      for (let k = 0; k < CASES; k++) {
        operations += play(firstSubject.boot(machine), drawProgram(random, machine, FIRST));
      }
    }
    return operations;
  };
}

/**
 * A pool may only go while nobody uses it, and what came from it must be freed by a device that
 * has it. A loop without a model cannot know: it loses no pool, and frees as it allocated.
 */
function play(session: SyncSession, program: readonly Op[]): number {
  let operations = 0;
  for (const op of program) {
    if (op.op === 'release' || op.op === 'detach') continue;
    if (op.op === 'free' && op.via !== -1) continue;
    if (session.apply(op).is !== 'skipped') operations += 1;
  }
  return operations;
}

/** A linear congruential generator with the one method that programs use. */
function bareRandom(seed: number): fc.Random {
  let state = seed + 1;
  const nextInt = (min: number, max: number) => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return min + Math.floor((state / 2 ** 32) * (max - min + 1));
  };
  return { nextInt } as unknown as fc.Random;
}
