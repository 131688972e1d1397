/** Memory taken before there is a page allocator. Source: mm/memblock.c, Linux 6.12. */
import type { Machine } from '../../contract/machine.ts';
import { alignDown } from '../../contract/numbers.ts';
import { IO_TLB_SIZE } from '../dma/swiotlb/constants.ts';
import { swiotlbHalved } from '../dma/swiotlb/sizing.ts';
import type { Range } from '../lib/ranges.ts';

/** ARCH_LOW_ADDRESS_LIMIT, exclusive (include/linux/memblock.h). */
export const LOW_END = 2 ** 32;

/** Where booting puts the default bounce pool. */
export interface BouncePool {
  readonly start: number;
  readonly nslabs: number;
  readonly nareas: number;
}

/** The highest page-aligned run of `bytes` below 4 GiB, or null. (:memblock_alloc_low) */
export function memblockAllocLow(
  free: readonly Range[],
  bytes: number,
  pageSize: number,
): number | null {
  for (const { start, end } of [...free].reverse()) {
    const base = alignDown(Math.min(end, LOW_END) - bytes, pageSize);
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
  for (
    let size: { nslabs: number; nareas: number } | null = { nslabs: slots, nareas: areas };
    size !== null;
    size = swiotlbHalved(size)
  ) {
    const start = memblockAllocLow(free, size.nslabs * IO_TLB_SIZE, machine.pageSize);
    if (start !== null) return { start, ...size };
  }
  return null;
}
