/** A drawn program of commands, down to the operations that have something to apply to. */
import fc from 'fast-check';
import type { Machine } from '../../contract/machine.ts';
import type { Op } from '../../contract/operations.ts';
import { OK } from '../../contract/outcome.ts';
import type { CommandProgram, Real } from './commands.ts';
import { perform } from './commands.ts';
import { PlanWorld } from './world.ts';

/** What our generator hands over: the operations, with the small model instead of a subject. */
export function kept(machine: Machine, [setup, commands]: CommandProgram): Op[] {
  const program: Op[] = [];
  const real: Real = {
    apply: (op) => {
      program.push(op);
      return OK;
    },
  };
  const model = new PlanWorld(machine, setup);
  for (const op of setup.binds) perform(op, model, real);
  fc.modelRun(() => ({ model, real }), commands);
  return program;
}
