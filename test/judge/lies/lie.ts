/** A lie about memory behind the pools, with the honest answer beside it. */
import { failed, NONE, OK } from '../../../contract/outcome.ts';
import type { Answered, Setting } from '../forge.ts';

/** Where lies are told: a machine, and what the subject said while booting. */
export interface Stage {
  readonly machine: string;
  readonly setting: Setting;
}

export interface Lie {
  readonly law: string;
  /** What is wrong with it. */
  readonly why: string;
  readonly stage: Stage;
  readonly before: readonly Answered[];
  readonly op: string;
  readonly lie: Answered[1];
  /** What may be answered instead. */
  readonly honest: Answered[1];
}

/** Lies of one stage, a row each. */
export const liesOf = (
  stage: Stage,
  rows: readonly (readonly [
    law: string,
    why: string,
    before: readonly Answered[],
    op: string,
    lie: Answered[1],
    honest: Answered[1],
  ])[],
): readonly Lie[] =>
  rows.map(([law, why, before, op, lie, honest]) => ({ law, why, stage, before, op, lie, honest }));

export const EBUSY = failed('EBUSY');
export const EINVAL = failed('EINVAL');
export { NONE, OK };
