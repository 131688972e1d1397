/** Scatter/gather tables beside their literal definition: the property of each law. */
import fc from 'fast-check';
import { checkLockstep, type Divergence, type LockstepFailure } from './check.ts';
import { runAppend } from './scatterlist-append.ts';
import { runAlloc, runBuild } from './scatterlist-build.ts';
import { ListRun } from './scatterlist-lists.ts';
import {
  allocPrograms,
  appendPrograms,
  buildPrograms,
  listPrograms,
  type SgProgram,
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
  const run = (program: SgProgram) => runOrThrown(law, program, side);
  return checkLockstep({ law, programs: PROGRAMS[law](), run }, seed, cases);
}

const PROGRAMS: Readonly<Record<SgLaw, () => fc.Arbitrary<SgProgram>>> = {
  'sg/entries': buildPrograms,
  'sg/append': appendPrograms,
  'sg/arrays': () =>
    fc.oneof<fc.Arbitrary<SgProgram>[]>(
      allocPrograms(),
      buildPrograms(),
      appendPrograms(),
      listPrograms(),
    ),
  'sg/walk': listPrograms,
  'sg/split': listPrograms,
};

/** None of the programs does what stops the kernel, so whatever is thrown breaks the law. */
function runOrThrown(law: SgLaw, program: SgProgram, side: SgSide): Divergence | undefined {
  try {
    return runProgram(program, side);
  } catch (error) {
    const calls = [JSON.stringify(program)];
    return { law, calls, expected: 'an answer', observed: String(error) };
  }
}

function runProgram(program: SgProgram, side: SgSide): Divergence | undefined {
  switch (program.kind) {
    case 'alloc':
      return runAlloc(program, side);
    case 'build':
      return runBuild(program, side);
    case 'append':
      return runAppend(program, side);
    case 'list':
      return new ListRun(program, side).run();
  }
}
