/** Why an operation of a program was not sent, or is not judged, in words. */
import type { Op, OpName } from '../contract/operations.ts';
import { LABEL_LETTER, rowOf } from '../contract/operations.ts';
import type { Judge } from '../model/judge/judge.ts';

/** Null: nothing speaks against it now. `judge` has seen what was answered before. */
export function unsentReason(judge: Judge, op: Op, operations: ReadonlySet<OpName>): string | null {
  if (!operations.has(op.op)) return 'the subject does not answer it';
  switch (judge.legality(op)) {
    case 'meaningless':
      return deadLabel(judge, op) ?? 'it has nothing to apply to';
    case 'undefined':
      return 'its effect is undefined';
    default:
      return null;
  }
}

/** `h0 names nothing alive`, if that is why. */
function deadLabel(judge: Judge, op: Op): string | undefined {
  const operands = op as unknown as Readonly<Record<string, unknown>>;
  const dead = rowOf(op.op)
    .fields.filter(({ type }) => type === 'buffer')
    .map(({ name }) => operands[name] as number)
    .find((label) => !judge.state.buffers.has(label));
  return dead === undefined ? undefined : `${LABEL_LETTER.buffer}${dead} names nothing alive`;
}
