/**
 * Where bugs are looked for, in a fixed order: each stage says which edited files it can see, and
 * what it finds with one seed.
 */
import type { Case } from '../../contract/scenario.ts';
import { BITMAP_LAWS, checkBitmap, checkOffsetToIndex } from '../../properties/lockstep/bitmap.ts';
import type { LockstepFailure } from '../../properties/lockstep/check.ts';
import { checkPoolSearch, POOL_LAWS } from '../../properties/lockstep/pool-search.ts';
import { campaign } from '../../properties/runner/campaign.ts';
import { measure } from '../../properties/shrink/measure.ts';
import { carveoutSubject } from '../../sut/subject.ts';

/** The end of a search: a broken law and the shrunk case that shows it. */
export interface Found {
  readonly law: string;
  readonly operations: number;
  readonly devices: number;
  readonly text: string;
}

export interface StageResult {
  /** Cases run, the failing one included. */
  readonly cases: number;
  readonly found: Found | null;
}

/** A campaign for which the deviation that the bug brings back is listed as known. */
export interface KnownResult {
  /** Violations excused. */
  readonly hits: number;
  /** Laws broken all the same, shrunk. */
  readonly broken: readonly Found[];
}

/** How long a seed may look. */
export interface Budget {
  readonly cases: number;
  readonly timeMs: number;
}

export interface Stage {
  readonly name: string;
  sees(file: string): boolean;
  hunt(seed: string, budget: Budget): Promise<StageResult>;
}

export const STAGES: readonly Stage[] = [
  { name: 'lockstep', sees: (file) => file.startsWith('sut/lib/'), hunt: huntLockstep },
  { name: 'pools', sees: (file) => !file.startsWith('boards/'), hunt: huntPools },
];

/** Cases of one lockstep law. Beside a definition, a wrong bit shows at once or hardly ever. */
const LOCKSTEP_CASES = 400;

type Check = (seed: string) => LockstepFailure | undefined;

const LOCKSTEP_CHECKS: readonly Check[] = [
  ...BITMAP_LAWS.map((law) => (seed: string) => checkBitmap(law, seed, LOCKSTEP_CASES)),
  (seed) => checkOffsetToIndex(seed, LOCKSTEP_CASES),
  ...POOL_LAWS.map((law) => (seed: string) => checkPoolSearch(law, seed, LOCKSTEP_CASES / 4)),
];

async function huntLockstep(seed: string): Promise<StageResult> {
  let cases = 0;
  for (const check of LOCKSTEP_CHECKS) {
    const failure = check(seed);
    if (failure === undefined) {
      cases += LOCKSTEP_CASES;
      continue;
    }
    const { law, calls } = failure;
    const made = calls.filter((call) => / = bitmap of |^pool of /.test(call)).length;
    const operations = calls.length - made;
    const found = { law, operations, devices: 0, text: calls.join('\n') };
    return { cases: cases + failure.case + 1, found };
  }
  return { cases, found: null };
}

function options(seed: string, { cases, timeMs }: Budget, known: readonly string[]) {
  return { seed, cases, timeMs, known, failures: null, bugs: [], command: null, metamorphic: true };
}

async function huntPools(seed: string, budget: Budget): Promise<StageResult> {
  const run = await campaign(carveoutSubject, { ...options(seed, budget, []), bail: true });
  const [bucket] = run.buckets;
  if (bucket === undefined) return { cases: run.cases, found: null };
  return { cases: run.cases, found: foundCase(bucket.law, bucket.finding.kase) };
}

/** Pools with a deviation listed as known: nothing else may break, and the row must be hit. */
export async function judgeKnown(known: string, seed: string, cases: number): Promise<KnownResult> {
  const budget = { cases, timeMs: 60_000 };
  const run = await campaign(carveoutSubject, options(seed, budget, [known]));
  const hits = run.labels.get(`known: ${known}`) ?? 0;
  return { hits, broken: run.buckets.map(({ law, finding }) => foundCase(law, finding.kase)) };
}

function foundCase(law: string, kase: Case): Found {
  const { text, operations } = measure(kase);
  return { law, operations, devices: kase.machine.devices.length, text };
}
