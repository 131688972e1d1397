/**
 * Where memory that is no coherent pool comes from: the page allocator, contiguous areas, atomic
 * pools and their chunks, restricted pools.
 */
import type { Machine, Region } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import type { Arena } from './arena.ts';
import { total, union, without } from './arena.ts';
import type { BufferState } from './state.ts';
import type { Interval } from './system-ram.ts';
import type { Zone } from './zones.ts';
import { zonesOf } from './zones.ts';

/** What the page allocator hands out, cut where zones meet. */
export interface PageState {
  readonly kind: 'pages';
  readonly parts: readonly Interval[];
  readonly live: BufferState[];
}

/** A contiguous area (mm/cma.c); empty if it could not be activated. */
export interface AreaState {
  readonly kind: 'cma';
  /** Index of its region. */
  readonly region: number;
  readonly start: number;
  readonly end: number;
  readonly live: BufferState[];
  /** Used by somebody who cannot be moved away. */
  pinned: Interval[];
}

export const ATOMIC_NAMES = ['kernel', 'dma', 'dma32'] as const;
export type AtomicName = (typeof ATOMIC_NAMES)[number];

/** Memory an atomic pool has got, for good. */
export interface ChunkState {
  readonly kind: 'atomic';
  readonly pool: AtomicName;
  readonly start: number;
  readonly end: number;
  readonly from: PageState | AreaState;
  readonly live: BufferState[];
}

/** Slots of 2 KiB: a restricted pool in use, or one that serves all devices. */
export interface SlotsState {
  readonly kind: 'slots';
  /** Index of the region; -1: it serves all devices. */
  readonly region: number;
  readonly start: number;
  readonly end: number;
  readonly live: BufferState[];
  /** Slots that stand for bytes of mappings, as physical ranges. */
  bounces: Interval[];
  /** Pages of the page allocator it was made of; null: memory that was set aside at boot. */
  readonly block: Interval | null;
}

/** Memory of a subject that does not say where its atomic pools are. */
export interface UnseenState {
  readonly kind: 'unseen';
  readonly live: BufferState[];
}

export type Due = 'no' | 'maybe' | 'yes';

export interface Memory {
  readonly zones: readonly Zone[];
  /** Bytes of `pages` in each of the zones. */
  readonly managed: readonly number[];
  readonly pages: PageState;
  /** Before anything but the page allocator and areas is set up. */
  readonly isBooting: boolean;
  readonly areas: readonly AreaState[];
  readonly defaultArea: AreaState | null;
  /** Newest last. */
  readonly chunks: ChunkState[];
  /** An allocation left an atomic pool low: growth has been put off until `run_work`. */
  growthDue: boolean;
  /** Restricted pools, by region; absent: none attached yet. */
  readonly slots: Map<number, SlotsState>;
  /** Bounce pools that serve all devices: the default one, then what was added. */
  readonly bounce: SlotsState[];
  /** Bounce pools that live as long as one mapping. */
  transient: SlotsState[];
  /** Did a mapping find no slots since `run_work`? Maybe: what the search looks at is open. */
  bounceDue: Due;
  readonly unseen: UnseenState;
}

/** MAX_CMA_AREAS without NUMA (mm/Kconfig). */
const AREAS_MAX = 8;

/** `held`: memory that was taken before the page allocator got any. */
export function newMemory(
  machine: Machine,
  mapped: readonly Interval[],
  held: readonly Interval[] = [],
): Memory {
  const zones = zonesOf(machine);
  const kept = keptAreas(machine);
  const active = kept.filter((index) => inOneZone(machine, zones, machine.regions[index]!));
  const lent = kept.filter((index) => !active.includes(index));
  const free = [
    ...without(unreserved(machine, mapped), held),
    // Of no use as an area, so the page allocator gets it.
    ...lent.map((index) => bytesOf(machine.regions[index]!)),
  ];
  const areas = kept.map((region): AreaState => {
    const [start, end] = bytesOf(machine.regions[region]!);
    return {
      kind: 'cma',
      region,
      start,
      end: active.includes(region) ? end : start,
      live: [],
      pinned: [],
    };
  });
  const isDefault = ({ region }: AreaState) => machine.regions[region]!.isDefault;
  const parts = pagesByZone(machine, zones, union(free));
  const { pageSize } = machine;
  return {
    zones,
    managed: zones.map(({ start, end }) =>
      total(within(parts, [start * pageSize, end * pageSize])),
    ),
    pages: { kind: 'pages', parts, live: [] },
    isBooting: false,
    areas,
    defaultArea: areas.findLast(isDefault) ?? null,
    chunks: [],
    growthDue: false,
    slots: new Map(),
    bounce: held.map(([start, end]) => slotsAt(-1, start, end)),
    transient: [],
    bounceDue: 'no',
    unseen: { kind: 'unseen', live: [] },
  };
}

/** Memory nobody has reserved while the kernel boots. */
export function unreserved(machine: Machine, mapped: readonly Interval[]): readonly Interval[] {
  const kept = keptAreas(machine);
  const reserved = machine.regions.filter(
    (region, index) =>
      isReserved(machine, region) && !(region.kind === 'cma' && !kept.includes(index)),
  );
  return without(mapped, reserved.map(bytesOf));
}

export function slotsAt(
  region: number,
  start: number,
  end: number,
  block: Interval | null = null,
): SlotsState {
  return { kind: 'slots', region, start, end, live: [], bounces: [], block };
}

