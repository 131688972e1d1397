/** Calls into a subject in this process: what it throws is its crash. */
import type { Machine } from '../../contract/machine.ts';
import type { Op } from '../../contract/operations.ts';
import type { Crash, Outcome } from '../../contract/outcome.ts';
import type { SyncSession, SyncSubject } from '../../contract/subject.ts';

type Attempt = { readonly session: SyncSession } | { readonly crash: Crash };

export function bootSafely(subject: SyncSubject, machine: Machine): Attempt {
  try {
    return { session: subject.boot(machine) };
  } catch (error) {
    return { crash: crashOf(error) };
  }
}

export function applySafely(session: SyncSession, op: Op): Outcome {
  try {
    return session.apply(op);
  } catch (error) {
    return crashOf(error);
  }
}

/** A subject that throws has crashed; the message says where. */
function crashOf(error: unknown): Crash {
  const where = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { is: 'crash', crash: 'oops', where };
}
