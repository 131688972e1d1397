/** Devices of the machines, as the questions speak of them. */
import type { Desk } from './desk.ts';
import type { Site } from './machines.ts';
import { M1 } from './machines.ts';
import type { Policy } from './policies.ts';
import type { Verdict } from './transfer.ts';
import { transfer } from './transfer.ts';
import type { Workload } from './workload.ts';

export const POOLS = ['PL', 'PH'] as const;
export type PoolName = (typeof POOLS)[number];

/** The heap device of a pool. */
export const heapOf = (pool: PoolName): string => (pool === 'PL' ? 'heapL' : 'heapH');

/** What of M1 its devices are: their address width, and whether they snoop. */
export const M1_DEVICES = [
  { name: 'd64c', bits: 64, coherent: true },
  { name: 'd64n', bits: 64, coherent: false },
  { name: 'd32c', bits: 32, coherent: true },
  { name: 'd32n', bits: 32, coherent: false },
  { name: 'd24n', bits: 24, coherent: false },
] as const;
export type M1Device = (typeof M1_DEVICES)[number];

/** PL lies below 4 GiB and above 16 MiB, PH above 4 GiB. */
export const isReached = ({ bits }: M1Device, pool: PoolName): boolean =>
  bits === 64 || (bits === 32 && pool === 'PL');

/** Bytes of the longest bounce. */
export const LONGEST_BOUNCE = 262144;

/** Every device of M1 with every pool and workload. */
export function everyUse(load: readonly Workload[]) {
  return M1_DEVICES.flatMap((device) =>
    POOLS.flatMap((pool) => load.map((workload) => ({ device, pool, workload }))),
  );
}

/** The importer attaches, if the policy lets it, and uses a buffer of the pool. */
export function importFrom(
  desk: Desk,
  site: Site,
  policy: Policy,
  {
    pool,
    heap,
    importer,
  }: { readonly pool: string; readonly heap: string; readonly importer: string },
  workload: Workload,
): Verdict {
  const { machine } = site;
  const device = machine.devices.find(({ name }) => name === importer)!;
  const region = machine.regions.find(({ name }) => name === pool)!;
  if (!policy.accepts(machine, device, region)) return '-EBUSY';
  const backing = { from: 'pool', heap } as const;
  return transfer(desk, site, backing, importer, policy.skips, workload).verdict;
}

/** The same on M1, where each pool has a heap device. */
export const importOnM1 = (
  desk: Desk,
  policy: Policy,
  pool: PoolName,
  importer: string,
  workload: Workload,
): Verdict => importFrom(desk, M1, policy, { pool, heap: heapOf(pool), importer }, workload);
