import type { Desk } from './desk.ts';
import { heapOf, importFrom, LONGEST_BOUNCE, type PoolName } from './importers.ts';
import type { Site } from './machines.ts';
import { M1, M1_AREAS, M3, M3_AREAS, M5, M5_AREAS } from './machines.ts';
import { POLICIES } from './policies.ts';
import type { Question } from './question.ts';
import { findingOf } from './question.ts';
import { ownUse, transfer, type Verdict } from './transfer.ts';
import { SIZES, type Workload, workloads } from './workload.ts';

/** A device and a pool that it can use by bouncing only. */
interface Pair {
  readonly site: Site;
  /** The machine with an area in place of the pool. */
  readonly areas: Site;
  readonly importer: string;
  readonly pool: PoolName;
}

const PAIRS: readonly Pair[] = [
  { site: M1, areas: M1_AREAS, importer: 'd32c', pool: 'PH' },
  { site: M1, areas: M1_AREAS, importer: 'd32n', pool: 'PH' },
  { site: M3, areas: M3_AREAS, importer: 'dw', pool: 'PH' },
  { site: M5, areas: M5_AREAS, importer: 'dr', pool: 'PL' },
  { site: M5, areas: M5_AREAS, importer: 'dr', pool: 'PH' },
];

const PAIR_NAMES = 'd32c, d32n, dw from PH; dr from both';

export const Q2: Question = {
  id: 'Q2',
  claim: 'Bounce buffers make it work for devices that do not reach the pool.',
  by: 'Esteve, 11 March',
  ask: (desk, seed) => {
    const uses = PAIRS.flatMap((pair) =>
      workloads(seed, 'Q2', SIZES).map((workload) => ({ pair, workload })),
    );
    const cells = (predict: Predict, measure: Measure) =>
      uses.map(({ pair, workload }) => ({
        predicted: predict(workload.size),
        measured: measure(desk, pair, workload),
      }));
    const owners = uses.filter(({ pair }) => pair.importer !== 'dr' || pair.pool === 'PL');
    return [
      findingOf(
        'P0',
        'owners: a pool never bounces',
        owners.map(({ pair, workload }) => ({
          predicted: pair.pool === 'PL' ? ('correct' as const) : ('astray' as const),
          measured: owned(desk, pair, workload),
        })),
      ),
      findingOf('P1f', PAIR_NAMES, cells(inReality, heap('P1f'))),
      findingOf('P1f', 'a CMA area in place of the pool', cells(ifLinear, fromArea)),
      findingOf(
        'P5',
        PAIR_NAMES,
        cells(() => '-EBUSY', heap('P5')),
      ),
    ];
  },
};

type Predict = (size: number) => Verdict;
type Measure = (desk: Desk, pair: Pair, workload: Workload) => Verdict;

/** The copy goes through the linear address; above the limit there are no slots to copy to. */
const inReality: Predict = (size) => (size <= LONGEST_BOUNCE ? 'fault' : '-ENOMEM');
const ifLinear: Predict = (size) => (size <= LONGEST_BOUNCE ? 'correct' : '-ENOMEM');

const heap =
  (id: 'P1f' | 'P5'): Measure =>
  (desk, { site, importer, pool }, workload) => {
    const by = { pool, heap: heapOf(pool), importer };
    return importFrom(desk, site, POLICIES[id], by, workload);
  };

const fromArea: Measure = (desk, { areas, importer, pool }, workload) => {
  const backing = { from: 'area', heap: heapOf(pool) } as const;
  return transfer(desk, areas, backing, importer, false, workload).verdict;
};

const owned: Measure = (desk, { site, importer, pool }, workload) =>
  ownUse(desk, site, importer, pool === 'PL' ? 0 : 1, workload).verdict;
