/** What loading and fuzzing many boards came to, for machines. */
import type { Survey } from '../boards/survey.ts';
import type { Bucket } from '../properties/runner/buckets.ts';
import type { ReachTotals } from './reach/totals.ts';

export interface BoardsReport {
  /** The package or the folder. */
  readonly source: string;
  readonly survey: Survey;
  readonly reach: ReachTotals;
  readonly cases: number;
  readonly operations: number;
  readonly buckets: readonly Bucket[];
  /** Facts of the pinned package that no longer hold, a sentence each. */
  readonly lost: readonly string[];
}

/** Did something fail? */
export function isNotClean({ survey, buckets, lost }: BoardsReport): boolean {
  return survey.failures.length > 0 || buckets.length > 0 || lost.length > 0;
}

/** Its schema is in docs/formats.md; additions only. */
export function boardsJson(report: BoardsReport): string {
  const { source, survey, reach, cases, operations, buckets, lost } = report;
  const document = {
    carveout: 'boards',
    version: 1,
    verdict: isNotClean(report) ? 'broken' : 'clean',
    source,
    survey: {
      ...survey,
      failures: survey.failures.map(({ file, error: { where, found, expected } }) => ({
        file,
        where,
        found,
        expected,
      })),
    },
    reach,
    lost,
    cases,
    operations,
    failures: buckets.map(({ law, file }) => ({ law, file })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
