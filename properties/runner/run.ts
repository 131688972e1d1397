/** Runs a case on a subject: in process, or somewhere else. */
import type { OpName } from '../../contract/operations.ts';
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
import { Tally } from '../labels/tally.ts';
import type { BatchRun } from './batch.ts';
import { runBatch } from './batch.ts';
import { bootJudged, close, play, type Recorder } from './send.ts';
import type { Failure, Profile } from './trial.ts';
import { Trial } from './trial.ts';

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
