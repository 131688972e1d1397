/**
 * What booting costs, alone and with the first attach and one page allocated. It must follow the
 * number of regions; sizes of RAM and pools must not show, but for the bitmap the attach makes.
 */
import { BUILTIN_BOARD } from '../boards/builtin.ts';
import type { Machine, Region } from '../contract/machine.ts';
import { DEVICE_DEFAULTS, PROFILES, REGION_FLAGS } from '../contract/machine.ts';
import { Bitmap } from '../sut/lib/bitmap.ts';
import { carveoutSubject } from '../sut/subject.ts';
import type { BenchRow, BenchTable } from './measure.ts';
import { median } from './measure.ts';
import type { Contender, Rates } from './rates.ts';
import { compare, race } from './rates.ts';

const M = 2 ** 20;
const G = 2 ** 30;
const T = 2 ** 40;
const ROUNDS = 21;
const WARM_UP_MS = 200;
/** A factor below this is taken for noise: what follows size would show as one of thousands. */
const NOISE = 3;

export function bootBench(): BenchTable[] {
  const bytes = [
    { name: '1 MiB pool, 16 MiB RAM', machine: machineOf(8, M, 16 * M) },
    { name: '16 MiB pool, 512 MiB RAM', machine: machineOf(8, 16 * M, 512 * M) },
    { name: '256 MiB pool, 8 GiB RAM', machine: machineOf(8, 256 * M, 8 * G) },
    { name: '2 GiB pool, 64 GiB RAM', machine: machineOf(8, 2 * G, 64 * G) },
    { name: '6 GiB pool, 1 TiB RAM', machine: machineOf(8, 6 * G, T) },
  ];
  const regions = [1, 3, 12, 24, 48, 96].map((count) => ({
    name: `${count} ${count === 1 ? 'region' : 'regions'}`,
    machine: machineOf(count, M, G),
  }));
  const { name, machine } = BUILTIN_BOARD;
  const board = { name: `${name}, ${machine.regions.length} regions`, machine };
  return [sizesTable(bytes), regionsTable([...regions, board])];
}

interface Candidate {
  readonly name: string;
  readonly machine: Machine;
}

function sizesTable(candidates: readonly Candidate[]): BenchTable {
  const boots = candidates.map((candidate) => contender(candidate, boot));
  const uses = candidates.map((candidate) => contender(candidate, bootAndUse));
  const rates = race([...boots, ...uses, LARGEST_BITMAP], ROUNDS, WARM_UP_MS);
  const booted = rates.slice(0, boots.length);
  const used = rates.slice(boots.length, -1);
  const flat = compare(booted[0]!, booted.at(-1)!);
  const small = cost(used[0]!);
  const allowed = small + cost(rates.at(-1)!);
  const over = cost(used.at(-1)!) / allowed;
  return {
    title: 'boot, and boot + attach + one page: 8 regions of any size',
    rows: [
      ...rowsOf(candidates, booted, 'boot, '),
      ...rowsOf(candidates, used, 'page, '),
      { name: LARGEST_BITMAP.name, value: cost(rates.at(-1)!), unit: 'us' },
    ],
    claims: [
      {
        says: `booting the largest pool and RAM costs less than ${NOISE}x the smallest`,
        value: flat.median,
        range: flat.range,
        holds: flat.median < NOISE,
      },
      {
        says: `a page of the largest: less than ${NOISE}x one of the smallest and that bitmap`,
        value: over,
        holds: over < NOISE,
      },
    ],
  };
}

/** All that may follow the size of a pool: a zeroed bit per page, made by the first attach. */
const LARGEST_BITMAP: Contender = {
  name: 'bitmap of the 6 GiB pool alone',
  round: () => {
    for (let k = 0; k < 50; k++) new Bitmap((6 * G) / 4096);
    return 50;
  },
};

function regionsTable(candidates: readonly Candidate[]): BenchTable {
  const contenders = candidates.map((candidate) => contender(candidate, bootAndUse));
  const rates = race(contenders, ROUNDS, WARM_UP_MS);
  const many = candidates.findIndex(({ name }) => name.startsWith('96 '));
  const growth = compare(rates[0]!, rates[many]!);
  const claim = {
    says: '96 regions cost at most 96x one region',
    value: growth.median,
    range: growth.range,
    holds: growth.median <= 96,
  };
  const title = 'boot + attach + one page, by number of regions';
  return { title, rows: rowsOf(candidates, rates, ''), claims: [claim] };
}

/** Microseconds. */
const cost = (rates: Rates) => 1e6 / median(rates);

function rowsOf(
  candidates: readonly Candidate[],
  rates: readonly Rates[],
  prefix: string,
): BenchRow[] {
  return candidates.map(({ name }, index) => {
    const ratio = compare(rates[0]!, rates[index]!).median;
    const ratioOf = `the cost of "${candidates[0]!.name}"`;
    return { name: `${prefix}${name}`, value: cost(rates[index]!), unit: 'us', ratio, ratioOf };
  });
}

type Work = (machine: Machine, device: number) => unknown;

const boot: Work = (machine) => carveoutSubject.boot(machine);

/** A few milliseconds of boots: shorter ones measure the garbage collector. */
function contender({ name, machine }: Candidate, work: Work): Contender {
  const boots = Math.ceil(3200 / machine.regions.length);
  const device = machine.devices.findIndex(({ regions }) => regions.length > 0);
  const round = () => {
    for (let k = 0; k < boots; k++) work(machine, device);
    return boots;
  };
  return { name, round };
}

function bootAndUse(machine: Machine, device: number): void {
  const session = carveoutSubject.boot(machine);
  session.apply({ op: 'attach', device, index: 0 });
  const size = machine.pageSize;
  const request = { out: 0, device, size, gfp: 'blocking', attrs: [] } as const;
  const { is } = session.apply({ op: 'alloc_coherent', ...request });
  if (is !== 'ok') throw new Error(`boot: ${is} instead of a page`);
}

/** Pools behind the RAM and small reservations in it, by turns, and a device for each pool. */
function machineOf(count: number, poolSize: number, ramSize: number): Machine {
  const bank = { base: 2 * G, size: ramSize };
  const pitch = poolSize + M;
  const regions = Array.from({ length: count }, (_, i): Region => {
    const inRam = i % 2 === 1;
    const base = inRam ? bank.base + i * 65536 : bank.base + ramSize + i * pitch;
    const flags = { ...REGION_FLAGS, noMap: true };
    if (inRam) return { ...flags, name: `m${i}`, kind: 'plain', base, size: 32768 };
    return { ...flags, name: `p${i}`, kind: 'pool', base, size: poolSize };
  });
  const pools = regions.flatMap(({ kind }, index) => (kind === 'pool' ? [index] : []));
  const devices = pools.map((pool, i) => {
    return { ...DEVICE_DEFAULTS, name: `d${i}`, regions: [pool] };
  });
  const { cacheLine, zoneDmaLimit } = PROFILES.arm64;
  const frame = { profile: 'arm64', pageSize: 4096, cacheLine, cpus: 1 } as const;
  const common = { ...frame, zoneDmaLimit, lowmemReserve: false };
  return { ...common, banks: [bank], regions, swiotlb: null, devices };
}