/** Pages that bounce pools are made of. */
export function bounceBlocks({ bounce, transient }: Memory): Interval[] {
  return [...bounce, ...transient].flatMap(({ block }) => (block === null ? [] : [block]));
}

function bytesOf({ base, size }: Region): Interval {
  return [base, base + size];
}

/** Regions the page allocator does not get, besides those that are not mapped. */
function isReserved(machine: Machine, region: Region): boolean {
  if (region.disabled || region.noMap || region.size === 0) return false;
  // Without CONFIG_CMA the handlers refuse the node, and its memory is given back.
  return region.kind !== 'cma' || PROFILES[machine.profile].remaps;
}

/** Regions that became areas: the first few that could. (mm/cma.c:cma_init_reserved_mem) */
export function keptAreas(machine: Machine): readonly number[] {
  if (!PROFILES[machine.profile].remaps) return [];
  const usable = machine.regions.flatMap(({ kind, disabled, size }, index) =>
    kind === 'cma' && !disabled && size > 0 ? [index] : [],
  );
  return usable.slice(0, AREAS_MAX);
}

/** (mm/cma.c:cma_activate_area) */
function inOneZone(machine: Machine, zones: readonly Zone[], { base, size }: Region): boolean {
  const { pageSize } = machine;
  return zones.some((z) => z.start * pageSize <= base && base + size <= z.end * pageSize);
}

/** Whole pages of the free ranges, none across a zone border. */
function pagesByZone(
  machine: Machine,
  zones: readonly Zone[],
  free: readonly Interval[],
): readonly Interval[] {
  const { pageSize } = machine;
  const pages = free.map(([from, to]): Interval => {
    const start = Math.ceil(from / pageSize) * pageSize;
    return [start, Math.max(start, Math.floor(to / pageSize) * pageSize)];
  });
  return zones
    .flatMap(({ start, end }) => within(pages, [start * pageSize, end * pageSize]))
    .sort((a, b) => a[0] - b[0]);
}

/** What of the intervals lies in `frame`. */
export function within(intervals: readonly Interval[], frame: Interval): Interval[] {
  const found: Interval[] = [];
  for (const one of intervals) {
    const start = Math.max(one[0], frame[0]);
    const end = Math.min(one[1], frame[1]);
    if (start < end) found.push([start, end]);
  }
  return found;
}

const taking = ({ start, length }: BufferState): Interval => [start, start + length];

/** The page allocator's memory, of the given zones only. */
export function pageArena(memory: Memory, pageSize: number, zones: readonly Zone[]): Arena {
  const { pages, chunks } = memory;
  const parts = zones.flatMap(({ start, end }) =>
    within(pages.parts, [start * pageSize, end * pageSize]),
  );
  const held = chunks.filter(({ from }) => from === pages);
  const taken = [
    ...pages.live.map(taking),
    ...held.map(({ start, end }) => [start, end] as const),
    ...bounceBlocks(memory),
  ];
  return { parts, origin: 0, taken };
}

/** What the page allocator was given in a zone, memory it lends to areas included. */
export function managedBytes(memory: Memory, zone: Zone, pageSize: number): number {
  const frame: Interval = [zone.start * pageSize, zone.end * pageSize];
  const areas = memory.areas.map(({ start, end }) => [start, end] as const);
  return total(within([...memory.pages.parts, ...areas], frame));
}

/** Alignment is of page frames, not of positions in the area (trap M-T1). */
export function areaArena(memory: Memory, area: AreaState): Arena {
  const held = memory.chunks.filter(({ from }) => from === area);
  return {
    parts: area.start < area.end ? [[area.start, area.end]] : [],
    origin: 0,
    taken: [
      ...area.live.map(taking),
      ...area.pinned,
      ...held.map(({ start, end }) => [start, end] as const),
    ],
  };
}

export function chunkArena(chunk: ChunkState): Arena {
  const { start, end, live } = chunk;
  return { parts: [[start, end]], origin: start, taken: live.map(taking) };
}

/** IO_TLB_SEGSIZE slots: no allocation crosses a border of these. */
const SEGMENT_BYTES = 128 * 2048;

/** `busStart`: the device's address of the first slot, of which alignment counts. */
export function slotArena(slots: SlotsState, busStart: number): Arena {
  const parts: Interval[] = [];
  for (let at = slots.start; at < slots.end; at += SEGMENT_BYTES) {
    parts.push([at, Math.min(at + SEGMENT_BYTES, slots.end)]);
  }
  const taken = [...slots.live.map(taking), ...slots.bounces];
  return { parts, origin: slots.start - busStart, taken };
}

/** Bytes free in an atomic pool: what it was given, less what lives. */
export function atomicAvail(memory: Memory, pool: AtomicName): number {
  return memory.chunks
    .filter((chunk) => chunk.pool === pool)
    .reduce((sum, { start, end, live }) => rest(sum + end - start, live), 0);
}

/** No two live runs share a byte: other laws say so. What is free is what they leave. */
export function rest(all: number, live: readonly { readonly length: number }[]): number {
  return live.reduce((left, { length }) => left - length, all);
}

/** Bytes an atomic pool was given. */
export function atomicSize(memory: Memory, pool: AtomicName): number {
  return memory.chunks
    .filter((chunk) => chunk.pool === pool)
    .reduce((sum, { start, end }) => sum + end - start, 0);
}
