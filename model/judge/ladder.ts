/**
 * The ladder of zones a DMA request climbs down, and when it may end without memory.
 * Source: kernel/dma/direct.c:dma_direct_optimal_gfp_mask, __dma_direct_alloc_pages.
 */
import type { Machine, ZoneName } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import { maskOfBits, UNLIMITED } from '../../contract/numbers.ts';
import type { Arena, Wish } from './arena.ts';
import { fits, someFit, total, without } from './arena.ts';
import { managedBytes, pageArena } from './memory.ts';
import type { DeviceState, State } from './state.ts';
import { coherentEdges, coherentLimit, coherentOk, untranslations } from './view.ts';
import type { Zone } from './zones.ts';
import { zonesUpTo } from './zones.ts';

/** Zones asked in turn: each as the highest one a request may use. */
export type Rungs = readonly ZoneName[];

/**
 * What the highest bus address may be as a physical one. Without a window that holds it the kernel
 * counts from all ones; with several, either reading is right.
 */
function physLimits(device: DeviceState): readonly number[] {
  const limit = coherentLimit(device);
  const found = untranslations(device, limit);
  return found.length === 0 ? [UNLIMITED] : found;
}

/** The ways down the device's limit allows; one, unless its windows overlap. */
export function ladders(state: State, device: DeviceState): readonly Rungs[] {
  return physLimits(device).map((limit) => rungsTo(state.machine, limit));
}

/** The way down for memory up to a physical address, inclusive. */
export function rungsTo({ zoneDmaLimit, profile }: Machine, limit: number): Rungs {
  if (limit <= zoneDmaLimit) return ['dma'];
  if (limit <= maskOfBits(32)) return ['dma32', 'dma'];
  const configured: readonly ZoneName[] = PROFILES[profile].zones;
  // A limit that is none is thought to need no zone in the middle.
  const middle = configured.includes('dma32') && limit < UNLIMITED;
  return middle ? ['normal', 'dma32', 'dma'] : ['normal', 'dma'];
}

/** Memory of the zones up to a rung that a block of `length` bytes may come from. */
export function rungArena(state: State, rung: ZoneName, length: number): Arena {
  return pageArena(state.memory, state.machine.pageSize, rungZones(state, rung, length));
}

/** The same, zone by zone, low to high. */
export function rungZones(state: State, rung: ZoneName, length: number): readonly Zone[] {
  const zones = zonesUpTo(state.memory.zones, rung);
  return zones.filter((_, index) => leavesReserve(state, zones, index, length));
}

/** sysctl_lowmem_reserve_ratio: one page in so many of those above stays free. */
const RESERVE_RATIO: Readonly<Record<ZoneName, number>> = { dma: 256, dma32: 256, normal: 32 };

/**
 * Does the zone keep its reserve from the request? Only what may come from higher zones as well is
 * kept short. Source: mm/page_alloc.c:__zone_watermark_ok.
 */
function leavesReserve(
  { machine, memory }: State,
  zones: readonly Zone[],
  index: number,
  length: number,
): boolean {
  if (!machine.lowmemReserve || memory.isBooting) return true;
  const { pageSize } = machine;
  const zone = zones[index]!;
  const managed = (from: Zone) => managedBytes(memory, from, pageSize) / pageSize;
  const above = zones.slice(index + 1).reduce((sum, one) => sum + managed(one), 0);
  const reserve = managed(zone) === 0 ? 0 : Math.floor(above / RESERVE_RATIO[zone.name]);
  const { parts, taken } = pageArena(memory, pageSize, [zone]);
  const free = total(without(parts, taken)) / pageSize;
  return free - (length / pageSize - 1) > reserve;
}

/** Could memory that fits the wish be out of the device's reach? */
export function someUnreachable(
  device: DeviceState,
  arena: Arena,
  wish: Wish,
  size: number,
): boolean {
  const edges = coherentEdges(device, size);
  return someFit(arena, wish, edges, (at) => coherentOk(device, at, size).mayBeFalse);
}

/**
 * Memory of the rungs that may be asked: the next one only if this one has a block, and could give
 * one out of reach. One list for each way down.
 */
export function askedRungs(
  state: State,
  device: DeviceState,
  wish: Wish,
  size: number,
): readonly (readonly Arena[])[] {
  return ladders(state, device).map((rungs) => {
    const asked: Arena[] = [];
    for (const rung of rungs) {
      const arena = rungArena(state, rung, wish.length);
      asked.push(arena);
      if (!someUnreachable(device, arena, wish, size)) break;
    }
    return asked;
  });
}

/**
 * May the page allocator have nothing for the device? Yes, if on some rung no block is free and
 * every rung above gave one out of reach, or if every rung did. `size`: bytes the device is given.
 */
export function mayRunDry(state: State, device: DeviceState, wish: Wish, size: number): boolean {
  return askedRungs(state, device, wish, size).some((arenas) => {
    const last = arenas.at(-1)!;
    return fits(last, wish).length === 0 || someUnreachable(device, last, wish, size);
  });
}
