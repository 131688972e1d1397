/** One case: draw it, run it, and if a law breaks shrink it to the few operations that matter. */
import fc from 'fast-check';
import type { Machine } from '../../contract/machine.ts';
import type { OpName } from '../../contract/operations.ts';
import type { Case } from '../../contract/scenario.ts';
import { InputError } from '../../contract/text/input-error.ts';
import { caseArbitrary, fixedCase, Trail } from '../arbitrary.ts';
import { turn } from './clock.ts';
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
  /** It held when it ran again: what ran before it on the same subject matters. Not shrunk. */
  readonly fleeting: boolean;
}

export interface Hunted {
  readonly finding: Finding;
  /** Cases met while shrinking that break another law; each is shrunk in a hunt of its own. */
  readonly others: readonly Finding[];
}

/** Shrinking gives up improving after so many runs. */
const RUNS_MAX = 20_000;

/** Shrinking on a subject elsewhere, which may have to boot for every run, ends after so long. */
const ELSEWHERE_MS = 120_000;

/** What the caller of a hunt is told, and may decide. */
export interface Watcher {
  /** A failing case, first the one drawn, then every smaller one. */
  onStep(finding: Finding): void;
  /** Asked once: is a failure of this law worth shrinking? */
  shrinks(law: string): boolean;
  /** Optional. Asked before each run of the shrinker: is the smallest case so far good enough? */
  isOverdue?(): boolean;
  /** Optional. Has a signal asked for an early end? It may have ended the subject as well. */
  isStopped?(): boolean;
  /** Optional. Called before each run of the shrinker; a promise is awaited. */
  breathe?(): Promise<void> | null;
}

/** What a drawn case is drawn from. */
export interface Draw {
  readonly machine: Machine;
  readonly seed: number;
  readonly operations: ReadonlySet<OpName>;
}

/** Runs a case and answers its failure or null. */
export type SyncRun = (kase: Case) => Failure | null;
export type AsyncRun = (kase: Case) => Promise<Failure | null>;

/** Keeps the one law of a hunt and everything found on the way. */
class Hunt {
  readonly trail = new Trail();
  readonly #watcher: Watcher;
  readonly #others = new Map<string, Finding>();
  #best: Finding | null = null;
  #runs = 0;
  #runsMax = RUNS_MAX;
  /** No run of the shrinker begins after that. */
  #until = Number.POSITIVE_INFINITY;
  #fleeting = false;
  #thrown: { readonly error: unknown } | null = null;

  constructor(watcher: Watcher) {
    this.#watcher = watcher;
  }

  /** Does nothing run any more? Then nothing is proposed any more, either. */
  #isDone(): boolean {
    if (this.#thrown === null && !this.#isEnough()) return false;
    this.trail.end();
    return true;
  }

  #isEnough(): boolean {
    if (this.#best === null) return false;
    if (this.#runs >= this.#runsMax || performance.now() > this.#until) return true;
    return this.#watcher.isOverdue?.() === true;
  }

  /** Does the case hold? An exception is no broken law: it ends the hunt and waits in `result`. */
  holds(kase: Case, run: SyncRun): boolean {
    if (this.#isDone()) return true;
    try {
      return !this.#fails(kase, run(kase));
    } catch (error) {
      this.#thrown = { error };
      return true;
    }
  }

  async holdsLater(kase: Case, run: SyncRun | AsyncRun): Promise<boolean> {
    if (this.#isDone()) return true;
    try {
      await this.#watcher.breathe?.();
      const failure = await run(kase);
      // The signal that ended the subject may have reached us as well, and a moment later.
      if (failure?.violation.law === 'any/no-crash') await turn();
      return !this.#fails(kase, failure);
    } catch (error) {
      await turn();
      // Then its silence is no fault of its own, and what was found before still counts.
      if (!(error instanceof InputError && this.#isStopped)) this.#thrown = { error };
      return true;
    }
  }

  get #isStopped(): boolean {
    return this.#watcher.isStopped?.() === true;
  }

  /** Does this run count as "still failing"? Only with the law the hunt began with. */
  #fails(kase: Case, failure: Failure | null): boolean {
    if (this.#best !== null) this.#runs += 1;
    if (failure === null) return false;
    const law = failure.violation.law;
    if (law === 'any/no-crash' && this.#isStopped) return false;
    const originalLength = this.#best?.originalLength ?? kase.program.length;
    const passes = this.trail.tries;
    const finding = { kase, failure, originalLength, runs: this.#runs, passes, fleeting: false };
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

  /** @throws what a run threw */
  get result(): Hunted | null {
    if (this.#thrown !== null) throw this.#thrown.error;
    if (this.#best === null) return null;
    const others = [...this.#others.values()];
    return { finding: { ...this.#best, runs: this.#runs, fleeting: this.#fleeting }, others };
  }

  /** Shrinks what failed on a subject elsewhere, if it does so again when nothing ran before it. */
  async shrinkElsewhere(run: AsyncRun): Promise<Hunted | null> {
    if (this.#best === null || this.#isDone()) return this.result;
    this.#until = performance.now() + ELSEWHERE_MS;
    this.#fleeting = await this.holdsLater(this.#best.kase, run);
    return this.#fleeting ? this.result : await this.shrink(run);
  }

  /** Lets fast-check shrink what failed; between two runs others get their turn. */
  async shrink(run: SyncRun | AsyncRun): Promise<Hunted | null> {
    const found = this.result;
    if (found === null) return null;
    const { kase } = found.finding;
    const property = fc.asyncProperty(fixedCase(kase, this.trail), async (candidate) =>
      // It has run; fast-check starts from it.
      candidate === kase ? false : await this.holdsLater(candidate, run),
    );
    await fc.check(property, { seed: 0, numRuns: 1 });
    return this.result;
  }
}

/**
 * Draws the case of the seed on the machine, and hunts its failure down. Null, at once, when it
 * holds: nearly always.
 * @throws what a run throws; the promise rejects with it
 */
export function huntSync(
  { machine, seed, operations }: Draw,
  run: SyncRun,
  watcher: Watcher,
): Promise<Hunted | null> | null {
  const hunt = new Hunt(watcher);
  const drawn = caseArbitrary(machine, operations, hunt.trail);
  const property = fc.property(drawn, (kase) => hunt.holds(kase, run));
  fc.check(property, { seed, numRuns: 1, endOnFailure: true });
  return hunt.result === null ? null : hunt.shrink(run);
}

/** The same for subjects that answer later. */
export async function huntAsync(
  { machine, seed, operations }: Draw,
  run: AsyncRun,
  watcher: Watcher,
): Promise<Hunted | null> {
  const hunt = new Hunt(watcher);
  const drawn = caseArbitrary(machine, operations, hunt.trail);
  const property = fc.asyncProperty(drawn, (kase) => hunt.holdsLater(kase, run));
  await fc.check(property, { seed, numRuns: 1, endOnFailure: true });
  return await hunt.shrinkElsewhere(run);
}

/** Shrinks a case that is known to fail. */
export async function shrinkCase(
  kase: Case,
  run: SyncRun | AsyncRun,
  watcher: Watcher,
): Promise<Hunted | null> {
  const hunt = new Hunt(watcher);
  await hunt.holdsLater(kase, run);
  return await hunt.shrink(run);
}
