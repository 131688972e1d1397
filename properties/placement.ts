/**
 * Laws for subjects that promise Linux's own choices (`Subject.placement`): the judge allows every
 * right answer, these allow the one that Linux gives. Checked on every answer the judge allowed.
 */
import type { Law, Violation } from '../contract/law.ts';
import type { Window, ZoneName } from '../contract/machine.ts';
import { maxPfn } from '../contract/machine.ts';
import {
  BEYOND,
  endsWithin,
  floorLog2,
  hex,
  maskOfBits,
  orderOf,
  UNLIMITED,
} from '../contract/numbers.ts';
import type { Op, OpOf } from '../contract/operations.ts';
import type { Ok, Outcome } from '../contract/outcome.ts';
import type { Arena } from '../model/judge/arena.ts';
import type { Wanted } from '../model/judge/dispatch.ts';
import { wantedBy } from '../model/judge/dispatch.ts';
import { askedRungs, ladders, rungZones } from '../model/judge/ladder.ts';
import { pageArena } from '../model/judge/memory.ts';
import { blockFor, blockWish, sourceAt, wholePages } from '../model/judge/place.ts';
import { broken } from '../model/judge/rule.ts';
import type { DeviceState, PoolState, State } from '../model/judge/state.ts';
import { coherentLimit } from '../model/judge/view.ts';
import { leftmostRegion, windowOfDma, windowOfPhys } from '../model/reference/placement.ts';
import { placedInArea, placedInAtomicPool, placedInZone } from './placement-memory.ts';

const law = (id: string, says: string, decides: readonly string[], source: string): Law => ({
  id,
  says,
  decides,
  source,
  by: 'placement',
});

export const PLACEMENT_LAWS: readonly Law[] = [
  law(
    'placement/leftmost',
    'An allocation starts at the smallest multiple of 2^order pages that is free in its pool.',
    ['P-I3', '2.4'],
    'kernel/dma/coherent.c:__dma_alloc_from_coherent',
  ),
  law(
    'placement/first-window',
    'Of several windows that hold a byte the first in firmware order translates it, and handles ' +
      'of a pool count from the translation of its base.',
    ['1.3', 'P-T6', 'P-T7'],
    'include/linux/dma-direct.h:translate_phys_to_dma',
  ),
  law(
    'placement/highest-zone',
    'On each rung the highest zone with a block serves, and a lower one only where it has none.',
    ['B-I6', '3.3', '5.2'],
    'mm/page_alloc.c:get_page_from_freelist',
  ),
  law(
    'placement/first-run',
    'An area hands out its lowest aligned free run; an atomic pool the lowest of its newest ' +
      'chunk that has one, and of several pools the first whose run is within reach.',
    ['M-I3', 'G-I4', '4.2', '6.3'],
    'kernel/dma/pool.c:dma_alloc_from_pool',
  ),
];

/** `state` is the state before the answer is believed. */
export function placementOf(state: State, op: Op, outcome: Outcome): Violation | null {
  switch (op.op) {
    case 'alloc_coherent':
    case 'alloc_noncoherent':
      return ofAllocation(state, op, outcome);
    case 'alloc_pages':
    case 'alloc_exact':
      return ofBlock(state, op, outcome);
    case 'phys_to_dma':
      return ofAddress(outcome, physToDma(windowsOf(state, op), op.phys));
    case 'dma_to_phys':
      return ofAddress(outcome, dmaToPhys(windowsOf(state, op), op.dma));
    case 'required_mask':
      return ofAddress(outcome, requiredMask(state, op));
    case 'coherent_ok':
      return ofTruth(outcome, coherentOk(state.devices[op.device]!, op));
    default:
      return null;
  }
}

function windowsOf(state: State, op: { readonly device: number }): readonly Window[] {
  return state.devices[op.device]!.windows;
}

function ofAllocation(
  state: State,
  op: OpOf<'alloc_coherent' | 'alloc_noncoherent'>,
  outcome: Outcome,
): Violation | null {
  if (outcome.is !== 'ok' || outcome.phys === undefined) return null;
  const device = state.devices[op.device]!;
  const wanted = wantedBy(state, op);
  if (wanted.from !== 'pool') {
    const placed = ofMemory(state, device, wanted, op.size, outcome.phys);
    return placed ?? ofTranslation(device, outcome);
  }
  const { pool } = wanted;
  const { pageSize } = state.machine;
  const run = 2 ** orderOf(op.size, pageSize);
  const taken = pool.live.map(({ start, length }) => {
    return { page: (start - pool.base) / pageSize, pages: length / pageSize };
  });
  const page = leftmostRegion(pool.pages, taken, run);
  const observed = (outcome.phys - pool.base) / pageSize;
  if (page !== observed) return broken('placement/leftmost', `page ${page}`, `page ${observed}`);
  return ofHandle(device, pool, outcome);
}

