/** Why an operation of a program was not sent, or why its answer is not judged. */
import type { LabelUse, Op, OpName } from '../contract/operations.ts';
import { labelText, usesOf } from '../contract/operations.ts';
import type { Judge } from '../model/judge/judge.ts';

export const UNSENT = {
  unanswered: 'the subject does not answer it',
  dead: 'names nothing alive',
  meaningless: 'it has nothing to apply to',
  undefined: 'its effect is undefined',
} as const;

export type Unsent = keyof typeof UNSENT;

/** Null: nothing speaks against it now. `judge` has seen what was answered before. */
export function unsent(judge: Judge, op: Op, operations: ReadonlySet<OpName>): Unsent | null {
  if (!operations.has(op.op)) return 'unanswered';
  const legality = judge.legality(op);
  if (legality === 'undefined') return 'undefined';
  if (legality !== 'meaningless') return null;
  return deadLabel(judge, op) === undefined ? 'meaningless' : 'dead';
}

/** The same in words, with the label that is dead. */
export function unsentReason(judge: Judge, op: Op, operations: ReadonlySet<OpName>): string | null {
  const why = unsent(judge, op, operations);
  if (why !== 'dead') return why && UNSENT[why];
  const { kind, label } = deadLabel(judge, op)!;
  return `${labelText(kind, label)} ${UNSENT.dead}`;
}

function deadLabel(judge: Judge, op: Op): LabelUse | undefined {
  return usesOf(op).find(({ kind, label }) => !judge.lives(kind, label));
}
