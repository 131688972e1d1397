/** When a refusal is a lie: the completeness of every source. */
import type { Violation } from '../../../contract/law.ts';
import { hex } from '../../../contract/numbers.ts';
import type { Arena, Wish } from '../arena.ts';
import { fits, someFit } from '../arena.ts';
import type { DmaAlloc, Wanted } from '../dispatch.ts';
import { ladders, mayRunDry, someUnreachable } from '../ladder.ts';
import type { AtomicName, SlotsState } from '../memory.ts';
import { areaArena, chunkArena, slotArena } from '../memory.ts';
import { areaWish, blockFor, orderWish, wholePages } from '../place.ts';
import { broken } from '../rule.ts';
import type { DeviceState, PoolState, State } from '../state.ts';
import { poolArena } from '../state.ts';
import { firstTranslation } from '../view.ts';

/** Nobody asked for this memory may be told that there is none. */
export function checkRefusal(state: State, op: DmaAlloc, wanted: Wanted): Violation | null {
  const device = state.devices[op.device]!;
  switch (wanted.from) {
    case 'pool':
      return ofPool(state, wanted.pool, op.size);
    case 'slots':
      return ofSlots(state, device, wanted.slots, op.size);
    case 'atomic':
      return state.accounted ? ofAtomic(state, device, op.size) : null;
    case 'pages':
      return state.accounted ? ofPages(state, device, wanted, op.size) : null;
    default:
      return null;
  }
}

function lie(law: string, arena: Arena, wish: Wish, what: string): Violation {
  const [first] = fits(arena, wish)[0]!;
  return broken(law, `success: ${what} at ${hex(first)} are free and aligned`, 'none');
}

function ofPool(state: State, pool: PoolState, size: number): Violation | null {
  const { pageSize } = state.machine;
  const wish = orderWish(state, size);
  const block = { ...wish, length: wish.alignment };
  const arena = poolArena(pool, pageSize);
  const [place] = fits(arena, block);
  if (place === undefined) return null;
  const page = (place[0] - pool.base) / pageSize;
  const free = `pages ${page}..${page + block.length / pageSize - 1} of ${pool.pages}`;
  return broken('pool/complete', `success: ${free} are free and aligned`, 'none');
}

function ofPages(
  state: State,
  device: DeviceState,
  { area }: Extract<Wanted, { from: 'pages' }>,
  size: number,
): Violation | null {
  const length = wholePages(state, size);
  if (area !== null) {
    const arena = areaArena(state.memory, area);
    const wish = areaWish(state, size);
    const serves = fits(arena, wish).length > 0;
    if (serves && !someUnreachable(device, arena, wish, length)) {
      return lie('cma/complete', arena, wish, 'pages of the area');
    }
  }
  const block = blockFor(state, size);
  if (block === null || mayRunDry(state, device, block, length)) return null;
  const rungs = ladders(state, device)
    .map((one) => one.join(', then '))
    .join(' or ');
  const expected = `success: each of the zones up to ${rungs} has a block within reach`;
  return broken('pages/complete', expected, 'none');
}

/**
 * The pools a hint leads to, in turn. A dma32 pool that is missing ends the search (deviation
 * atomic-dma32-missing). Source: kernel/dma/pool.c:dma_guess_pool.
 */
export function atomicSequence(state: State, device: DeviceState): readonly AtomicName[][] {
  const exists = (name: AtomicName) => state.memory.chunks.some(({ pool }) => pool === name);
  const have = (names: readonly AtomicName[]) => names.filter(exists);
  return ladders(state, device).map(([hint]) => {
    if (hint === 'dma32') return exists('dma32') ? have(['dma32', 'dma']) : [];
    if (hint === 'dma' && exists('dma')) return ['dma'];
    return exists('kernel') ? have(['kernel', 'dma32', 'dma']) : [];
  });
}

function ofAtomic(state: State, device: DeviceState, size: number): Violation | null {
  const wish = orderWish(state, size);
  const empty = (name: AtomicName) => {
    const arenas = state.memory.chunks.filter(({ pool }) => pool === name).map(chunkArena);
    if (arenas.every((arena) => fits(arena, wish).length === 0)) return true;
    return arenas.some((arena) => someUnreachable(device, arena, wish, wish.length));
  };
  const sequences = atomicSequence(state, device);
  if (sequences.some((sequence) => sequence.every(empty))) return null;
  const pools = sequences.map((sequence) => sequence.join(', then ')).join(' or ');
  return broken('atomic/complete', `success: a run of ${pools} is free and within reach`, 'none');
}

/** IO_TLB_SEGSIZE slots of 2 KiB: no allocation is larger. */
const SLOTS_BYTES_MAX = 128 * 2048;

function ofSlots(
  state: State,
  device: DeviceState,
  slots: SlotsState,
  size: number,
): Violation | null {
  const wish = orderWish(state, size);
  if (wish.length > Math.min(SLOTS_BYTES_MAX, device.spec.segmentBoundary + 1)) return null;
  const arena = slotArena(slots, firstTranslation(device, slots.start)!);
  if (fits(arena, wish).length === 0) return null;
  if (someUnreachable(device, arena, wish, wish.length)) return null;
  const { pageSize } = state.machine;
  // Aligned for the device is not always aligned in memory; the kernel gives such slots back.
  if (someFit(arena, wish, [], (at) => at % pageSize !== 0)) return null;
  return lie('slots/complete', arena, wish, 'slots');
}