function ofMemory(
  state: State,
  device: DeviceState,
  wanted: Wanted,
  size: number,
  phys: number,
): Violation | null {
  // Where windows overlap, which chunk or limit counts is not the question asked here.
  if (wanted.from === 'atomic' && device.windows.length <= 1 && state.accounted) {
    return placedInAtomicPool(state, device, size, phys);
  }
  if (wanted.from !== 'pages') return null;
  return placedInArea(state, wanted.area, size, phys) ?? ofZone(state, device, size, phys);
}

/** Of pages alone: an area lies in one zone, and is asked before all of them. */
function ofZone(state: State, device: DeviceState, size: number, phys: number): Violation | null {
  const block = blockFor(state, size);
  if (block === null || !state.accounted || sourceAt(state, phys).kind !== 'pages') return null;
  const asked = askedRungs(state, device, block, wholePages(state, size));
  const rungs = ladders(state, device).flatMap((names, way) => names.slice(0, asked[way]!.length));
  const arenas = rungs.map((rung) => zonesHighFirst(state, rung, block.length));
  return placedInZone(arenas, block, phys);
}

function zonesHighFirst(state: State, rung: ZoneName, length: number): readonly Arena[] {
  const { memory, machine } = state;
  const zones = rungZones(state, rung, length).toReversed();
  return zones.map((zone) => pageArena(memory, machine.pageSize, [zone]));
}

function ofBlock(
  state: State,
  op: OpOf<'alloc_pages' | 'alloc_exact'>,
  outcome: Outcome,
): Violation | null {
  if (outcome.is !== 'ok' || outcome.phys === undefined || !state.accounted) return null;
  const wish = op.op === 'alloc_pages' ? blockWish(state, op.order) : blockFor(state, op.size);
  if (wish === null) return null;
  return placedInZone([zonesHighFirst(state, op.zone, wish.length)], wish, outcome.phys);
}

/** Other memory has the translation of its own first byte. */
function ofTranslation(device: DeviceState, { phys, handle }: Ok): Violation | null {
  const wanted = physToDma(device.windows, phys!);
  if (handle === undefined || wanted === handle) return null;
  return broken('placement/first-window', wanted === null ? 'none' : hex(wanted), hex(handle));
}

function ofHandle(device: DeviceState, pool: PoolState, outcome: Ok): Violation | null {
  if (outcome.handle === undefined || pool.deviceBase !== null) return null;
  const offset = outcome.phys! - pool.base;
  const base = physToDma(device.windows, pool.base);
  // Without a window Linux counts on from all ones, and all ones plus n is n - 1.
  const wanted = base !== null ? base + offset : offset === 0 ? BEYOND : offset - 1;
  if (outcome.handle === wanted) return null;
  return broken('placement/first-window', hex(wanted), hex(outcome.handle));
}

/** An empty table translates nothing into something else. */
function physToDma(windows: readonly Window[], phys: number): number | null {
  if (windows.length === 0) return phys;
  const window = windowOfPhys(windows, phys);
  return window === null ? null : window.dma + (phys - window.cpu);
}

function dmaToPhys(windows: readonly Window[], dma: number): number | null {
  if (windows.length === 0) return dma;
  const window = windowOfDma(windows, dma);
  return window === null ? null : window.cpu + (dma - window.dma);
}

function requiredMask(state: State, op: OpOf<'required_mask'>): number {
  const device = state.devices[op.device]!;
  if (device.spec.iommu !== null) return maskOfBits(32);
  const last = (maxPfn(state.machine) - 1) * state.machine.pageSize;
  const dma = physToDma(device.windows, last);
  return dma === null ? UNLIMITED : maskOfBits(floorLog2(dma) + 1);
}

/** Whole in the first window that holds its first byte, and within the limit. */
function coherentOk(device: DeviceState, { phys, size }: OpOf<'coherent_ok'>): boolean {
  const dma = physToDma(device.windows, phys);
  if (dma === null) return false;
  const window = windowOfPhys(device.windows, phys);
  const whole = window === null || phys - window.cpu + size <= window.size;
  return whole && endsWithin(dma, size, coherentLimit(device));
}

function ofAddress(outcome: Outcome, wanted: number | null): Violation | null {
  const observed = outcome.is === 'ok' ? (outcome.address ?? null) : null;
  if (observed === wanted) return null;
  const text = (address: number | null) => (address === null ? 'none' : hex(address));
  return broken('placement/first-window', text(wanted), text(observed));
}

function ofTruth(outcome: Outcome, wanted: boolean): Violation | null {
  if (outcome.is !== 'ok' || outcome.truth === wanted) return null;
  return broken('placement/first-window', `${wanted}`, `${outcome.truth}`);
}
