/**
 * A program that is made while it runs: what is asked next depends on what was answered. Judged
 * like any other, and what was asked is a program that can be run again.
 */
import type { Machine } from '../../contract/machine.ts';
import type { Op } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import type { Case } from '../../contract/scenario.ts';
import type { Booted, SyncSubject } from '../../contract/subject.ts';
import { Tally } from '../labels/tally.ts';
import { profileOf } from './run.ts';
import { bootJudged, close, type Recorder, send } from './send.ts';
import { type Failure, Trial } from './trial.ts';

/** Yields operations and is handed what was answered; null: it was never sent. */
export type Script<T> = Generator<Op, T, Outcome | null>;

export type Played<T> =
  | { readonly is: 'played'; readonly result: T }
  | { readonly is: 'broken'; readonly failure: Failure; readonly kase: Case };

/** Plays the script to its end, and closes it as any program; or up to a broken law. */
export function playScript<T>(
  subject: SyncSubject,
  machine: Machine,
  write: (booted: Booted) => Script<T>,
): Played<T> {
  const trial = new Trial(machine, profileOf(subject, []), new Tally());
  const program: Op[] = [];
  const broken = (failure: Failure) =>
    ({ is: 'broken', failure, kase: { machine, program } }) as const;
  let said: Outcome | null = null;
  let booted: Booted = { warnings: [] };
  const record: Recorder = {
    booted: (words) => {
      booted = words;
    },
    answered: (_op, outcome) => {
      said = outcome;
    },
  };
  const begun = bootJudged(subject, machine, trial, record);
  if ('failure' in begun) return broken(begun.failure);
  const script = write(booted);
  let next = script.next();
  while (next.done !== true) {
    const op = next.value;
    program.push(op);
    said = null;
    const failure = send(begun.session, trial, op, program.length - 1, record);
    if (failure !== null) return broken(failure);
    next = script.next(said);
  }
  const failure = close(begun.session, trial, program.length);
  return failure === null ? { is: 'played', result: next.value } : broken(failure);
}
