/** The suite as an assertion, for any test runner. */
import type { Subject } from '../contract/subject.ts';
import type { CheckOptions } from '../properties/check.ts';
import { check } from '../properties/check.ts';
import type { CampaignResult } from '../properties/runner/campaign.ts';
import { bucketText } from './failure.ts';

/** The run is no proof of a subject without unknown faults; the message says why. */
export class CheckFailedError extends Error {
  readonly result: CampaignResult;

  constructor(lines: readonly string[], result: CampaignResult) {
    super(['', ...lines].join('\n'));
    this.name = 'CheckFailedError';
    this.result = result;
  }
}

/** One or more laws are broken; the message shows each with its scenario. */
export class LawBrokenError extends CheckFailedError {
  /** Ids of the broken laws, sorted. */
  readonly laws: readonly string[];

  constructor(result: CampaignResult) {
    super([...result.buckets.map(bucketText), ...staleLines(result)], result);
    this.name = 'LawBrokenError';
    this.laws = [...new Set(result.buckets.map((bucket) => bucket.law))].sort();
  }
}

/**
 * Runs the suite on a subject and throws when a law is broken, when nothing was judged, or when a
 * known deviation was never seen. The stack starts where `assert` was called, so that CI can point
 * there.
 * @throws LawBrokenError when a law is broken
 * @throws CheckFailedError in the other cases
 */
export async function assert(subject: Subject, options: CheckOptions): Promise<CampaignResult> {
  // Taken now: after the first await the caller is no longer on the stack.
  const caller: { stack?: string } = {};
  Error.captureStackTrace(caller, assert);
  const result = await check(subject, options);
  const error = problemOf(result);
  if (error === null) return result;
  const frames = (caller.stack ?? '').split('\n').slice(1).join('\n');
  error.stack = `${error.name}: ${error.message}\n${frames}`;
  throw error;
}

function problemOf(result: CampaignResult): CheckFailedError | null {
  if (result.buckets.length > 0) return new LawBrokenError(result);
  const lines = [...emptyLines(result), ...staleLines(result)];
  return lines.length === 0 ? null : new CheckFailedError(lines, result);
}

function emptyLines({ operations, cases, refusedMachines }: CampaignResult): string[] {
  if (operations > 0) return [];
  const seen = `${cases} cases ran, ${refusedMachines} machines were refused`;
  return [`nothing judged: no operation was answered (${seen})`];
}

function staleLines({ stale }: CampaignResult): string[] {
  return stale.map((id) => `known deviation ${id} was never seen: the row is stale`);
}
