/**
 * Where bugs are looked for, in a fixed order: each stage says which edited files it can see, and
 * what it finds with one seed.
 */
import type { Case } from '../../contract/scenario.ts';
import { checkAreaSearch } from '../../properties/lockstep/area-search.ts';
import { BITMAP_LAWS, checkBitmap, checkOffsetToIndex } from '../../properties/lockstep/bitmap.ts';
import { BUDDY_LAWS, checkBuddy } from '../../properties/lockstep/buddy.ts';
import type { LockstepFailure } from '../../properties/lockstep/check.ts';
import { CMA_LAWS, checkCma } from '../../properties/lockstep/cma.ts';
import { checkCmaCreation } from '../../properties/lockstep/cma-creation.ts';
import { checkGenPool, GENPOOL_LAWS } from '../../properties/lockstep/genalloc.ts';
import { checkPoolSearch, POOL_LAWS } from '../../properties/lockstep/pool-search.ts';
import { checkScatterlist, SG_LAWS } from '../../properties/lockstep/scatterlist.ts';
import { checkSlots, SLOT_LAWS } from '../../properties/lockstep/swiotlb.ts';
import { campaign } from '../../properties/runner/campaign.ts';
import { measure } from '../../properties/shrink/measure.ts';
import { carveoutSubject } from '../../sut/subject.ts';
import { checkReservations, RESERVATION_LAWS } from './boards/reservations.ts';
import { checkTranslation } from './boards/translation.ts';

/** The end of a search: a broken law and the shrunk case that shows it. */
export interface Found {
  readonly law: string;
  readonly operations: number;
  readonly devices: number;
  readonly text: string;
}

export interface StageResult {
  /** Cases of the property that failed, or of the longest one; the failing one included. */
  readonly cases: number;
  readonly found: Found | null;
}

/** A campaign for which the deviations that the bugs bring back are listed as known. */
export interface KnownResult {
  /** Violations excused, by deviation. */
  readonly hits: Readonly<Record<string, number>>;
  /** Laws broken all the same, shrunk. */
  readonly broken: readonly Found[];
}

/** How long a seed may look. */
export interface Budget {
  readonly cases: number;
  readonly timeMs: number;
  /** Optional. The law is all that is asked for: what breaks it in a campaign is not shrunk. */
  readonly lawOnly?: boolean;
}

export interface Stage {
  readonly name: string;
  sees(file: string): boolean;
  hunt(seed: string, budget: Budget): Promise<StageResult>;
}

/** Cases of the first, short look at pools: most bugs show by then. */
const FIRST_LOOK = 1024;

export const STAGES: readonly Stage[] = [
  {
    name: 'pools',
    sees: (file) => !file.startsWith('boards/'),
    hunt: (seed, budget) => {
      const cases = Math.min(budget.cases, FIRST_LOOK);
      return huntPools(seed, { ...budget, cases }, 0);
    },
  },
  {
    name: 'lockstep',
    sees: (file) => file.startsWith('sut/lib/') || file.startsWith('sut/mm/'),
    hunt: async (seed) => huntChecks(LOCKSTEP, seed),
  },
  {
    // Slots stand on nothing of the above, which takes longer.
    name: 'lockstep',
    sees: (file) => file.startsWith('sut/dma/swiotlb/'),
    hunt: async (seed) => huntChecks(SLOTS, seed),
  },
  {
    name: 'boards',
    sees: (file) => file.startsWith('boards/') || file.startsWith('contract/'),
    hunt: async (seed) => huntChecks(BOARDS, seed),
  },
  {
    name: 'pools',
    sees: (file) => !file.startsWith('boards/'),
    hunt: (seed, budget) => {
      const cases = Math.max(0, budget.cases - FIRST_LOOK);
      return huntPools(seed, { ...budget, cases }, FIRST_LOOK);
    },
  },
];

/** A property with a law of its own: the first failure in so many cases of a seed. */
interface Check {
  readonly cases: number;
  readonly run: (seed: string, cases: number) => LockstepFailure | undefined;
}

const LOCKSTEP: readonly Check[] = [
  ...BITMAP_LAWS.map((law) => check(400, (seed, cases) => checkBitmap(law, seed, cases))),
  check(400, checkOffsetToIndex),
  ...POOL_LAWS.map((law) => check(100, (seed, cases) => checkPoolSearch(law, seed, cases))),
  check(100, checkAreaSearch),
  ...GENPOOL_LAWS.map((law) => check(400, (seed, cases) => checkGenPool(law, seed, cases))),
  ...CMA_LAWS.map((law) => check(400, (seed, cases) => checkCma(law, seed, cases))),
  check(400, checkCmaCreation),
  ...BUDDY_LAWS.map((law) => check(400, (seed, cases) => checkBuddy(law, seed, cases))),
  ...SG_LAWS.map((law) => check(400, (seed, cases) => checkScatterlist(law, seed, cases))),
];

const SLOTS: readonly Check[] = SLOT_LAWS.map((law) =>
  check(400, (seed, cases) => checkSlots(law, seed, cases)),
);

const BOARDS: readonly Check[] = [
  check(200, checkTranslation),
  ...RESERVATION_LAWS.map((law) =>
    check(law === 'board/cma-aligned' ? 800 : 200, (seed, cases) =>
      checkReservations(law, seed, cases),
    ),
  ),
];

function check(cases: number, run: Check['run']): Check {
  return { cases, run };
}

/** What calls are made on: no operation itself. */
const DECLARES =
  / = bitmap of |^(map|pool|area|bus|list|pages) of |^(max order|pages|bank|reserved|device) /;

/** One law after the other; the cases are those of the law that broke. */
function huntChecks(checks: readonly Check[], seed: string): StageResult {
  let most = 0;
  for (const { cases, run } of checks) {
    const failure = run(seed, cases);
    most = Math.max(most, cases);
    if (failure === undefined) continue;
    const { law, calls } = failure;
    const operations = calls.filter((line) => !DECLARES.test(line)).length;
    const found = { law, operations, devices: 0, text: calls.join('\n') };
    return { cases: failure.case + 1, found };
  }
  return { cases: most, found: null };
}

function options(seed: string, { cases, timeMs }: Budget, known: readonly string[]) {
  return { seed, cases, timeMs, known, failures: null, bugs: [], command: null, metamorphic: true };
}

async function huntPools(seed: string, budget: Budget, firstCase: number): Promise<StageResult> {
  let enough = false;
  const run = await campaign(carveoutSubject, {
    ...options(seed, budget, []),
    firstCase,
    bail: true,
    stopped: () => enough,
    onFailure: () => {
      enough = budget.lawOnly === true;
    },
  });
  const cases = firstCase + run.cases;
  const [bucket] = run.buckets;
  if (bucket === undefined) return { cases, found: null };
  return { cases, found: foundCase(bucket.law, bucket.finding.kase) };
}

/** Pools with deviations listed as known: nothing else may break, and each row must be hit. */
export async function judgeKnown(
  known: readonly string[],
  seed: string,
  cases: number,
): Promise<KnownResult> {
  const budget = { cases, timeMs: 60_000 };
  const run = await campaign(carveoutSubject, options(seed, budget, known));
  const hits = known.map((id) => [id, run.labels.get(`known: ${id}`) ?? 0] as const);
  const broken = run.buckets.map(({ law, finding }) => foundCase(law, finding.kase));
  return { hits: Object.fromEntries(hits), broken };
}

function foundCase(law: string, kase: Case): Found {
  const { text } = measure(kase);
  const operations = kase.program.length;
  return { law, operations, devices: kase.machine.devices.length, text };
}
