/** The suite as an assertion, for any test runner. */
import type { Subject } from '../contract/subject.ts';
import type { CheckOptions } from '../properties/check.ts';
import { check } from '../properties/check.ts';
import type { CampaignResult } from '../properties/runner/campaign.ts';
import { bucketText } from './failure.ts';

/** One or more laws are broken; the message shows each with its scenario. */
export class LawBrokenError extends Error {
  /** Ids of the broken laws, sorted. */
  readonly laws: readonly string[];
  readonly result: CampaignResult;

  constructor(result: CampaignResult) {
    super(['', ...result.buckets.map(bucketText)].join('\n'));
    this.name = 'LawBrokenError';
    this.laws = [...new Set(result.buckets.map((bucket) => bucket.law))].sort();
    this.result = result;
  }
}

/**
 * Runs the suite on a subject and throws when a law is broken.
 * @throws LawBrokenError whose stack starts where `assert` was called, so that CI can point there
 */
export async function assert(subject: Subject, options: CheckOptions): Promise<CampaignResult> {
  // Taken now: after the first await the caller is no longer on the stack.
  const caller: { stack?: string } = {};
  Error.captureStackTrace(caller, assert);
  const result = await check(subject, options);
  if (result.buckets.length === 0) return result;
  const error = new LawBrokenError(result);
  const frames = (caller.stack ?? '').split('\n').slice(1).join('\n');
  error.stack = `${error.name}: ${error.message}\n${frames}`;
  throw error;
}
