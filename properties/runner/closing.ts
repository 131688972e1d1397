/** How a program ends: everything is read, everything is freed, every pool is filled once more. */

import { maxPageOrder } from '../../contract/machine.ts';
import { alignUp } from '../../contract/numbers.ts';
import type { Op } from '../../contract/operations.ts';
import { fits, union, without } from '../../model/judge/arena.ts';
import type { Judge } from '../../model/judge/judge.ts';
import { lengthOf } from '../../model/judge/mappings.ts';
import type { AreaState, SlotsState } from '../../model/judge/memory.ts';
import { areaArena, pageArena, slotArena } from '../../model/judge/memory.ts';
import { areaWish, blockWish, orderWish } from '../../model/judge/place.ts';
import { ownerLegality } from '../../model/judge/rules/alloc.ts';
import type { DeviceState, PoolState, State } from '../../model/judge/state.ts';
import { usesGlobal } from '../../model/judge/state.ts';
import { firstTranslation } from '../../model/judge/view.ts';

/** Labels of probe allocations: far above those of programs. */
const PROBE_LABEL = 900_000;

/**
 * Everything is unmapped, read and freed. What nobody can give back any more (misuse) is left.
 * Mappings are read as well, once with what the CPU gave them last, and then with the CPU.
 */
export function returnOps({ state }: Judge): Op[] {
  const ops: Op[] = [];
  for (const { label: mapping, kind, pieces } of state.mappings.values()) {
    const length = lengthOf(pieces);
    if (kind !== 'resource') ops.push({ op: 'mapped_read', mapping, offset: 0, length });
    ops.push({ op: 'unmap', mapping, direction: 'mapped', attrs: [] });
  }
  for (const table of state.tables.keys()) ops.push({ op: 'sg_free', table });
  for (const { label: buffer, size, device, mapped } of state.buffers.values()) {
    if (mapped) ops.push({ op: 'read', buffer, offset: 0, length: size });
    if (device < 0) {
      ops.push({ op: 'free_pages', buffer });
      continue;
    }
    const via = freeingDevice(state, buffer);
    if (via !== null) ops.push({ op: 'free', buffer, via });
  }
  return [...ops, ...unpinOps(state)];
}

function unpinOps({ memory, machine: { pageSize } }: State): Op[] {
  return memory.areas.flatMap(({ region, start, pinned }) =>
    union(pinned).map(([from, to]): Op => {
      const page = (from - start) / pageSize;
      return { op: 'unpin', region, page, pages: (to - from) / pageSize };
    }),
  );
}

/** -1: the device that allocated it; another one after a detach; null: none. */
function freeingDevice(state: State, buffer: number): number | null {
  if (mayFree(state, buffer, -1)) return -1;
  const device = state.devices.find(({ index }) => mayFree(state, buffer, index));
  return device?.index ?? null;
}

function mayFree(state: State, buffer: number, via: number): boolean {
  return ownerLegality(state, { buffer, via }) === 'legal';
}

/** With everything freed, every source in use is asked for what it must have room for. */
export function probeOps(state: State): Op[] {
  const pools = state.pools.flatMap((pool) => poolProbes(state, pool));
  const more = state.hasPages
    ? [...slotProbes(state), ...areaProbes(state), ...blockProbes(state)]
    : [];
  return [...pools, ...more].map((op, index): Op => ({ ...op, out: PROBE_LABEL + index }) as Op);
}

type Probe = Omit<Extract<Op, { readonly out: number }>, 'out'>;

const coherent = (device: number, size: number): Probe =>
  ({ op: 'alloc_coherent', device, size, gfp: 'blocking', attrs: [] }) as Probe;

/** Requests that together take every page: the length of the pool in binary. */
function poolProbes(state: State, pool: PoolState): Probe[] {
  const device = userOf(state, pool);
  if (device === null || !pool.used || pool.live.length > 0) return [];
  return binaryParts(pool.pages).map((pages) => coherent(device, pages * state.machine.pageSize));
}

/** Restricted pools are filled up to this many times their largest request. */
const SLOT_PROBES_MAX = 4;

/** In each restricted pool in use, the largest request it must have room for, over and over. */
function slotProbes(state: State): Probe[] {
  return [...state.memory.slots.values()].flatMap((slots) => {
    const device = state.devices.find((one) => one.slots === slots && one.pool === null);
    const size = device === undefined ? 0 : largestInSlots(state, device, slots);
    if (device === undefined || size === 0 || slots.live.length > 0) return [];
    const times = Math.min(SLOT_PROBES_MAX, Math.floor((slots.end - slots.start) / size));
    return Array.from({ length: times }, () => coherent(device.index, size));
  });
}

/** Bytes; 0: not even a page fits. */
function largestInSlots(state: State, device: DeviceState, slots: SlotsState): number {
  const bus = firstTranslation(device, slots.start);
  if (bus === null) return 0;
  const arena = slotArena(slots, bus);
  const { pageSize } = state.machine;
  for (let size = 2 ** 18; size >= pageSize; size /= 2) {
    if (fits(arena, orderWish(state, size)).length > 0) return size;
  }
  return 0;
}

/** In every area the longest run from an alignment every request has, for a device it serves. */
function areaProbes(state: State): Probe[] {
  const { memory, machine } = state;
  const step = areaWish(state, 2 ** 40).alignment;
  return memory.areas.flatMap((area) => {
    const device = state.devices.find((one) => servedBy(state, one) === area);
    const arena = areaArena(memory, area);
    const runs = without(arena.parts, arena.taken).map(([from, to]) => to - alignUp(from, step));
    const size = Math.max(0, ...runs);
    if (device === undefined || size < 2 * machine.pageSize) return [];
    const fields = { device: device.index, size, direction: 'bidirectional', gfp: 'blocking' };
    return [{ op: 'alloc_noncoherent', ...fields } as Probe];
  });
}

/** The area whose pages the device is given, or null. */
function servedBy({ memory }: State, device: DeviceState): AreaState | null {
  const { slots, spec, coherentMask, area } = device;
  const asks = slots === null && spec.iommu === null && coherentMask > 0;
  return asks ? (area ?? memory.defaultArea) : null;
}

/** From every zone the largest block it must have. */
function blockProbes(state: State): Probe[] {
  const { memory, machine } = state;
  return memory.zones.flatMap((zone): Probe[] => {
    const own = pageArena(memory, machine.pageSize, [zone]);
    for (let order = maxPageOrder(machine.pageSize); order >= 0; order--) {
      const wish = blockWish(state, order)!;
      if (fits(own, wish).length === 0) continue;
      return [{ op: 'alloc_pages', order, zone: zone.name } as Probe];
    }
    return [];
  });
}

function userOf(state: State, pool: PoolState): number | null {
  const user = state.devices.find((device) =>
    device.pool === null
      ? pool === state.globalPool && usesGlobal(state, device)
      : device.pool === pool,
  );
  return user?.index ?? null;
}

/** Powers of two, largest first, that add up to `count`. */
function binaryParts(count: number): number[] {
  const parts: number[] = [];
  let rest = count;
  for (let part = 2 ** 31; part >= 1; part /= 2) {
    if (rest < part) continue;
    parts.push(part);
    rest -= part;
  }
  return parts;
}
