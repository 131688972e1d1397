/** Operations sent one by one to a subject in process, each answer judged at once. */
import type { Op } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import type { Case } from '../../contract/scenario.ts';
import type { BatchSession, Booted, SyncSession, SyncSubject } from '../../contract/subject.ts';
import { outcomeProblem, sessionProblem } from './form.ts';
import { applySafely, bootSafely } from './safely.ts';
import type { Failure } from './trial.ts';
import { CENSUS, type Trial } from './trial.ts';

/** Sees everything that was said: the boot, then every operation that was sent, in order. */
export interface Recorder {
  booted?(booted: Booted): void;
  answered(op: Op, outcome: Outcome): void;
}

/** Boots, and judges what was said while booting. */
export function bootJudged(
  subject: SyncSubject,
  machine: Case['machine'],
  trial: Trial,
  record?: Recorder,
): { readonly session: SyncSession } | { readonly failure: Failure } {
  const attempt = bootSafely(subject, machine);
  if ('crash' in attempt) return { failure: trial.crashedAtBoot(attempt.crash) };
  const failure = begin(attempt.session, trial, record);
  return failure === null ? attempt : { failure };
}

/** Everything is given back, and every pool filled once more, after `length` operations. */
export function close(
  session: SyncSession,
  trial: Trial,
  length: number,
  record?: Recorder,
): Failure | null {
  return (
    play(session, trial, trial.returns(), length, 0, record) ??
    play(session, trial, trial.probes(), length, 0, record)
  );
}

/** Judges what was said while booting. */
export function begin(session: SyncSession | BatchSession, trial: Trial, record?: Recorder) {
  const problem = sessionProblem(session);
  if (problem !== null) return trial.malformed(problem, null, -1);
  record?.booted?.(session.booted);
  return trial.booted(session.booted);
}

/** Steps are counted from `first`, by `rising`: closing operations all stand at the end. */
export function play(
  session: SyncSession,
  trial: Trial,
  ops: readonly Op[],
  first: number,
  rising: 0 | 1,
  record: Recorder | undefined,
): Failure | null {
  for (let i = 0; i < ops.length; i++) {
    const failure = send(session, trial, ops[i]!, first + rising * i, record);
    if (failure !== null) return failure;
  }
  return null;
}

/** One operation, unless it is never sent; its answer is judged and recorded. */
export function send(
  session: SyncSession,
  trial: Trial,
  op: Op,
  step: number,
  record?: Recorder,
): Failure | null {
  if (!trial.sends(op)) return null;
  const outcome = applySafely(session, op);
  const problem = outcomeProblem(outcome);
  if (problem !== null) return trial.malformed(problem, op, step);
  record?.answered(op, outcome);
  return trial.answer(op, outcome, step) ?? audit(session, trial, op, step);
}

function audit(session: SyncSession, trial: Trial, op: Op, step: number): Failure | null {
  if (!trial.audits(op)) return null;
  const census = applySafely(session, CENSUS);
  const problem = outcomeProblem(census);
  return problem === null ? trial.audited(op, census, step) : trial.malformed(problem, op, step);
}
