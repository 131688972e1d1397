/** Mapped memory and System RAM by definition. */
import type { Machine, Region } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import { union } from './arena.ts';

export type Interval = readonly [start: number, end: number];

/**
 * What of the mapped memory is registered: on arm64 only whole pages, elsewhere every byte.
 * Source: request_standard_resources in arch/arm64/kernel/setup.c, arch/arm/kernel/setup.c.
 */
export function systemRam(machine: Machine, mapped: readonly Interval[]): readonly Interval[] {
  if (!PROFILES[machine.profile].ramInPages) return mapped;
  const { pageSize } = machine;
  return mapped.flatMap(([from, to]) => {
    const start = Math.ceil(from / pageSize) * pageSize;
    const end = Math.floor(to / pageSize) * pageSize;
    return start < end ? [[start, end] as const] : [];
  });
}

/**
 * Bank bytes outside every effective no-map region, sorted, disjoint. A no-map region takes effect
 * unless it overlaps a bank and a region without no-map listed before it.
 * Source: drivers/of/fdt.c:early_init_dt_reserve_memory.
 */
export function mappedMemory(machine: Machine): readonly Interval[] {
  const banks = union(machine.banks.map((b) => [b.base, b.base + b.size] as const));
  let ram: readonly Interval[] = banks;
  for (const [index, region] of machine.regions.entries()) {
    if (!region.noMap || region.disabled || region.size === 0) continue;
    const range = rangeOf(region);
    if (banks.some((bank) => meet(bank, range)) && isReserved(machine, index, range)) continue;
    ram = ram.flatMap((piece) => without(piece, range));
  }
  return ram;
}

/** Has a region before this one kept some of the bytes? Nothing is reserved for an empty one. */
function isReserved({ regions }: Machine, before: number, range: Interval): boolean {
  return regions.some(
    (r, i) => i < before && !r.disabled && !r.noMap && r.size > 0 && meet(rangeOf(r), range),
  );
}

const rangeOf = ({ base, size }: Region): Interval => [base, base + size];

function meet(a: Interval, b: Interval): boolean {
  return a[0] < b[1] && b[0] < a[1];
}

function without(piece: Interval, hole: Interval): Interval[] {
  if (!meet(piece, hole)) return [piece];
  const before: Interval = [piece[0], hole[0]];
  const after: Interval = [hole[1], piece[1]];
  return [before, after].filter(([start, end]) => start < end);
}
