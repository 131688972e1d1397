/**
 * The ladder of zones a DMA request climbs down, and when it may end without memory.
 * Source: kernel/dma/direct.c:dma_direct_optimal_gfp_mask, __dma_direct_alloc_pages.
 */
import type { ZoneName } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import { maskOfBits, UNLIMITED } from '../../contract/numbers.ts';
import type { Arena, Wish } from './arena.ts';
import { fits, someFit } from './arena.ts';
import { pageArena } from './memory.ts';
import type { DeviceState, State } from './state.ts';
import { coherentEdges, coherentLimit, coherentOk, untranslations } from './view.ts';
import { zonesUpTo } from './zones.ts';

/** Zones asked in turn: each as the highest one a request may use. */
export type Rungs = readonly ZoneName[];

/**
 * What the highest bus address may be as a physical one. Without a window that holds it the kernel
 * counts from all ones (deviation C-T3); with several, either reading is right.
 */
function physLimits(device: DeviceState): readonly number[] {
  const limit = coherentLimit(device);
  const found = untranslations(device, limit);
  return found.length === 0 ? [UNLIMITED] : found;
}

/** The ways down the device's limit allows; one, unless its windows overlap. */
export function ladders(state: State, device: DeviceState): readonly Rungs[] {
  const { zoneDmaLimit, profile } = state.machine;
  const configured: readonly ZoneName[] = PROFILES[profile].zones;
  return physLimits(device).map((limit): Rungs => {
    if (limit <= zoneDmaLimit) return ['dma'];
    if (limit <= maskOfBits(32)) return ['dma32', 'dma'];
    // A limit that is none is thought to need no zone in the middle.
    const middle = configured.includes('dma32') && limit < UNLIMITED;
    return middle ? ['normal', 'dma32', 'dma'] : ['normal', 'dma'];
  });
}

/** Memory of the zones up to a rung. */
export function rungArena(state: State, rung: ZoneName): Arena {
  const { memory, machine } = state;
  return pageArena(memory, machine.pageSize, zonesUpTo(memory.zones, rung));
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
 * May the page allocator have nothing for the device? Yes, if on some rung no block is free and
 * every rung above gave one out of reach, or if every rung did. `size`: bytes the device is given.
 */
export function mayRunDry(state: State, device: DeviceState, wish: Wish, size: number): boolean {
  return ladders(state, device).some((rungs) => {
    for (const rung of rungs) {
      const arena = rungArena(state, rung);
      if (fits(arena, wish).length === 0) return true;
      if (!someUnreachable(device, arena, wish, size)) return false;
    }
    return true;
  });
}
