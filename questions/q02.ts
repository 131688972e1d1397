import type { Desk } from './desk.ts';
import { importFrom, LONGEST_BOUNCE } from './importers.ts';
import type { Site } from './machines.ts';
import { M1, M1_LINEAR, M3, M3_LINEAR, M5, M5_LINEAR } from './machines.ts';
import { POLICIES } from './policies.ts';
import type { Question } from './question.ts';
import { findingOf } from './question.ts';
import { ownUse, transfer, type Verdict } from './transfer.ts';
import { SIZES, type Workload, workloads } from './workload.ts';

/** A device and a pool that it can use by bouncing only. */
interface Pair {
  readonly site: Site;
  /** The machine with ordinary memory at `phys` instead of the pool. */
  readonly linear: Site;
  readonly importer: string;
  readonly pool: 'PL' | 'PH';
  readonly phys: number;
}

const HIGH = { pool: 'PH', phys: 0x120000000 } as const;
const LOW = { pool: 'PL', phys: 0x50000000 } as const;
const PAIRS: readonly Pair[] = [
  { site: M1, linear: M1_LINEAR, importer: 'd32c', ...HIGH },
  { site: M1, linear: M1_LINEAR, importer: 'd32n', ...HIGH },
  { site: M3, linear: M3_LINEAR, importer: 'dw', ...HIGH },
  { site: M5, linear: M5_LINEAR, importer: 'dr', ...LOW },
  { site: M5, linear: M5_LINEAR, importer: 'dr', ...HIGH },
];

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
      findingOf('P1f', 'five such pairs', cells(inReality, heap('P1f'))),
      findingOf('P1f', 'were pools ordinary memory', cells(ifLinear, linear)),
      findingOf(
        'P5',
        'five such pairs',
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
    const by = { pool, heap: pool === 'PL' ? 'heapL' : 'heapH', importer };
    return importFrom(desk, site, POLICIES[id], by, workload);
  };

const linear: Measure = (desk, pair, workload) => {
  const { linear: site, importer, phys } = pair;
  return transfer(desk, site, { from: 'pages', phys }, importer, false, workload).verdict;
};

const owned: Measure = (desk, { site, importer, pool }, workload) =>
  ownUse(desk, site, importer, pool === 'PL' ? 0 : 1, workload).verdict;
