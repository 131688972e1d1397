/** Runs a case on a subject: in process, or in batches somewhere else. */
import type { Op, OpName } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import type { Case } from '../../contract/scenario.ts';
import type {
  BatchSession,
  BatchSubject,
  Booted,
  Refused,
  Subject,
  SyncSession,
  SyncSubject,
} from '../../contract/subject.ts';
import { FIRST_OPERATIONS } from '../../contract/subject.ts';
import { InputError } from '../../contract/text/input-error.ts';
import { Judge } from '../../model/judge/judge.ts';
import { Tally } from '../labels/tally.ts';
import { batchProblem, outcomeProblem, sessionProblem } from './form.ts';
import { applySafely, bootSafely } from './safely.ts';
import type { Failure, Profile } from './trial.ts';
import { CENSUS, Trial } from './trial.ts';

/** Sees everything that was said: the boot, then every operation that was sent, in order. */
export interface Recorder {
  booted?(booted: Booted): void;
  answered(op: Op, outcome: Outcome): void;
}

/** @throws RangeError for a subject that cannot say where its memory is */
export function profileOf(subject: Subject, known: readonly string[]): Profile {
  if (!subject.observes.has('phys') && !subject.observes.has('handle')) {
    throw new RangeError(`subject "${subject.name}" observes neither phys nor handle`);
  }
  return {
    observes: subject.observes,
    known: [...known, ...(subject.known ?? [])],
    operations: new Set<OpName>(subject.operations ?? FIRST_OPERATIONS),
    placement: subject.placement === 'linux',
  };
}

/** The first broken law, or null. An exception of the subject is a crash, at boot as well. */
export function runSync(
  subject: SyncSubject,
  kase: Case,
  profile: Profile,
  tally: Tally,
  record?: Recorder,
): Failure | null {
  const trial = new Trial(kase.machine, profile, tally);
  const played = playProgram(subject, kase, trial, record);
  if ('failure' in played) return played.failure;
  const { session } = played;
  const { length } = kase.program;
  return (
    play(session, trial, trial.returns(), length, 0, record) ??
    play(session, trial, trial.probes(), length, 0, record)
  );
}

/** Only asks the program, up to the first broken law, and closes nothing: for its answers. */
export function recordSync(
  subject: SyncSubject,
  kase: Case,
  profile: Profile,
  record: Recorder,
): void {
  playProgram(subject, kase, new Trial(kase.machine, profile, new Tally()), record);
}

type Played = { readonly session: SyncSession } | { readonly failure: Failure };

function playProgram(
  subject: SyncSubject,
  { machine, program }: Case,
  trial: Trial,
  record?: Recorder,
): Played {
  const attempt = bootSafely(subject, machine);
  if ('crash' in attempt) return { failure: trial.crashedAtBoot(attempt.crash) };
  const { session } = attempt;
  const failure = begin(session, trial, record) ?? play(session, trial, program, 0, 1, record);
  return failure === null ? { session } : { failure };
}

/** Judges what was said while booting. */
function begin(session: SyncSession | BatchSession, trial: Trial, record?: Recorder) {
  const problem = sessionProblem(session);
  if (problem !== null) return trial.malformed(problem, null, -1);
  record?.booted?.(session.booted);
  return trial.booted(session.booted);
}

/** Steps are counted from `first`, by `rising`: closing operations all stand at the end. */
function play(
  session: SyncSession,
  trial: Trial,
  ops: readonly Op[],
  first: number,
  rising: 0 | 1,
  record: Recorder | undefined,
): Failure | null {
  for (let i = 0; i < ops.length; i++) {
    const op = ops[i]!;
    if (!trial.sends(op)) continue;
    const outcome = applySafely(session, op);
    const problem = outcomeProblem(outcome);
    if (problem !== null) return trial.malformed(problem, op, first + rising * i);
    record?.answered(op, outcome);
    const failure =
      trial.answer(op, outcome, first + rising * i) ??
      audit(session, trial, op, first + rising * i);
    if (failure !== null) return failure;
  }
  return null;
}

function audit(session: SyncSession, trial: Trial, op: Op, step: number): Failure | null {
  if (!trial.audits(op)) return null;
  const census = applySafely(session, CENSUS);
  const problem = outcomeProblem(census);
  return problem === null ? trial.audited(op, census, step) : trial.malformed(problem, op, step);
}

/**
 * The same for a subject that answers whole batches. What to send is planned with assumed
 * answers; where the real ones differ (a refused allocation), the subject skips the rest of that
 * label, and an operation that became undefined ends the case unjudged.
 */
