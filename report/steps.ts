/** What came of every operation of a replayed scenario, those that were never sent included. */
import type { Machine } from '../contract/machine.ts';
import type { Op, OpName } from '../contract/operations.ts';
import type { Outcome } from '../contract/outcome.ts';
import type { Case } from '../contract/scenario.ts';
import type { Booted, Subject } from '../contract/subject.ts';
import { FIRST_OPERATIONS } from '../contract/subject.ts';
import { printOp } from '../contract/text/print.ts';
import { Judge } from '../model/judge/judge.ts';
import { outcomeLine } from './outcome-text.ts';
import { unsentReason } from './unsent.ts';

export interface Answer {
  readonly op: Op;
  readonly outcome: Outcome;
}

export interface Step {
  /** As in a scenario. */
  readonly op: string;
  /** The answer in words, or `skipped (why)`. */
  readonly outcome: string;
  readonly sent: boolean;
}

/**
 * The program in its order, then the operations that closed it. `answers`: what was sent, in
 * order. `broken`: a law broke, so that nothing was sent after the last answer.
 */
export function stepsOf(
  { machine, program }: Case,
  subject: Pick<Subject, 'observes' | 'operations'>,
  answers: readonly Answer[],
  broken: boolean,
  booted: Booted,
): Step[] {
  const operations = new Set<OpName>(subject.operations ?? FIRST_OPERATIONS);
  const judge = new Judge(machine, subject.observes, operations);
  judge.checkBoot(booted);
  const steps: Step[] = [];
  let next = 0;
  for (const op of program) {
    const isOver = broken && next === answers.length;
    const why = isOver ? 'a law is broken' : unsentReason(judge, op, operations);
    const answer = answers[next];
    if (answer?.op === op) {
      next += 1;
      steps.push(sentStep(answer, machine));
      const isBreak = broken && next === answers.length;
      // Believed as in the run: all that was judged, and held.
      if (why === null && !isBreak) judge.adopt(op, answer.outcome);
      continue;
    }
    const reason = why ?? 'the subject had crashed';
    steps.push({ op: printOp(op, machine), outcome: `skipped (${reason})`, sent: false });
  }
  return [...steps, ...answers.slice(next).map((answer) => sentStep(answer, machine))];
}

function sentStep({ op, outcome }: Answer, machine: Machine): Step {
  return { op: printOp(op, machine), outcome: outcomeLine(outcome), sent: true };
}
