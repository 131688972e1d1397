/** Asks who is given what; a broken law is a failure like any other. */
import type { Board } from '../boards/loader.ts';
import type { SyncSubject } from '../contract/subject.ts';
import type { Bucket } from '../properties/runner/buckets.ts';
import { Buckets } from '../properties/runner/buckets.ts';
import { type MeasuredReach, measureReach } from '../report/reach/measure.ts';

export type BoardReach =
  | { readonly is: 'measured'; readonly reach: MeasuredReach }
  | { readonly is: 'broken'; readonly buckets: readonly Bucket[] };

/** `name`: of the board, for the header of a failure file in `failures`. */
export function reachOf(
  subject: SyncSubject,
  board: Board,
  name: string,
  failures: string,
): BoardReach {
  const measured = measureReach(subject, board);
  if (measured.is === 'measured') return measured;
  const { failure, kase } = measured;
  const buckets = new Buckets(failures, { bugs: [], subject: null, known: [] });
  const originalLength = kase.program.length;
  const finding = {
    kase,
    failure,
    originalLength,
    runs: 0,
    passes: new Map<string, number>(),
    fleeting: false,
  };
  buckets.add(finding, { seed: name, property: 'reach', case: 0 });
  return { is: 'broken', buckets: buckets.all };
}
