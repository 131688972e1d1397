/** A replayed scenario, for people and for machines. */
import type { Scenario } from '../contract/scenario.ts';
import type { Subject } from '../contract/subject.ts';
import type { Replayed } from '../properties/runner/replay.ts';
import { failureText } from './failure.ts';
import type { Answer, Step } from './steps.ts';
import { stepsOf } from './steps.ts';

export interface ReplayReport {
  readonly path: string;
  readonly scenario: Scenario;
  readonly seen: Replayed;
  readonly steps: readonly Step[];
}

export function reportReplay(
  path: string,
  scenario: Scenario,
  subject: Subject,
  seen: Replayed,
  answers: readonly Answer[],
): ReplayReport {
  const steps = stepsOf(scenario, subject, answers, seen.failure !== null, seen.booted);
  return { path, scenario, seen, steps };
}

export function replayText({ path, scenario, seen, steps }: ReplayReport): string {
  const { asExpected, expected, observed, failure } = seen;
  const width = Math.min(60, Math.max(...steps.map(({ op }) => op.length), 0));
  const lines = steps.map(({ op, outcome }) => `  ${op.padEnd(width)}  ${outcome}`);
  if (failure !== null) lines.push(failureText(failure, scenario));
  const skipped = steps.filter(({ sent }) => !sent).length;
  const verdict = [
    observed,
    asExpected ? 'as expected' : `not as expected: ${expected}`,
    ...(skipped === 0 ? [] : [`${skipped} of ${scenario.program.length} operations skipped`]),
  ];
  return `${[path, ...lines, verdict.join(', ')].join('\n')}\n`;
}

/** One element of `replays`; docs/formats.md. */
export interface ReplayJson {
  readonly file: string;
  readonly asExpected: boolean;
  readonly expected: string;
  readonly observed: string;
  readonly violation: { law: string; expected: string; observed: string } | null;
  readonly steps: readonly Step[];
}

export function replayJson({ path, seen, steps }: ReplayReport): ReplayJson {
  const { asExpected, expected, observed, failure } = seen;
  const violation = failure?.violation ?? null;
  return { file: path, asExpected, expected, observed, violation, steps };
}

export function replaysText(replays: readonly ReplayJson[]): string {
  return `${JSON.stringify({ carveout: 'replay', version: 1, replays }, null, 2)}\n`;
}

/** What `replaysText` wrote, in another process of this very program. */
export function replaysOf(text: string): readonly ReplayJson[] {
  return (JSON.parse(text) as { readonly replays: readonly ReplayJson[] }).replays;
}
