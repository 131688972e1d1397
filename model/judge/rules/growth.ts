/**
 * Atomic pools: the memory they are made of, and when they get more.
 * Source: kernel/dma/pool.c:dma_atomic_pool_init, atomic_pool_expand, atomic_pool_work_fn.
 */
import type { Violation } from '../../../contract/law.ts';
import type { ZoneName } from '../../../contract/machine.ts';
import { maxPageOrder, PROFILES } from '../../../contract/machine.ts';
import { maskOfBits, orderOf, sizeText } from '../../../contract/numbers.ts';
import type { Event } from '../../../contract/outcome.ts';
import { fits, total } from '../arena.ts';
import { poolOf } from '../dynamic.ts';
import { rungArena } from '../ladder.ts';
import type { AreaState, AtomicName, ChunkState } from '../memory.ts';
import { ATOMIC_NAMES, areaArena, atomicAvail, atomicSize } from '../memory.ts';
import { areaWish, blockWish, checkRun, sourceAt } from '../place.ts';
import type { Rule } from '../rule.ts';
import { broken, outcomeText } from '../rule.ts';
import type { State } from '../state.ts';
import { adoptGrown, checkGrown, checkNotGrown, withGrown } from './bounce-growth.ts';

/** A pool that is to get memory, and how much at best. Bytes. */
interface Attempt {
  readonly pool: AtomicName;
  readonly want: number;
}

const ZONE_OF: Readonly<Record<AtomicName, ZoneName>> = {
  kernel: 'normal',
  dma: 'dma',
  dma32: 'dma32',
};

/** 128 KiB per GiB of RAM, at least 128 KiB, at most a block: first size, and refill mark. */
export function atomicThreshold({ machine, memory }: State): number {
  const { pageSize } = machine;
  const areas = memory.areas.reduce((sum, { start, end }) => sum + end - start, 0);
  const pages = Math.floor((total(memory.pages.parts) + areas) / pageSize / 8192);
  return Math.max(Math.min(pages, 2 ** maxPageOrder(pageSize)) * pageSize, 128 * 1024);
}

/** At boot every pool whose zone there is gets its first chunk. */
function firstAttempts(state: State): readonly Attempt[] {
  if (!PROFILES[state.machine.profile].remaps) return [];
  const want = atomicThreshold(state);
  const pools: AtomicName[] = hasManagedDma(state)
    ? ['kernel', 'dma', 'dma32']
    : ['kernel', 'dma32'];
  return pools.map((pool) => ({ pool, want }));
}

/** (mm/page_alloc.c:has_managed_dma): pages lent to areas are managed, too. */
function hasManagedDma({ memory, machine }: State): boolean {
  const { end } = memory.zones[0]!;
  const starts = [...memory.pages.parts.map(([start]) => start)];
  for (const area of memory.areas) if (area.start < area.end) starts.push(area.start);
  return starts.some((start) => start < end * machine.pageSize);
}

/** Pools that run low double. */
function laterAttempts(state: State): readonly Attempt[] {
  const { memory } = state;
  if (!memory.growthDue) return [];
  const threshold = atomicThreshold(state);
  return (['dma', 'dma32', 'kernel'] as const)
    .filter((pool) => atomicSize(memory, pool) > 0 && atomicAvail(memory, pool) < threshold)
    .map((pool) => ({ pool, want: atomicSize(memory, pool) }));
}

/** May this pool take memory of the default area? (pool.c:cma_in_zone) */
function usableArea({ machine, memory }: State, pool: AtomicName): AreaState | null {
  const area = memory.defaultArea;
  if (area === null || area.start === area.end) return null;
  const { zoneDmaLimit } = machine;
  const limits = {
    kernel: Number.POSITIVE_INFINITY,
    dma: zoneDmaLimit,
    dma32: Math.max(maskOfBits(32), zoneDmaLimit),
  };
  return area.end - 1 <= limits[pool] ? area : null;
}

/** Has the area, or else the page allocator, 2^order pages for the pool? */
function roomFor(state: State, pool: AtomicName, order: number): 'area' | 'pages' | null {
  const area = usableArea(state, pool);
  const wish = areaWish(state, state.machine.pageSize * 2 ** order);
  if (area !== null && fits(areaArena(state.memory, area), wish).length > 0) return 'area';
  const block = blockWish(state, order)!;
  return fits(rungArena(state, ZONE_OF[pool], block.length), block).length > 0 ? 'pages' : null;
}

