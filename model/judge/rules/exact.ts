/** Operations with a single allowed answer, or a few. */
import type { Violation } from '../../../contract/law.ts';
import type { OpName, OpOf } from '../../../contract/operations.ts';
import type { Outcome } from '../../../contract/outcome.ts';
import type { Legality, Rule } from '../rule.ts';
import { broken, outcomeText } from '../rule.ts';
import type { State } from '../state.ts';

/** What must be answered: the form, and the law and reason behind it. */
export interface Expectation {
  readonly law: string;
  /** Allowed answers, at least one; the first stands in when a batch is planned. */
  readonly allowed: readonly Outcome[];
  readonly because: string;
}

/** A rule for operations whose answer the state fixes. */
export function exact<N extends OpName>(parts: {
  legality(state: State, op: OpOf<N>): Legality;
  expect(state: State, op: OpOf<N>): Expectation;
  adopt(state: State, op: OpOf<N>, outcome: Outcome): void;
}): Rule<N> {
  return {
    legality: parts.legality,
    check: (state, op, outcome) => judgeExact(parts.expect(state, op), outcome),
    adopt: parts.adopt,
  };
}

function judgeExact(wanted: Expectation, outcome: Outcome): Violation | null {
  if (wanted.allowed.some((one) => sameForm(one, outcome))) return null;
  const words = wanted.allowed.map(outcomeText).join(' or ');
  return broken(wanted.law, `${words}: ${wanted.because}`, outcomeText(outcome));
}

function sameForm(a: Outcome, b: Outcome): boolean {
  if (a.is !== b.is) return false;
  return a.is !== 'error' || b.is !== 'error' || a.errno === b.errno;
}
