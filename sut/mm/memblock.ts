/** Memory taken before there is a page allocator. Source: mm/memblock.c, Linux 6.12. */
import type { Machine } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import { alignDown } from '../../contract/numbers.ts';
import { IO_TLB_SIZE } from '../dma/swiotlb/constants.ts';
import { swiotlbHalved } from '../dma/swiotlb/sizing.ts';
import type { Range } from '../lib/ranges.ts';

/**
 * The last address of low memory. (include/linux/memblock.h:ARCH_LOW_ADDRESS_LIMIT,
 * arch/arm64/mm/init.c:max_zone_phys)
 */
export function archLowAddressLimit({ profile, zoneDmaLimit, banks }: Machine): number {
  if (!PROFILES[profile].lowIsZoneDma) return 2 ** 32 - 1;
  return Math.min(zoneDmaLimit, Math.max(...banks.map(({ base, size }) => base + size)) - 1);
}

/** Where booting puts the default bounce pool. */
export interface BouncePool {
  readonly start: number;
  readonly nslabs: number;
  readonly nareas: number;
}

/**
 * The highest page-aligned run of `bytes` that ends before `limit`, or null. Linux hands the last
 * address over as an end, so the last page of low memory is never used. (:memblock_alloc_low)
 */
export function memblockAllocLow(
  free: readonly Range[],
  bytes: number,
  limit: number,
  pageSize: number,
): number | null {
  for (const { start, end } of [...free].reverse()) {
    const last = Math.min(end, limit) - bytes;
    // Page 0 is never given. (:memblock_find_in_range_node)
    if (last < Math.max(start, pageSize)) continue;
    const base = alignDown(last, pageSize);
    if (base >= start) return base;
  }
  return null;
}

/**
 * Memory for the bounce pool the machine asks for: half as many slots again and again, while there
 * is no room. Null: none asked for, or none found. (kernel/dma/swiotlb.c:swiotlb_init_remap)
 */
export function bouncePoolOf(machine: Machine, free: readonly Range[]): BouncePool | null {
  if (machine.swiotlb === null) return null;
  const { slots, areas } = machine.swiotlb;
  const limit = archLowAddressLimit(machine);
  for (
    let size: { nslabs: number; nareas: number } | null = { nslabs: slots, nareas: areas };
    size !== null;
    size = swiotlbHalved(size)
  ) {
    const start = memblockAllocLow(free, size.nslabs * IO_TLB_SIZE, limit, machine.pageSize);
    if (start !== null) return { start, ...size };
  }
  return null;
}
