/** Answers of the implementation to a scenario written as text. */
import type { Outcome } from '../../contract/outcome.ts';
import { parseScenario } from '../../contract/text/parse.ts';
import { carveoutSubject } from '../../sut/subject.ts';

/** Machine and operations as lines, without the first line of a scenario. */
export function answers(text: string): Outcome[] {
  const { machine, program } = parseScenario(`carveout scenario 1\n${text}`, 'test');
  const session = carveoutSubject.boot(machine);
  return program.map((op) => session.apply(op));
}

/** Physical addresses; what is not `ok` by its name. */
export function places(outcomes: readonly Outcome[]): (number | string | undefined)[] {
  return outcomes.map((outcome) => (outcome.is === 'ok' ? outcome.phys : outcome.is));
}

/** The errors; null: none. */
export function errors(outcomes: readonly Outcome[]): (string | null)[] {
  return outcomes.map((outcome) => (outcome.is === 'error' ? outcome.errno : null));
}

/** Free units by source, from a census. */
export function freeOf(outcome: Outcome | undefined): Record<string, number> {
  if (outcome?.is !== 'ok' || outcome.census === undefined) throw new Error('not a census');
  return Object.fromEntries(outcome.census);
}
