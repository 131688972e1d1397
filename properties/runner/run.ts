/** Runs a case on a subject: in process, or in batches somewhere else. */
import type { Op, OpName } from '../../contract/operations.ts';
import type { Case } from '../../contract/scenario.ts';
import type {
  BatchSession,
  BatchSubject,
  Refused,
  Subject,
  SyncSubject,
} from '../../contract/subject.ts';
import { FIRST_OPERATIONS } from '../../contract/subject.ts';
import { InputError } from '../../contract/text/input-error.ts';
import { Judge } from '../../model/judge/judge.ts';
import { Tally } from '../labels/tally.ts';
import { isDeadly } from './deadly.ts';
import { batchProblem, outcomeProblem } from './form.ts';
import { begin, bootJudged, close, play, type Recorder } from './send.ts';
import type { Failure, Profile } from './trial.ts';
import { CENSUS, Trial } from './trial.ts';

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
  { machine, program }: Case,
  profile: Profile,
  tally: Tally,
  record?: Recorder,
): Failure | null {
  const trial = new Trial(machine, profile, tally);
  const begun = bootJudged(subject, machine, trial, record);
  if ('failure' in begun) return begun.failure;
  const { session } = begun;
  return (
    play(session, trial, program, 0, 1, record) ?? close(session, trial, program.length, record)
  );
}

/** Only asks the program, up to the first broken law, and closes nothing: for its answers. */
export function recordSync(
  subject: SyncSubject,
  { machine, program }: Case,
  profile: Profile,
  record: Recorder,
): void {
  const trial = new Trial(machine, profile, new Tally());
  const begun = bootJudged(subject, machine, trial, record);
  if ('session' in begun) play(begun.session, trial, program, 0, 1, record);
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
  { record, spares = false }: BatchRun = {},
): Promise<Failure | null> {
  const trial = new Trial(machine, profile, tally);
  const broken = begin(session, trial, record);
  if (broken !== null) return broken;
  const planner = new Judge(machine, profile.observes, profile.operations);
  planner.checkBoot(session.booted);
  const sends = (op: Op) =>
    profile.operations.has(op.op) && !(spares && isDeadly(planner.state, op));
  const plan = withAudits(trial, planBatch(planner, sends, program));
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
  if (played !== PLANNED_OTHERWISE && played !== DIED) return played;
  tally.add(played === DIED ? 'died in a known way' : 'planned otherwise');
  return null;
}

/** How a batch is run, besides what is in it. */
export interface BatchRun {
  readonly record?: Recorder | undefined;
  /** Leave out what ends the subject in a known way. */
  readonly spares?: boolean;
}

/** An answer came out differently than planned and made a later operation undefined. */
const PLANNED_OTHERWISE = Symbol('planned otherwise');
/** A crash that is known: nobody is there to answer the rest. */
const DIED = Symbol('died');

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

function planBatch(planner: Judge, sends: (op: Op) => boolean, program: readonly Op[]): Step[] {
  const steps: Step[] = [];
  program.forEach((op, step) => {
    const legality = planner.legality(op);
    if (legality !== 'legal' && legality !== 'misuse') return;
    if (!sends(op)) return;
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
): Promise<Failure | null | typeof PLANNED_OTHERWISE | typeof DIED> {
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
    if (outcome.is === 'crash') return DIED;
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

  async run(kase: Case, tally: Tally, how: BatchRun = {}): Promise<Failure | null> {
    return await this.use(kase.machine, (session) =>
      runBatch(session, kase, this.#profile, tally, how),
    );
  }

  /** Runs something on a session as after a boot. After a failure that one is not used again. */
  async use(
    machine: Case['machine'],
    work: (session: BatchSession) => Promise<Failure | null>,
  ): Promise<Failure | null> {
    const session = await this.#sessionFor(machine);
    let failure: Failure | null = null;
    try {
      failure = await work(session);
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
    const reason = this.#subject.accepts(machine);
    if (reason !== null) throw new RefusedError(this.#subject.name, reason);
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
