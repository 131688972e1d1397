/** The suite as a function: judge a subject from a program or a test runner. */
import { deviation } from '../contract/deviations.ts';
import { KNOWN_IDS } from '../contract/known.ts';
import type { Machine } from '../contract/machine.ts';
import type { Subject } from '../contract/subject.ts';
import { nearMiss } from '../contract/text/near-miss.ts';
import type { CampaignResult } from './runner/campaign.ts';
import { campaign } from './runner/campaign.ts';
import { checkFolder } from './runner/files.ts';

export interface CheckOptions {
  /** Any string without quotes or line ends. The same seed gives the same cases. */
  readonly seed: string;
  /** Cases to run. Default: 1000, unless `timeMs` is given. */
  readonly cases?: number;
  /** Milliseconds after which no further case starts. */
  readonly timeMs?: number;
  /** Run on this machine only. Default: random ones the subject accepts. */
  readonly machine?: Machine;
  /** Folder for failure files. Default: none are written. */
  readonly failures?: string;
  /** Ids of deviations (contract/deviations.ts) to excuse, besides `subject.known`. */
  readonly known?: readonly string[];
  /** Stop at the first broken law. Default: report all distinct ones at the end. */
  readonly bail?: boolean;
}

/**
 * Runs the suite on a subject. Broken laws are in `buckets`; none means nothing unknown, provided
 * that `operations` is not 0 and no known deviation is `stale`.
 * @throws RangeError for options that make no sense
 * @throws InputError when `failures` is no folder that can be written
 */
export async function check(subject: Subject, options: CheckOptions): Promise<CampaignResult> {
  if (/["\n\r]/.test(options.seed)) {
    throw new RangeError(`check: seed ${JSON.stringify(options.seed)} has quotes or line ends`);
  }
  const { cases, timeMs } = options;
  for (const [name, value] of Object.entries({ cases, timeMs })) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) {
      throw new RangeError(`check: ${name} is ${value}, expected an integer of at least 1`);
    }
  }
  const { known = [], failures = null } = options;
  for (const id of known) checkKnown(id, 'known');
  for (const id of subject.known ?? []) checkKnown(id, `known of subject "${subject.name}"`);
  if (failures !== null) checkFolder(failures);
  return await campaign(subject, {
    seed: options.seed,
    cases: cases ?? (timeMs === undefined ? 1000 : undefined),
    timeMs,
    machine: options.machine,
    failures,
    known,
    bugs: [],
    command: null,
    metamorphic: false,
    bail: options.bail,
  });
}

/** Only repaired rows say which violations are theirs; of others nothing can be excused. */
function checkKnown(id: string, what: string): void {
  if (KNOWN_IDS.includes(id)) return;
  const disposition = deviation(id)?.disposition;
  const is = disposition === undefined ? 'no deviation' : `${disposition} and needs no excuse`;
  const hint = nearMiss(id, KNOWN_IDS) ?? `expected one of ${KNOWN_IDS.join(', ')}`;
  throw new RangeError(`check: ${what}: ${JSON.stringify(id)} is ${is}; ${hint}`);
}
