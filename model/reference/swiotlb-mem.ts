/**
 * The allocator of bounce slots, literally (mapping.md §4.5 to §4.11): one pool, or pools newest
 * first with growth and transient pools. What Linux's search misses stays missed; `anyFit` says
 * whether something would have done.
 */
import {
  lowBits,
  type ReferenceDevice,
  ReferencePool,
  type ReferenceRequest,
  slotsOf,
} from './swiotlb.ts';

const SLOT = 2048;
const SEGMENT = 128;
const SEGMENT_BYTES = SEGMENT * SLOT;
/** Slots below which a new pool is not made smaller. */
const MIN_SLABS = 512;

/** Memory of pools that are added. */
export interface ReferenceMemory {
  /** Null: none. */
  obtain(bytes: number, limit: number): number | null;
  giveBack(phys: number, bytes: number): void;
}

export interface ReferenceGrowth {
  readonly memory: ReferenceMemory;
  readonly physLimit: number;
  /** Slots of the largest block of pages. */
  readonly maxSlabs: number;
}

/** Where a request went. */
export interface ReferencePlace {
  readonly pool: ReferencePool;
  readonly slot: number;
}

/** What to look for, and what to write down about it (§4.3, §4.6). */
export interface ReferenceWanted extends ReferenceRequest {
  readonly lo: number;
  readonly pad: number;
  /** Null: orig_addr stays as it is. */
  readonly origAddr: number | null;
}

/** The CPU's bytes behind a bounce address; null: nothing is copied. */
export type ReferenceCopy = { readonly orig: number; readonly avail: number } | null;

export class ReferenceIoTlb {
  readonly defpool: ReferencePool;
  /** Newest first. */
  readonly pools: ReferencePool[];
  /** Transient pools of all devices. */
  transient: ReferencePool[] = [];
  readonly pageSize: number;
  readonly growth: ReferenceGrowth | null;
  canGrow: boolean;
  growthDue = false;
  totalUsed = 0;
  usedHiwater = 0;

  constructor(defpool: ReferencePool, pageSize: number, growth: ReferenceGrowth | null) {
    this.defpool = defpool;
    this.pools = [defpool];
    this.pageSize = pageSize;
    this.growth = growth;
    this.canGrow = growth !== null;
  }

  nslabs(): number {
    return this.pools.reduce((sum, pool) => sum + pool.nslabs, 0);
  }

  transientNslabs(): number {
    return this.transient.reduce((sum, pool) => sum + pool.nslabs, 0);
  }

  /** §4.3 */
  wantedForMap(device: ReferenceDevice, orig: number, bytes: number, alignMask: number) {
    // O & M & (A | 2047)
    const offset = (orig % (device.minAlign + 1)) % (Math.max(alignMask, SLOT - 1) + 1);
    const size = Math.ceil((bytes + offset) / (alignMask + 1)) * (alignMask + 1);
    const lo = lowBits(device, orig);
    const pad = Math.floor(offset / SLOT);
    const { pageSize } = this;
    return { orig, size, alignMask, pageSize, lo, pad, origAddr: orig } satisfies ReferenceWanted;
  }

  /** §4.10: whole pages, aligned to the next power of two of them. */
  wantedForAlloc(bytes: number): ReferenceWanted {
    const { pageSize } = this;
    let block = pageSize;
    while (block < bytes) block *= 2;
    return { orig: 0, size: bytes, alignMask: block - 1, pageSize, lo: 0, pad: 0, origAddr: null };
  }

  /** §4.5, §4.11: what Linux finds, taken; null: nothing. */
  find(device: ReferenceDevice, wanted: ReferenceWanted, cpu: number): ReferencePlace | null {
    if (wanted.size > SEGMENT_BYTES) return null;
    for (const { pool, area } of this.order(cpu)) {
      const slot = pool.search(device, area, wanted);
      if (slot !== null) return this.place(pool, slot, wanted);
    }
    return this.canGrow ? this.findTransient(device, wanted) : null;
  }

  /** `find`; where Linux gives up although something would do, the first such place, taken. */
  findOrRepair(device: ReferenceDevice, wanted: ReferenceWanted, cpu: number) {
    const linux = this.find(device, wanted, cpu);
    const fit = linux === null ? this.anyFit(device, wanted, cpu) : null;
    if (fit !== null) this.place(fit.pool, fit.slot, wanted);
    return { place: linux ?? fit, missed: fit !== null };
  }

