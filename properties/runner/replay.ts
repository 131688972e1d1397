/** Replays a scenario and compares with what its header expects. */
import type { Op } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import type { Expectation, Scenario } from '../../contract/scenario.ts';
import type { Booted, Subject } from '../../contract/subject.ts';
import { printExpectation } from '../../contract/text/print.ts';
import { Tally } from '../labels/tally.ts';
import { checkRelation, RELATIONS } from '../metamorphic.ts';
import { BatchRunner, profileOf, RefusedError, runSync } from './run.ts';
import type { Recorder } from './send.ts';
import type { Failure } from './trial.ts';

export interface Replayed {
  readonly failure: Failure | null;
  /** Does what happened match the header? */
  readonly asExpected: boolean;
  readonly expected: string;
  readonly observed: string;
  readonly tally: Tally;
  /** What the subject said while booting. */
  readonly booted: Booted;
}

/** @throws RefusedError when the subject does not take the machine */
export async function replay(
  subject: Subject,
  scenario: Scenario,
  record?: (op: Op, outcome: Outcome) => void,
): Promise<Replayed> {
  const reason = subject.accepts(scenario.machine);
  if (reason !== null) throw new RefusedError(subject.name, reason);
  const tally = new Tally();
  let booted: Booted = { warnings: [] };
  const note = (said: Booted) => {
    booted = said;
  };
  const recorder = { booted: note, answered: record ?? (() => {}) };
  const failure = await failureOf(subject, scenario, tally, recorder);
  const observed = printExpectation(shown(failure));
  const expected = printExpectation(scenario.header.expect);
  return { failure, asExpected: observed === expected, expected, observed, tally, booted };
}

function shown(failure: Failure | null): Expectation {
  if (failure === null) return { kind: 'ok' };
  const { law } = failure.violation;
  return law === 'any/no-crash' ? { kind: 'crash' } : { kind: 'law', law };
}

async function failureOf(
  subject: Subject,
  scenario: Scenario,
  tally: Tally,
  recorder: Recorder,
): Promise<Failure | null> {
  const profile = profileOf(subject, scenario.header.known);
  if (subject.kind === 'batch') {
    const runner = new BatchRunner(subject, profile);
    try {
      return await runner.run(scenario, tally, { record: recorder });
    } finally {
      await runner.close();
    }
  }
  const { expect } = scenario.header;
  const relation = RELATIONS.find((r) => expect.kind === 'law' && r.law.id === expect.law);
  const failure = runSync(subject, scenario, profile, tally, recorder);
  return failure ?? (relation ? checkRelation(subject, relation, scenario) : null);
}
