import fc from 'fast-check';
import type { Device, Machine, Region, Window } from '../contract/machine.ts';
import { DEVICE_DEFAULTS, isCoherent } from '../contract/machine.ts';
import { UNLIMITED } from '../contract/numbers.ts';
import { machineArbitrary } from '../properties/arbitrary.ts';
import { caseSeed } from '../properties/runner/seed.ts';
import type { Desk } from './desk.ts';
import { POLICIES } from './policies.ts';
import type { Finding, Question } from './question.ts';
import { compared } from './question.ts';
import { canReach } from './reach.ts';
import { ownUse, transfer, type Verdict } from './transfer.ts';
import { type Workload, workloads } from './workload.ts';

const MACHINES = 120;
/** Of each machine: more say the same again. */
const POOLS_MAX = 3;
const IMPORTERS_MAX = 6;

export const Q6: Question = {
  id: 'Q6',
  claim: 'What future consumers can reach cannot be known, so it cannot be applied.',
  by: 'Esteve, 11 March',
  ask: (desk, seed) => {
    const pairs = pairsOf(desk, seed);
    return [
      decided('P0', 'owners: does a page work?', pairs, {
        predict: ownable,
        measure: ({ machine, importer, pool, workload }) => {
          const { owner, index, site } = asOwner(machine, importer, pool);
          return ownUse(desk, site, owner, index, workload).verdict;
        },
      }),
      decided('P1f', 'importers: does a page work?', pairs, {
        predict: ({ machine, importer, page }) =>
          canReach(machine, importer, page) && isCoherent(machine, importer),
        measure: (pair) => imported(desk, pair, false),
      }),
      decided('P5', 'importers: does a page work?', pairs, {
        predict: ({ machine, importer, page }) => canReach(machine, importer, page),
        measure: (pair) =>
          POLICIES.P5.accepts(pair.machine, pair.importer, pair.page)
            ? imported(desk, pair, true)
            : '-EBUSY',
      }),
    ];
  },
};

/** A device, and the first page of a pool that came to be. */
interface Pair {
  /** With a heap device, the last one, for the pool. */
  readonly machine: Machine;
  readonly importer: Device;
  readonly pool: number;
  readonly page: Pick<Region, 'base' | 'size'>;
  readonly workload: Workload;
}

interface Test {
  /** Does it work? From the description of the machine alone. */
  predict(pair: Pair): boolean;
  measure(pair: Pair): Verdict;
}

function decided(policy: 'P0' | 'P1f' | 'P5', about: string, pairs: readonly Pair[], test: Test) {
  const verdicts = pairs.map((pair) => ({
    predicted: test.predict(pair),
    verdict: test.measure(pair),
  }));
  const cells = verdicts
    .filter(({ verdict }) => verdict !== 'unclear')
    .map(({ predicted, verdict }) => [predicted, verdict === 'correct'] as const);
  const unclear = pairs.length - cells.length;
  const text = (works: readonly boolean[]) => {
    const yes = works.filter(Boolean).length;
    return `yes ${yes}, no ${works.length - yes}`;
  };
  const finding: Finding = compared(
    policy,
    unclear === 0 ? about : `${about} (${unclear} unclear)`,
    text(cells.map(([predicted]) => predicted)),
    text(cells.map(([, measured]) => measured)),
  );
  return { ...finding, agrees: cells.every(([predicted, measured]) => predicted === measured) };
}

const imported = (desk: Desk, { machine, importer, workload }: Pair, skips: boolean) => {
  const backing = { from: 'pool', heap: HEAP } as const;
  const site = { machine, setup: confine(machine, importer) };
  return transfer(desk, site, backing, importer.name, skips, workload).verdict;
};

/** The driver core binds the restricted pool of a device, if it lists one. */
function confine({ regions }: Machine, { name, regions: listed }: Device): string[] {
  const index = listed.findIndex((region) => regions[region]!.kind === 'restricted');
  return index < 0 ? [] : [`attach ${name} index=${index}`];
}

const HEAP = 'heap';