/** The largest order up to what is wanted that there is room for, or null. */
function bestOrder(state: State, { pool, want }: Attempt): number | null {
  const { pageSize } = state.machine;
  for (let order = Math.min(orderOf(want, pageSize), maxPageOrder(pageSize)); order >= 0; order--) {
    if (roomFor(state, pool, order) !== null) return order;
  }
  return null;
}

function checkChunk(state: State, attempt: Attempt, event: Event | undefined): Violation | null {
  const { pageSize } = state.machine;
  const { pool } = attempt;
  const order = bestOrder(state, attempt);
  const bytes = order === null ? 0 : pageSize * 2 ** order;
  const wanted = order === null ? `no chunk for ${pool}` : `${sizeText(bytes)} for ${pool}`;
  if (event === undefined) {
    return order === null ? null : broken('atomic/growth', wanted, 'no such chunk');
  }
  const found = `${sizeText(event.bytes)} for ${event.of ?? 'no pool'}`;
  if (order === null || event.of !== pool || event.bytes !== bytes) {
    return broken('atomic/growth', wanted, found);
  }
  const start = event.phys ?? -1;
  if (roomFor(state, pool, order) === 'pages') {
    const block = blockWish(state, order)!;
    return inChunkLaw(
      checkRun('pages', rungArena(state, ZONE_OF[pool], block.length), block, start),
    );
  }
  const area = areaArena(state.memory, usableArea(state, pool)!);
  return inChunkLaw(checkRun('cma', area, areaWish(state, bytes), start));
}

function inChunkLaw(violation: Violation | null): Violation | null {
  return violation && { ...violation, law: 'atomic/chunk' };
}

/** Holds each chunk against what its pool should get then; a pool that got none, at the end. */
function checkEvents(
  state: State,
  attempts: readonly Attempt[],
  events: readonly Event[],
): Violation | null {
  let now = state;
  let open = attempts;
  for (const event of events) {
    if (event.event === 'bounce-pool') {
      const violation = checkGrown(now, event);
      if (violation !== null) return violation;
      now = withGrown(now, poolOf(now, event));
      continue;
    }
    const attempt = open.find(({ pool }) => pool === event.of);
    if (attempt === undefined || event.event !== 'chunk') {
      const found = `${event.event} of ${sizeText(event.bytes)} for ${event.of ?? 'no pool'}`;
      return broken('atomic/growth', 'no such event', found);
    }
    const violation = checkChunk(now, attempt, event);
    if (violation !== null) return violation;
    open = open.filter((one) => one !== attempt);
    const chunks = [...now.memory.chunks, chunkOf(now, event)];
    now = { ...now, memory: { ...now.memory, chunks } };
  }
  for (const attempt of open) {
    const violation = checkChunk(now, attempt, undefined);
    if (violation !== null) return violation;
  }
  return checkNotGrown(now);
}

function chunkOf(state: State, { of, phys, bytes }: Event): ChunkState {
  const start = phys ?? 0;
  const source = sourceAt(state, start);
  const from = source.kind === 'cma' ? source : state.memory.pages;
  const pool = ATOMIC_NAMES.find((name) => name === of) ?? 'kernel';
  return { kind: 'atomic', pool, start, end: start + bytes, from, live: [] };
}

export function checkBootChunks(state: State, events: readonly Event[]): Violation | null {
  if (!state.accounted) return null;
  // Reserves are set up later (init_per_zone_wmark_min).
  const booting = { ...state, memory: { ...state.memory, isBooting: true } };
  return checkEvents(booting, firstAttempts(state), events);
}

export function adoptChunks(state: State, events: readonly Event[]): void {
  for (const event of events) state.memory.chunks.push(chunkOf(state, event));
}

export const runWork: Rule<'run_work'> = {
  tells: ['chunk', 'bounce-pool'],
  legality: (state) => (state.hasPages ? 'legal' : 'meaningless'),
  check: (state, _op, outcome) => {
    if (outcome.is !== 'ok') return broken('any/form', 'ok', outcomeText(outcome));
    return state.accounted ? checkEvents(state, laterAttempts(state), outcome.events ?? []) : null;
  },
  adopt: (state, _op, outcome) => {
    const events = outcome.events ?? [];
    if (state.accounted)
      adoptChunks(
        state,
        events.filter(({ event }) => event === 'chunk'),
      );
    adoptGrown(state, events);
    state.memory.growthDue = false;
  },
};

/** Memory of this chunk was handed out: is its pool low now? */
export function noteUse(state: State, chunk: ChunkState): void {
  const avail = atomicAvail(state.memory, chunk.pool);
  if (avail < atomicThreshold(state)) state.memory.growthDue = true;
}
