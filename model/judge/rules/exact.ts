/** Operations with a single allowed answer, or a few. */
import type { Violation } from '../../../contract/law.ts';
import type { OpName, OpOf } from '../../../contract/operations.ts';
import type { Outcome, Warning } from '../../../contract/outcome.ts';
import type { Legality, Rule, Seen } from '../rule.ts';
import { broken, outcomeText } from '../rule.ts';
import type { State } from '../state.ts';

/** What must be answered: the form, and the law and reason behind it. */
export interface Expectation {
  readonly law: string;
  /** Allowed answers, at least one; the first stands in when a batch is planned. */
  readonly allowed: readonly Outcome[];
  readonly because: string;
  /** Exactly these messages, where the subject can report them. */
  readonly warnings?: readonly Warning[];
}

/** A rule for operations whose answer the state fixes. */
export function exact<N extends OpName>(parts: {
  legality(state: State, op: OpOf<N>): Legality;
  expect(state: State, op: OpOf<N>): Expectation;
  adopt(state: State, op: OpOf<N>, outcome: Outcome): void;
}): Rule<N> {
  return {
    legality: parts.legality,
    check: (state, op, outcome, seen) => judgeExact(parts.expect(state, op), outcome, seen),
    adopt: parts.adopt,
    assume: (state, op) => parts.expect(state, op).allowed[0]!,
  };
}

function judgeExact(wanted: Expectation, outcome: Outcome, seen: Seen): Violation | null {
  if (!wanted.allowed.some((one) => sameForm(one, outcome))) {
    const words = wanted.allowed.map(outcomeText).join(' or ');
    return broken(wanted.law, `${words}: ${wanted.because}`, outcomeText(outcome));
  }
  const warnings = wanted.warnings;
  if (warnings === undefined || !seen.has('warnings')) return null;
  const got = outcome.warnings ?? [];
  if (got.length === warnings.length && got.every((w, i) => w === warnings[i])) return null;
  const text = (list: readonly Warning[]) => (list.length === 0 ? 'no warning' : list.join(', '));
  return broken('attach/range-warning', text(warnings), text(got));
}

function sameForm(a: Outcome, b: Outcome): boolean {
  if (a.is !== b.is) return false;
  return a.is !== 'error' || b.is !== 'error' || a.errno === b.errno;
}
