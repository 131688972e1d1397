/**
 * Operations that end a running kernel by a deviation it is known to have. Each costs it two boots,
 * so campaigns send them in few cases only.
 */
import type { Op } from '../../contract/operations.ts';
import { copiesUnmapped } from '../../model/judge/reach.ts';
import type { State } from '../../model/judge/state.ts';

/** The row that says so: bytes without a linear address are copied. */
export const DEADLY = 'no-linear-address';

export function isDeadly(state: State, op: Op): boolean {
  return copiesUnmapped(state, op);
}
