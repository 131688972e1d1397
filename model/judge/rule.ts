/** What the judge knows about one operation. */
import type { Violation } from '../../contract/law.ts';
import type { OpName, OpOf } from '../../contract/operations.ts';
import type { Outcome, Warning } from '../../contract/outcome.ts';
import type { Observation } from '../../contract/subject.ts';
import type { State } from './state.ts';

/**
 * - `meaningless`: nothing to apply to; everybody skips it.
 * - `misuse`: a caller's mistake with a defined effect on the caller's own things.
 * - `undefined`: never sent.
 */
export type Legality = 'legal' | 'meaningless' | 'misuse' | 'undefined';

export interface Rule<N extends OpName> {
  legality(state: State, op: OpOf<N>): Legality;
  /** May a subject leave the operation out? Absent: no. */
  maySkip?(state: State, op: OpOf<N>): boolean;
  /** Is the answer allowed? Changes nothing. The outcome is neither a crash nor skipped. */
  check(state: State, op: OpOf<N>, outcome: Outcome, seen: Seen): Violation | null;
  /** Events that `check` looks at; absent, and of other kinds: none may come. */
  readonly tells?: readonly string[];
  /** Exactly these messages come with the answer; absent: none do. */
  warnings?(state: State, op: OpOf<N>): readonly Warning[];
  /** Believes the answer. */
  adopt(state: State, op: OpOf<N>, outcome: Outcome): void;
}

export type Seen = ReadonlySet<Observation>;

export function broken(law: string, expected: string, observed: string): Violation {
  return { law, expected, observed };
}

/** The answer in words, for messages. */
export function outcomeText(outcome: Outcome): string {
  if (outcome.is === 'error') return outcome.errno;
  if (outcome.is === 'crash') return `crash: ${outcome.crash} in ${outcome.where}`;
  return outcome.is;
}
