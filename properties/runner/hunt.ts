/** One case: draw it, run it, and if a law breaks shrink it to the few operations that matter. */
import fc from 'fast-check';
import type { Machine } from '../../contract/machine.ts';
import type { Case } from '../../contract/scenario.ts';
import { caseArbitrary, fixedCase, Trail } from '../arbitrary.ts';
import type { Failure } from './trial.ts';

/** A broken law with the smallest case found so far. */
export interface Finding {
  readonly kase: Case;
  readonly failure: Failure;
  /** Operations before shrinking. */
  readonly originalLength: number;
  /** Runs spent on shrinking. */
  readonly runs: number;
  /** Candidates per shrink pass. */
  readonly passes: ReadonlyMap<string, number>;
}

export interface Hunted {
  readonly finding: Finding;
  /** Cases met while shrinking that break another law: findings of their own, unshrunk. */
  readonly others: readonly Finding[];
}

/** Shrinking gives up improving after so many runs. */
const RUNS_MAX = 20_000;

/** What the caller of a hunt is told, and may decide. */
export interface Watcher {
  /** A failing case, first the one drawn, then every smaller one. */
  onStep(finding: Finding): void;
  /** Asked once: is a failure of this law worth shrinking? */
  shrinks(law: string): boolean;
}

/** Keeps the one law of a hunt and everything found on the way. */
class Hunt {
  readonly trail = new Trail();
  readonly #watcher: Watcher;
  readonly #others = new Map<string, Finding>();
  #best: Finding | null = null;
  #runs = 0;
  #runsMax = RUNS_MAX;

  constructor(watcher: Watcher) {
    this.#watcher = watcher;
  }

  get done(): boolean {
    return this.#best !== null && this.#runs >= this.#runsMax;
  }

  /** Does this run count as "still failing"? Only with the law the hunt began with. */
  fails(kase: Case, failure: Failure | null): boolean {
    if (this.#best !== null) this.#runs += 1;
    if (failure === null) return false;
    const law = failure.violation.law;
    const originalLength = this.#best?.originalLength ?? kase.program.length;
    const passes = this.trail.tries;
    const finding = { kase, failure, originalLength, runs: this.#runs, passes };
    if (this.#best !== null && this.#best.failure.violation.law !== law) {
      if (!this.#others.has(law)) this.#others.set(law, finding);
      return false;
    }
    if (this.#best === null && !this.#watcher.shrinks(law)) this.#runsMax = 0;
    this.#best = finding;
    this.trail.failedAt(kase, failure.step);
    this.#watcher.onStep(finding);
    return true;
  }

  get result(): Hunted | null {
    if (this.#best === null) return null;
    const others = [...this.#others.values()];
    return { finding: { ...this.#best, runs: this.#runs }, others };
  }
}

/** Runs a case and answers its failure or null. */
export type SyncRun = (kase: Case) => Failure | null;
export type AsyncRun = (kase: Case) => Promise<Failure | null>;

/** Draws the case of the seed on the machine, and hunts its failure down. */
export function huntSync(
  machine: Machine,
  seed: number,
  run: SyncRun,
  watcher: Watcher,
): Hunted | null {
  const hunt = new Hunt(watcher);
  chase(hunt, caseArbitrary(machine, hunt.trail), seed, run);
  return hunt.result;
}

/** Shrinks a case that is known to fail. */
export function shrinkSync(kase: Case, run: SyncRun, watcher: Watcher): Hunted | null {
  const hunt = new Hunt(watcher);
  chase(hunt, fixedCase(kase, hunt.trail), 0, run);
  return hunt.result;
}

function chase(hunt: Hunt, arbitrary: fc.Arbitrary<Case>, seed: number, run: SyncRun): void {
  const property = fc.property(arbitrary, (kase) => hunt.done || !hunt.fails(kase, run(kase)));
  fc.check(property, { seed, numRuns: 1 });
}

/** The same for subjects that answer later. */
export async function huntAsync(
  machine: Machine,
  seed: number,
  run: AsyncRun,
  watcher: Watcher,
): Promise<Hunted | null> {
  const hunt = new Hunt(watcher);
  await chaseAsync(hunt, caseArbitrary(machine, hunt.trail), seed, run);
  return hunt.result;
}

export async function shrinkAsync(
  kase: Case,
  run: AsyncRun,
  watcher: Watcher,
): Promise<Hunted | null> {
  const hunt = new Hunt(watcher);
  await chaseAsync(hunt, fixedCase(kase, hunt.trail), 0, run);
  return hunt.result;
}

async function chaseAsync(
  hunt: Hunt,
  arbitrary: fc.Arbitrary<Case>,
  seed: number,
  run: AsyncRun,
): Promise<void> {
  const property = fc.asyncProperty(
    arbitrary,
    async (kase) => hunt.done || !hunt.fails(kase, await run(kase)),
  );
  await fc.check(property, { seed, numRuns: 1 });
}
