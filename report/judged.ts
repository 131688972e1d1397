/** A judged trace, for people and for machines. */
import type { Machine } from '../contract/machine.ts';
import type { Op, OpName } from '../contract/operations.ts';
import type { Observation } from '../contract/subject.ts';
import type { Failure } from '../properties/runner/trial.ts';
import { failureText } from './failure.ts';
import { notJudged } from './not-judged.ts';
import type { Unsent } from './unsent.ts';
import { UNSENT } from './unsent.ts';

export interface Judged {
  readonly path: string;
  readonly machine: Machine;
  /** All operations of the trace, up to the one that broke a law. */
  readonly program: readonly Op[];
  readonly judged: number;
  /** Operations that stayed unjudged, by name and reason. */
  readonly unjudged: readonly Unjudged[];
  readonly observes: ReadonlySet<Observation>;
  readonly failure: Failure | null;
}

export interface Unjudged {
  readonly op: OpName;
  readonly why: Unsent;
  readonly count: number;
}

/** `empty`: no law is broken, because there was nothing to hold one against. */
const VERDICTS = {
  clean: 'no law broken',
  broken: 'a law was broken',
  empty: 'nothing judged',
} as const;

export type Verdict = keyof typeof VERDICTS;

export function verdictOf({ failure, judged }: Judged): Verdict {
  if (failure !== null) return 'broken';
  return judged === 0 ? 'empty' : 'clean';
}

export function judgedText(report: Judged): string {
  const { path, machine, program, judged, unjudged, failure } = report;
  if (failure !== null) return `${failureText(failure, { machine, program })}\n`;
  const counts = `${judged} of ${program.length} operations judged`;
  const width = Math.max(0, ...unjudged.map(({ op }) => op.length));
  const why = unjudged.map(
    (row) => `  ${row.op.padEnd(width)}  ${row.count} not judged: ${UNSENT[row.why]}`,
  );
  return `${[`${path}: ${counts}, ${VERDICTS[verdictOf(report)]}`, ...why].join('\n')}\n`;
}

/** Its schema is in docs/formats.md; additions only. */
export function judgedJson(report: Judged): string {
  const { path, program, judged, unjudged, observes, failure } = report;
  const document = {
    carveout: 'judge',
    version: 1,
    file: path,
    verdict: verdictOf(report),
    operations: program.length,
    judged,
    unjudged,
    notJudged: notJudged({ observes }).map((law) => law.id),
    violation: failure?.violation ?? null,
    step: failure?.step ?? null,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
