/**
 * What holds of slots whatever the search is, seen on the implementation alone: its records, its
 * numbers and the addresses it handed out (mapping.md §4.14).
 */
import type { IoTlbMem } from '../../sut/dma/swiotlb/mem.ts';
import type { IoTlbPool } from '../../sut/dma/swiotlb/pool.ts';
import type { IoTlbSlot } from '../../sut/dma/swiotlb/segment.ts';
import type { SlotDeviceSpec } from './swiotlb-programs.ts';

const SLOT = 2048;
const SEGMENT = 128;

/** An address that was handed out. */
export interface LiveSlots {
  readonly tlbAddr: number;
  /** Address of the original buffer; null: none. */
  readonly orig: number | null;
  readonly bytes: number;
  /** A, a mask. */
  readonly align: number;
  readonly device: number;
}

/** Bytes that Linux rounds a mapping up to, and those of them before its first byte. */
export function spanOf({ minAlign }: SlotDeviceSpec, { orig, bytes, align }: LiveSlots) {
  const offset = orig === null ? 0 : (orig % (minAlign + 1)) % (Math.max(align, SLOT - 1) + 1);
  const size = orig === null ? bytes : Math.ceil((bytes + offset) / (align + 1)) * (align + 1);
  return { offset, size };
}

export function slotsOfPool(pool: IoTlbPool): readonly IoTlbSlot[] {
  return Array.from({ length: pool.nslabs }, (_, index) => pool.slot(index));
}

/** 4.14.1, 2 and 4 of one pool: runs as they are counted, free records empty. Null: they hold. */
export function brokenSlots(pool: IoTlbPool): string | null {
  const slots = slotsOfPool(pool);
  const used = pool.areas.map(() => 0);
  for (const [index, { list, origAddr, allocSize, padSlots }] of slots.entries()) {
    if (list === 0) {
      used[Math.floor(index / pool.areaNslabs)]! += 1;
      continue;
    }
    const next = (index + 1) % SEGMENT === 0 ? 0 : (slots[index + 1]?.list ?? 0);
    if (list !== 1 + next) return `slot ${index} counts ${list}, the next one ${next}`;
    if (origAddr !== null || allocSize !== 0 || padSlots !== 0)
      return `free slot ${index} says more`;
  }
  for (const [area, { used: counted, index, nslabs }] of pool.areas.entries()) {
    if (counted !== used[area]) return `area ${area} uses ${used[area]}, not ${counted}`;
    if (index < 0 || index >= nslabs) return `area ${area} goes on at ${index}`;
  }
  return null;
}

/** 4.14.2: what is used in all. */
export function brokenTotals(mem: IoTlbMem): string | null {
  const areas = mem.pools.flatMap((pool) => pool.areas);
  const used = areas.reduce((sum, area) => sum + area.used, mem.transientNslabs);
  return mem.totalUsed === used ? null : `${mem.totalUsed} used, but areas use ${used}`;
}

/** 4.14.5 and 6: one run in one segment of one area each, apart, aligned, inside boundaries. */
export function brokenRuns(
  pool: IoTlbPool,
  devices: readonly SlotDeviceSpec[],
  live: readonly LiveSlots[],
): string | null {
  const owner = new Map<number, number>();
  for (const one of live.filter(({ tlbAddr }) => pool.has(tlbAddr))) {
    const device = devices[one.device]!;
    const { offset, size } = spanOf(device, one);
    const first = (one.tlbAddr - offset - pool.start) / SLOT;
    const last = first + Math.ceil(size / SLOT) - 1;
    const broken =
      brokenExtent(pool, first, last) ??
      claim(pool, first, last, owner) ??
      brokenPlace(device, one, pool.start + first * SLOT, size);
    if (broken !== null) return `slots ${first} to ${last}: ${broken}`;
  }
  for (let slot = 0; slot < pool.nslabs; slot++) {
    if (pool.slot(slot).list === 0 && !owner.has(slot)) return `slot ${slot} is nobody's`;
  }
  return null;
}

function brokenExtent(pool: IoTlbPool, first: number, last: number): string | null {
  if (!Number.isInteger(first) || first < 0 || last >= pool.nslabs) return 'not of the pool';
  if (Math.floor(first / SEGMENT) !== Math.floor(last / SEGMENT)) return 'two segments';
  return pool.areaOf(first) === pool.areaOf(last) ? null : 'two areas';
}

/** Writes the slots down as those of `first`. */
function claim(pool: IoTlbPool, first: number, last: number, owner: Map<number, number>) {
  for (let slot = first; slot <= last; slot++) {
    if (owner.has(slot)) return `${slot} is also of ${owner.get(slot)}`;
    if (pool.slot(slot).list !== 0) return `${slot} is free`;
    owner.set(slot, first);
  }
  return null;
}

/** 4.14.6 of a run at a physical address. */
function brokenPlace(device: SlotDeviceSpec, one: LiveSlots, run: number, size: number) {
  const { minAlign, boundary, offset } = device;
  const bus = run + offset;
  if (bus % (one.align + 1) !== 0) return `begins at ${bus}, which is not aligned`;
  const inBlock = (bus % (boundary + 1)) + Math.ceil(size / SLOT) * SLOT;
  if (inBlock > Math.max(boundary + 1, SLOT)) return 'crosses a boundary';
  // At address 0 only bits below a slot are kept; those above a boundary are not looked at.
  if (one.orig === null || one.orig === 0 || minAlign > boundary) return null;
  const low = (address: number) => address % (minAlign + 1);
  return low(one.tlbAddr + offset) === low(one.orig) ? null : 'low bits differ';
}
