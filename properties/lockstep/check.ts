/** Runs cases of a lockstep property: one seed, hence one short replay, per case. */
import fc from 'fast-check';
import { caseSeed } from '../runner/seed.ts';

/** Where implementation and definition part. */
export interface Divergence {
  readonly law: string;
  /** The calls up to and including the one that differs, one a line. */
  readonly calls: readonly string[];
  readonly expected: string;
  readonly observed: string;
}

export interface LockstepFailure {
  readonly law: string;
  /** The shrunk calls, and what the last one should have answered. */
  readonly message: string;
  /** The shrunk calls alone. */
  readonly calls: readonly string[];
  readonly seed: string;
  /** Case of that seed, from 0. */
  readonly case: number;
}

export interface LockstepProperty<Program> {
  readonly law: string;
  readonly programs: fc.Arbitrary<Program>;
  readonly run: (program: Program) => Divergence | undefined;
  /** Optional. Simple programs in a fixed order, tried once a law is broken. */
  readonly small?: () => Iterable<Program>;
}

/** Failure of the first of `cases` cases that breaks the law of the property, shrunk. */
export function checkLockstep<Program>(
  property: LockstepProperty<Program>,
  seed: string,
  cases: number,
): LockstepFailure | undefined {
  const { law, programs, run } = property;
  // Another law's divergence is that law's finding, also while shrinking.
  const holds = fc.property(programs, (program) => run(program)?.law !== law);
  for (let index = 0; index < cases; index++) {
    const parameters = { seed: caseSeed(seed, law, index), numRuns: 1 };
    if (!fc.check(holds, { ...parameters, endOnFailure: true }).failed) continue;
    const divergence = simplest(property) ?? shrunk(holds, run, parameters);
    if (divergence) return describe(divergence, seed, index);
    throw new Error(`${law}: case ${index} of "${seed}" did not fail again`);
  }
  return undefined;
}

/** What the first of the simple programs shows that breaks the law. */
function simplest<Program>(property: LockstepProperty<Program>): Divergence | undefined {
  for (const program of property.small?.() ?? []) {
    const divergence = property.run(program);
    if (divergence?.law === property.law) return divergence;
  }
  return undefined;
}

function shrunk<Program>(
  holds: fc.IProperty<[Program]>,
  run: LockstepProperty<Program>['run'],
  parameters: fc.Parameters<[Program]>,
): Divergence | undefined {
  const { counterexample } = fc.check(holds, parameters);
  return counterexample === null ? undefined : run(counterexample[0]);
}

function describe(divergence: Divergence, seed: string, index: number): LockstepFailure {
  const { law, calls, expected, observed } = divergence;
  const lines = [
    `${law} broken at call ${calls.length}`,
    ...calls.map((call) => `  ${call}`),
    `  expected   ${expected}`,
    `  observed   ${observed}`,
    `found    seed "${seed}" case ${index}`,
  ];
  return { law, message: lines.join('\n'), calls, seed, case: index };
}
