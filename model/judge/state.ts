/**
 * What the judge believes: the devices as they are now, the pools that exist, the buffers that
 * live. Lists and maps only; a reader checks it by eye.
 */
import type { Device, Machine, Region, Window } from '../../contract/machine.ts';
import { isCoherent, PROFILES } from '../../contract/machine.ts';
import type { Interval } from './system-ram.ts';
import { mappedMemory, systemRam } from './system-ram.ts';

export interface DeviceState {
  readonly index: number;
  readonly spec: Device;
  readonly coherent: boolean;
  mask: number | null;
  coherentMask: number;
  windows: readonly Window[];
  /** The pool it allocates from. */
  pool: PoolState | null;
  /** Attached regions, in order: what a detach undoes. */
  attached: number[];
}

export interface PoolState {
  readonly origin: 'region' | 'declared';
  /** Physical address of the first byte, and whole pages from there. */
  readonly base: number;
  readonly pages: number;
  /** Bus address of page 0 for every device, or null: each device translates the base itself. */
  readonly deviceBase: number | null;
  readonly live: BufferState[];
  /** Has it ever handed out memory? */
  used: boolean;
}

/** A live buffer: `pages` pages from page `page` of its pool are taken for it. */
export interface BufferState {
  readonly label: number;
  readonly pool: PoolState;
  /** Device that allocated it. */
  readonly device: number;
  readonly viaGlobal: boolean;
  /** Bytes asked for. */
  readonly size: number;
  readonly page: number;
  readonly pages: number;
  /** What its bytes hold; null once a buffer of another pool has had the same bytes. */
  contents: Contents | null;
}

/** Runs of known bytes in order, without gaps, from the start of the buffer. */
export type Contents = readonly { readonly value: number; readonly length: number }[];

export interface State {
  readonly machine: Machine;
  readonly devices: readonly DeviceState[];
  /** Pools of regions, by index; absent: none created yet. */
  readonly regionPools: Map<number, PoolState>;
  /** The region that serves devices without a pool, or null (no such build, or none usable). */
  readonly globalPool: PoolState | null;
  readonly pools: PoolState[];
  readonly buffers: Map<number, BufferState>;
  readonly ram: Ram;
}

/** Byte ranges `[start, end)`, sorted, disjoint. */
export interface Ram {
  /** What the kernel maps. */
  readonly mapped: readonly Interval[];
  /** What of it is registered as System RAM. */
  readonly system: readonly Interval[];
}

export function newState(machine: Machine): State {
  const mapped = mappedMemory(machine);
  const ram = { mapped, system: systemRam(machine, mapped) };
  const regionPools = new Map<number, PoolState>();
  const pools: PoolState[] = [];
  const index = defaultRegion(machine);
  let globalPool: PoolState | null = null;
  if (index !== null && poolRefusal(machine, ram, machine.regions[index]!) === null) {
    globalPool = newPool(machine, machine.regions[index]!, null, 'region');
    regionPools.set(index, globalPool);
    pools.push(globalPool);
  }
  const devices = machine.devices.map((spec, i) => newDevice(machine, spec, i));
  return { machine, devices, regionPools, globalPool, pools, buffers: new Map(), ram };
}

function newDevice(machine: Machine, spec: Device, index: number): DeviceState {
  const { mask, coherentMask, windows } = spec;
  const coherent = isCoherent(machine, spec);
  return { index, spec, coherent, mask, coherentMask, windows, pool: null, attached: [] };
}

/** Regions that ask to be the default pool, where the profile has one. The last one wins. */
export function defaultRegions(machine: Machine): readonly number[] {
  if (!PROFILES[machine.profile].globalPool) return [];
  return machine.regions.flatMap((region, index) =>
    region.kind === 'pool' && region.isDefault && !region.disabled && region.size > 0
      ? [index]
      : [],
  );
}

function defaultRegion(machine: Machine): number | null {
  return defaultRegions(machine).at(-1) ?? null;
}

/**
 * Why no pool can be made of the range, or null. Source: kernel/dma/coherent.c:
 * dma_init_coherent_memory (size 0), kernel/iomem.c:memremap (System RAM),
 * arch/arm64/mm/ioremap.c:__ioremap_prot (a first page that starts in mapped memory); a misaligned
 * base is deviation P-T5.
 */
export function poolRefusal(
  machine: Machine,
  ram: Ram,
  range: Pick<Region, 'base' | 'size'>,
): string | null {
  if (range.size === 0) return 'the size is 0';
  const end = range.base + range.size;
  if (ram.system.some(([from, to]) => from < end && range.base < to)) {
    return 'it overlaps System RAM';
  }
  if (range.base % machine.pageSize !== 0) return 'the base is not page aligned';
  const mapped = ram.mapped.some(([from, to]) => from <= range.base && range.base < to);
  if (mapped && PROFILES[machine.profile].refusesMappedPages) return 'it starts in mapped memory';
  return null;
}

export function newPool(
  machine: Machine,
  range: Pick<Region, 'base' | 'size'>,
  deviceBase: number | null,
  origin: PoolState['origin'],
): PoolState {
  const pages = Math.floor(range.size / machine.pageSize);
  return { origin, base: range.base, pages, deviceBase, live: [], used: false };
}

/** Does `device` use the global pool when it has none of its own? (dma_direct_alloc, row D3) */
export function usesGlobal(state: State, device: DeviceState): boolean {
  const built = PROFILES[state.machine.profile].globalPool;
  return built && !device.coherent && device.spec.iommu === null;
}

/** Other pools whose memory meets this range: the machine describes one memory twice. */
export function sharesMemory(state: State, pool: PoolState, start: number, end: number): boolean {
  const { pageSize } = state.machine;
  return state.pools.some(
    (other) => other !== pool && other.base < end && start < other.base + other.pages * pageSize,
  );
}