  /** The first place that would do, in the order of areas, not taken; null: a refusal is right. */
  anyFit(device: ReferenceDevice, wanted: ReferenceWanted, cpu: number): ReferencePlace | null {
    for (const { pool, area } of this.order(cpu)) {
      const slot = pool.anyFit(device, area, wanted);
      if (slot !== null) return { pool, slot };
    }
    return null;
  }

  /** Areas as Linux tries them. */
  private order(cpu: number): { pool: ReferencePool; area: number }[] {
    const order = [];
    for (let off = 0; off < this.defpool.areas.length; off++) {
      for (const pool of this.pools) {
        const nareas = pool.areas.length;
        if (off < nareas) order.push({ pool, area: (cpu + off) % nareas });
      }
    }
    return order;
  }

  private findTransient(device: ReferenceDevice, wanted: ReferenceWanted): ReferencePlace | null {
    this.growthDue = true;
    const { memory } = this.growth!;
    const nslabs = slotsOf(wanted.size);
    const phys = memory.obtain(nslabs * SLOT, device.limit);
    if (phys === null) return null;
    const pool = new ReferencePool(phys, nslabs, 1, true);
    const slot = pool.search(device, 0, wanted);
    if (slot === null) {
      memory.giveBack(phys, nslabs * SLOT);
      return null;
    }
    this.transient.push(pool);
    return this.place(pool, slot, wanted);
  }

  /** TAKE of §4.4, then step 4 of §4.6. */
  place(pool: ReferencePool, slot: number, wanted: ReferenceWanted): ReferencePlace {
    const { size, lo, pad, origAddr } = wanted;
    const count = slotsOf(size);
    pool.take(slot, size, lo);
    this.totalUsed += count;
    this.usedHiwater = Math.max(this.usedHiwater, this.totalUsed);
    if (origAddr !== null) {
      pool.pad[slot + pad] = pad;
      for (let k = 0; k < count - pad; k++) pool.orig[slot + pad + k] = origAddr + SLOT * k;
    }
    return { pool, slot };
  }

  /** The bounce address of a place: step 5 of §4.6. */
  addressOf({ pool, slot }: ReferencePlace, { lo, pad }: ReferenceWanted): number {
    return pool.start + SLOT * (slot + pad) + lo;
  }

  /** The pool that has the address. */
  poolOf(address: number): ReferencePool | null {
    return [...this.pools, ...this.transient].find((pool) => pool.has(address)) ?? null;
  }

  /** §4.9 */
  unmap(device: ReferenceDevice, tlbAddr: number): void {
    const pool = this.poolOf(tlbAddr)!;
    if (pool.transient) {
      this.totalUsed -= pool.nslabs;
      this.transient = this.transient.filter((other) => other !== pool);
      this.growth!.memory.giveBack(pool.start, pool.nslabs * SLOT);
    } else {
      this.totalUsed -= pool.release(device, tlbAddr);
    }
  }

  /** §4.7, for any address in a pool. */
  bounce(device: ReferenceDevice, address: number): ReferenceCopy {
    const pool = this.poolOf(address)!;
    const slot = Math.floor((address - pool.start) / SLOT);
    const orig = pool.orig[slot]!;
    if (orig === null) return null;
    const distance = ((address - pool.start) % SLOT) - lowBits(device, orig);
    return { orig: orig + distance, avail: pool.alloc[slot]! - distance };
  }

  /** §4.11: the grower; null: nothing was due, or no memory. */
  runWork(): ReferencePool | null {
    if (!this.growthDue) return null;
    this.growthDue = false;
    const { memory, physLimit, maxSlabs } = this.growth!;
    let nslabs = Math.min(this.defpool.nslabs, maxSlabs);
    let phys = memory.obtain(nslabs * SLOT, physLimit);
    while (phys === null && nslabs > MIN_SLABS) {
      nslabs = Math.ceil(Math.floor(nslabs / 2) / SEGMENT) * SEGMENT;
      phys = memory.obtain(nslabs * SLOT, physLimit);
    }
    if (phys === null) return null;
    const nareas = Math.min(this.defpool.areas.length, Math.floor(nslabs / SEGMENT));
    const pool = new ReferencePool(phys, nslabs, nareas);
    this.pools.unshift(pool);
    return pool;
  }
}
