/** Scatter/gather tables beside their literal definition: the property of each law. */
import { checkLockstep, type Divergence, type LockstepFailure } from './check.ts';
import { runAppend } from './scatterlist-append.ts';
import { runAlloc, runBuild } from './scatterlist-build.ts';
import { ListRun } from './scatterlist-lists.ts';
import {
  appendPrograms,
  buildPrograms,
  type ListProgram,
  listPrograms,
  type TableProgram,
  tablePrograms,
} from './scatterlist-programs.ts';
import { SCATTERLIST, type SgSide } from './scatterlist-sides.ts';

export const SG_LAWS = ['sg/entries', 'sg/append', 'sg/arrays', 'sg/walk', 'sg/split'] as const;
export type SgLaw = (typeof SG_LAWS)[number];

/** First failure of a law of tables in `cases` programs of `seed`. */
export function checkScatterlist(
  law: SgLaw,
  seed: string,
  cases: number,
  side: SgSide = SCATTERLIST,
): LockstepFailure | undefined {
  const tables = (program: TableProgram) => runTable(program, side);
  switch (law) {
    case 'sg/entries':
      return checkLockstep({ law, programs: buildPrograms(), run: tables }, seed, cases);
    case 'sg/append':
      return checkLockstep({ law, programs: appendPrograms(), run: tables }, seed, cases);
    case 'sg/arrays':
      return checkLockstep({ law, programs: tablePrograms(), run: tables }, seed, cases);
    default: {
      const run = (program: ListProgram) => new ListRun(program, side).run();
      return checkLockstep({ law, programs: listPrograms(), run }, seed, cases);
    }
  }
}

function runTable(program: TableProgram, side: SgSide): Divergence | undefined {
  switch (program.kind) {
    case 'alloc':
      return runAlloc(program, side);
    case 'build':
      return runBuild(program, side);
    case 'append':
      return runAppend(program, side);
  }
}
