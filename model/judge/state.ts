/**
 * What the judge believes: the devices as they are now, the pools that exist, the buffers that
 * live. Lists and maps only; a reader checks it by eye.
 */
import type { Device, Machine, Region, Window } from '../../contract/machine.ts';
import { isCoherent, PROFILES } from '../../contract/machine.ts';
import type { Op } from '../../contract/operations.ts';
import type { Arena } from './arena.ts';
import type { Bytes } from './bytes.ts';
import type { MappingState, TableState } from './mappings.ts';
import type {
  AreaState,
  ChunkState,
  Memory,
  PageState,
  SlotsState,
  UnseenState,
} from './memory.ts';
import { newMemory } from './memory.ts';
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
  /** Its own contiguous area; null: the default one serves it. */
  area: AreaState | null;
  /** Its restricted pool, from which alone it allocates then. */
  slots: SlotsState | null;
  /** Attached regions, in order: what a detach undoes. */
  attached: number[];
  /** Its mask was set while something was bounced, and nothing has been bounced since. */
  forgets: boolean;
}

export interface PoolState {
  readonly kind: 'pool';
  /** Index of its region or, of a declared pool, of the device that declared it. */
  readonly owner: number;
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

/** What a buffer was taken from. */
export type Source = PoolState | PageState | AreaState | ChunkState | SlotsState | UnseenState;

/** A live buffer: `length` bytes from physical byte `start` are taken for it. */
export interface BufferState {
  readonly label: number;
  /** The operation that made it: each has its own way back. */
  readonly how: Extract<Op, { readonly out: number }>['op'];
  readonly source: Source;
  /** Device that allocated it; -1: the kernel itself. */
  readonly device: number;
  readonly viaGlobal: boolean;
  /** Bytes asked for. */
  readonly size: number;
  readonly start: number;
  readonly length: number;
  /** What the device was told; all it may have been told, of a subject that does not say. */
  readonly handles: readonly number[];
  /** Has it a kernel mapping? */
  readonly mapped: boolean;
  /** Bytes from the start that the CPU may touch. */
  readonly touchable: number;
}

export interface State {
  readonly machine: Machine;
  readonly devices: readonly DeviceState[];
  /** Pools of regions, by index; absent: none created yet. */
  readonly regionPools: Map<number, PoolState>;
  /** The region that serves devices without a pool, or null (no such build, or none usable). */
  readonly globalPool: PoolState | null;
  readonly pools: PoolState[];
  readonly buffers: Map<number, BufferState>;
  readonly tables: Map<number, TableState>;
  readonly mappings: Map<number, MappingState>;
  readonly bytes: Bytes;
  readonly ram: Ram;
  /** Set anew when booting says where the bounce pool is. */
  memory: Memory;
  /** Is memory behind the coherent pools modelled for this subject? */
  readonly hasPages: boolean;
  /** Does it say where all pages are? */
  readonly accounted: boolean;
  /** Does it say what any bytes are? */
  readonly contents: boolean;
  /** Bytes synced, or not, while their device might forget that they are bounced. */
  unsynced: readonly Interval[];
}

/** What the subject can be asked and can tell, as far as state depends on it. */
export interface Scope {
  readonly hasPages: boolean;
  readonly accounted: boolean;
  readonly contents: boolean;
}

/** Byte ranges `[start, end)`, sorted, disjoint. */
export interface Ram {
  /** What the kernel maps. */
  readonly mapped: readonly Interval[];
  /** What of it is registered as System RAM. */
  readonly system: readonly Interval[];
}

export function newState(machine: Machine, scope: Scope): State {
  const mapped = mappedMemory(machine);
  const ram = { mapped, system: systemRam(machine, mapped) };
  const regionPools = new Map<number, PoolState>();
  const pools: PoolState[] = [];
  const index = defaultRegion(machine);
  let globalPool: PoolState | null = null;
  if (index !== null && poolRefusal(machine, ram, machine.regions[index]!) === null) {
    globalPool = newPool(machine, machine.regions[index]!, null, 'region', index);
    regionPools.set(index, globalPool);
    pools.push(globalPool);
  }
  const devices = machine.devices.map((spec, i) => newDevice(machine, spec, i));
  // Of a subject that is asked for none of it, there is nothing to remember.
  const memory = newMemory(machine, scope.hasPages ? mapped : []);
  return {
    machine,
    devices,
    regionPools,
    globalPool,
    pools,
    buffers: new Map(),
    tables: new Map(),
    mappings: new Map(),
    bytes: { cpu: [] },
    ram,
    memory,
    hasPages: scope.hasPages,
    accounted: scope.accounted,
    contents: scope.contents,
    unsynced: [],
  };
}

function newDevice(machine: Machine, spec: Device, index: number): DeviceState {
  const { mask, coherentMask, windows } = spec;
  const coherent = isCoherent(machine, spec);
  return {
    index,
    spec,
    coherent,
    mask,
    coherentMask,
    windows,
    pool: null,
    area: null,
    slots: null,
    attached: [],
    forgets: false,
  };
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
  owner: number,
): PoolState {
  const pages = Math.floor(range.size / machine.pageSize);
  const { base } = range;
  return { kind: 'pool', owner, origin, base, pages, deviceBase, live: [], used: false };
}

/** Alignment is relative to page 0 of the pool. */
export function poolArena(pool: PoolState, pageSize: number): Arena {
  const { base, pages, live } = pool;
  const taken = live.map(({ start, length }): Interval => [start, start + length]);
  return { parts: [[base, base + pages * pageSize]], origin: base, taken };
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
