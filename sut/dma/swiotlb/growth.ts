/**
 * Pools that are made while the machine runs, where the build has them.
 * Source: kernel/dma/swiotlb.c, CONFIG_SWIOTLB_DYNAMIC.
 */
import { maxPageOrder } from '../../../contract/machine.ts';
import { alignUp } from '../../../contract/numbers.ts';
import { IO_TLB_MIN_SLABS, IO_TLB_SEGSIZE, IO_TLB_SIZE } from './constants.ts';
import { IoTlbPool } from './pool.ts';
import { limitNareas } from './sizing.ts';

/** Where the memory of such pools comes from. */
export interface PoolMemory {
  /** `bytes` in one run from a page on, no byte of it above `limit` (inclusive); null: none. */
  obtain(bytes: number, limit: number): number | null;
  giveBack(phys: number, bytes: number): void;
}

/** What allocators need to grow. */
export interface Dynamic {
  readonly memory: PoolMemory;
  /** Highest physical address of pools that stay, inclusive. */
  readonly physLimit: number;
}

/** A pool that stays, made by put-off work. */
export interface Grown {
  readonly start: number;
  readonly nslabs: number;
  readonly nareas: number;
}

/** Slots of the largest block of pages. */
const maxSlabs = (pageSize: number) => (pageSize / IO_TLB_SIZE) * 2 ** maxPageOrder(pageSize);

/**
 * A pool like the default one, as large as a block of pages can be, or half of that, and so on down
 * to IO_TLB_MIN_SLABS; null: not even that. (:swiotlb_alloc_pool for :swiotlb_dyn_alloc)
 */
export function allocPool(like: IoTlbPool, pageSize: number, dynamic: Dynamic): IoTlbPool | null {
  let nslabs = Math.min(like.nslabs, maxSlabs(pageSize));
  for (;;) {
    const phys = dynamic.memory.obtain(nslabs * IO_TLB_SIZE, dynamic.physLimit);
    if (phys !== null) return new IoTlbPool(phys, nslabs, limitNareas(like.nareas, nslabs));
    if (nslabs <= IO_TLB_MIN_SLABS) return null;
    nslabs = alignUp(Math.floor(nslabs / 2), IO_TLB_SEGSIZE);
  }
}

/** A pool of exactly so many slots for one mapping; null: no memory. */
export function allocTransient(nslabs: number, memory: PoolMemory, limit: number) {
  const phys = memory.obtain(nslabs * IO_TLB_SIZE, limit);
  return phys === null ? null : new IoTlbPool(phys, nslabs, 1, true);
}
