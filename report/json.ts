/** The `--json` document of a run. Its schema is in docs/formats.md; additions only. */

import type { Bucket } from '../properties/runner/buckets.ts';
import type { Report } from './campaign.ts';
import { isBroken, isEmpty, staleRows, totalLabels } from './campaign.ts';

/** `extra`: members of commands that have more to say, e.g. the board. */
export function reportJson(report: Report, extra: Readonly<Record<string, unknown>> = {}): string {
  const document = {
    carveout: 'report',
    version: 1,
    verdict: verdictWord(report),
    interrupted: report.interrupted,
    subject: report.subject,
    seed: report.seed,
    corpus: report.corpus,
    phases: report.phases.map(({ labels, ...phase }) => ({
      ...phase,
      milliseconds: Math.round(phase.milliseconds),
      operations: labels.get('operations') ?? 0,
    })),
    failures: report.buckets.map(failureJson),
    known: Object.fromEntries(report.known),
    stale: staleRows(report),
    notJudged: report.notJudged.map((law) => law.id),
    labels: Object.fromEntries([...totalLabels(report)].sort(([a], [b]) => (a < b ? -1 : 1))),
    ...extra,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function verdictWord(report: Report): 'clean' | 'broken' | 'empty' {
  if (isBroken(report)) return 'broken';
  return isEmpty(report) ? 'empty' : 'clean';
}

export function failureJson({ law, finding, origin, count, file, unwritten, scenario }: Bucket) {
  const { kase, failure, originalLength, runs } = finding;
  return {
    law,
    expected: failure.violation.expected,
    observed: failure.violation.observed,
    step: failure.step,
    operations: kase.program.length,
    devices: kase.machine.devices.length,
    shrunkFrom: originalLength,
    shrinkRuns: runs,
    cases: count,
    seed: origin.seed,
    property: origin.property,
    case: origin.case,
    file,
    unwritten,
    scenario,
  };
}