export async function runBatch(
  session: BatchSession,
  { machine, program }: Case,
  profile: Profile,
  tally: Tally,
  record?: Recorder,
): Promise<Failure | null> {
  const trial = new Trial(machine, profile, tally);
  const broken = begin(session, trial, record);
  if (broken !== null) return broken;
  const planner = new Judge(machine, profile.observes, profile.operations);
  planner.checkBoot(session.booted);
  const plan = withAudits(trial, planBatch(planner, profile.operations, program));
  const { length } = program;
  const closing = (ops: readonly Op[]) => {
    return withAudits(
      trial,
      ops.map((op) => ({ op, step: length })),
    );
  };
  let played = await playBatch(session, trial, plan, record);
  if (played === null) played = await playBatch(session, trial, closing(trial.returns()), record);
  if (played === null) played = await playBatch(session, trial, closing(trial.probes()), record);
  if (played !== PLANNED_OTHERWISE) return played;
  tally.add('planned otherwise');
  return null;
}

/** An answer came out differently than planned and made a later operation undefined. */
const PLANNED_OTHERWISE = Symbol('planned otherwise');

interface Step {
  readonly op: Op;
  readonly step: number;
  /** A census nobody wrote down: of the operation before. */
  readonly of?: Op;
}

function withAudits(trial: Trial, steps: readonly Step[]): Step[] {
  return steps.flatMap((one) =>
    trial.audits(one.op) ? [one, { op: CENSUS, step: one.step, of: one.op }] : [one],
  );
}

function planBatch(
  planner: Judge,
  operations: ReadonlySet<OpName>,
  program: readonly Op[],
): Step[] {
  const steps: Step[] = [];
  program.forEach((op, step) => {
    if (!operations.has(op.op)) return;
    const legality = planner.legality(op);
    if (legality !== 'legal' && legality !== 'misuse') return;
    steps.push({ op, step });
    planner.assume(op);
  });
  return steps;
}

async function playBatch(
  session: BatchSession,
  trial: Trial,
  steps: readonly Step[],
  record?: Recorder,
): Promise<Failure | null | typeof PLANNED_OTHERWISE> {
  if (steps.length === 0) return null;
  const outcomes = await session.run(steps.map(({ op }) => op));
  const unusable = batchProblem(outcomes, steps.length);
  if (unusable !== null) return trial.malformed(unusable, steps[0]!.op, steps[0]!.step);
  for (const [index, { op, step, of }] of steps.entries()) {
    const outcome = outcomes[index]!;
    const problem = outcomeProblem(outcome);
    if (problem !== null) return trial.malformed(problem, op, step);
    if (of !== undefined) {
      const failure = trial.audited(of, outcome, step);
      if (failure !== null) return failure;
      continue;
    }
    record?.answered(op, outcome);
    if (!trial.sends(op)) {
      if (trial.judge.legality(op) === 'meaningless' && outcome.is === 'skipped') continue;
      return PLANNED_OTHERWISE;
    }
    const failure = trial.answer(op, outcome, step);
    if (failure !== null) return failure;
  }
  return null;
}

/** A machine a subject does not take. Campaigns go on with the next one; a replay cannot. */
export class RefusedError extends InputError {
  constructor(subject: string, reason: string) {
    const found = `a refusal of the machine (${reason})`;
    const expected = 'a subject that takes it';
    super({ file: `subject "${subject}"`, line: 0, column: 0, found, expected });
    this.name = 'RefusedError';
  }
}

/** The answer may be no object at all; a trial says so. */
function isRefused(booted: BatchSession | Refused): booted is Refused {
  return typeof booted === 'object' && booted !== null && 'refused' in booted;
}

/**
 * Sessions of a batch subject, one per machine. A session that can reset serves many programs;
 * the others are booted anew for each.
 */
export class BatchRunner {
  readonly #subject: BatchSubject;
  readonly #profile: Profile;
  #machine: Case['machine'] | null = null;
  #session: BatchSession | null = null;

  constructor(subject: BatchSubject, profile: Profile) {
    this.#subject = subject;
    this.#profile = profile;
  }

  async run(kase: Case, tally: Tally, record?: Recorder): Promise<Failure | null> {
    const session = await this.#sessionFor(kase.machine);
    let failure: Failure | null = null;
    try {
      failure = await runBatch(session, kase, this.#profile, tally, record);
    } catch (error) {
      await this.close();
      throw error;
    }
    if (failure !== null) await this.close();
    return failure;
  }

  /** @throws RefusedError */
  async #sessionFor(machine: Case['machine']): Promise<BatchSession> {
    const used = this.#session;
    if (used !== null && this.#machine === machine && used.reset !== undefined) {
      await used.reset();
      return used;
    }
    await this.close();
    const booted = await this.#subject.boot(machine);
    if (isRefused(booted)) throw new RefusedError(this.#subject.name, booted.refused);
    this.#session = booted;
    this.#machine = machine;
    return booted;
  }

  /** Ends the session, not the subject. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.close?.();
  }
}