/** A pool's handle counts from its first byte, whoever confines the device's streaming mappings. */
const ownable = ({ machine, importer, page }: Pair) =>
  canReach(
    { ...machine, swiotlb: null },
    { ...importer, mask: importer.coherentMask, regions: [] },
    page,
  );

function asOwner(machine: Machine, importer: Device, pool: number) {
  const devices = machine.devices.map((device) =>
    device.name === importer.name ? { ...device, regions: [pool] } : device,
  );
  return { owner: importer.name, index: 0, site: { machine: { ...machine, devices }, setup: [] } };
}

function pairsOf(desk: Desk, seed: string): Pair[] {
  const limits = { profiles: ['arm64'] } as const;
  const number = caseSeed(seed, 'Q6', 0);
  const machines = fc.sample(machineArbitrary(limits), { seed: number, numRuns: MACHINES });
  return machines.flatMap((bare) =>
    poolsOf(bare).flatMap((pool) => {
      const machine = withHeap(bare, pool);
      const page = firstPage(desk, machine);
      if (page === null) return [];
      const [workload] = workloads(seed, `Q6 ${bare.regions[pool]!.name}`, [page.size]).slice(-1);
      const importers = importersOf(bare).filter((one) => isAsDescribed(desk, machine, one));
      return importers.map((importer) => ({
        machine,
        importer,
        pool,
        page,
        workload: workload!,
      }));
    }),
  );
}

const poolsOf = ({ regions }: Machine) =>
  regions
    .flatMap(({ kind, disabled }, index) => (kind === 'pool' && !disabled ? [index] : []))
    .slice(0, POOLS_MAX);

/** Without an IOMMU; where windows overlap, an address means two things, and nobody can tell. */
const importersOf = ({ devices }: Machine) =>
  devices
    .filter(({ mask, iommu, windows }) => mask !== null && iommu === null && areDisjoint(windows))
    .slice(0, IMPORTERS_MAX);

function areDisjoint(windows: readonly Window[]): boolean {
  return windows.every((one, index) =>
    windows
      .slice(index + 1)
      .every(
        (other) =>
          (one.cpu + one.size <= other.cpu || other.cpu + other.size <= one.cpu) &&
          (one.dma + one.size <= other.dma || other.dma + other.size <= one.dma),
      ),
  );
}

function withHeap(machine: Machine, pool: number): Machine {
  const wide = { mask: UNLIMITED, coherentMask: UNLIMITED };
  const heap: Device = { ...DEVICE_DEFAULTS, ...wide, name: HEAP, windows: [], regions: [pool] };
  return { ...machine, devices: [...machine.devices, heap] };
}

/** Does the bounce memory exist that the device is confined to? It may lie in no RAM. */
function isAsDescribed(desk: Desk, machine: Machine, importer: Device): boolean {
  const setup = confine(machine, importer);
  const said = desk.ask({ machine, setup: [] }, [...setup, 'census']).said;
  const bound = setup.length === 0 || said[0]?.outcome.is === 'ok';
  const counted = said.at(-1)?.outcome;
  const sources = counted?.is === 'ok' ? (counted.census ?? []).map(([source]) => source) : [];
  return bound && (machine.swiotlb?.force !== true || sources.includes('slots'));
}

/** The first page of the pool, before anybody has it; null: there is no such pool, or page. */
function firstPage(desk: Desk, machine: Machine): Pair['page'] | null {
  const { base } = machine.regions[machine.devices.at(-1)!.regions[0]!]!;
  // Page 0 is mapped for nobody (deviation buffer-at-zero), and of a pool that begins inside a page
  // Linux makes no page (deviation pool-base-misaligned).
  if (base === 0 || base % machine.pageSize !== 0) return null;
  const lines = [`attach ${HEAP}`, `h0 = alloc_coherent ${HEAP} ${machine.pageSize}`];
  const outcome = desk.ask({ machine, setup: [] }, lines).said[1]?.outcome;
  // Without a pool the page comes from elsewhere.
  return outcome?.is === 'ok' && outcome.phys === base ? { base, size: machine.pageSize } : null;
}
