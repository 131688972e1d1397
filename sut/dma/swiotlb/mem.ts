/**
 * The allocator of bounce memory: which slots a mapping gets, and what becomes of them. Bytes are
 * copied elsewhere. Source: kernel/dma/swiotlb.c:struct io_tlb_mem, Linux 6.12.
 *
 * Slots are Linux's, one for one, with one repair (`slot-search-incomplete`): when Linux would
 * refuse, because its search looked at none of the slots that fit, the request gets the first slot
 * that does, of the first area in Linux's order that has one. Only then: wherever Linux finds a
 * place in any area or any pool, or makes a transient pool, that is the answer.
 */
import { minNotZero, orderOf } from '../../../contract/numbers.ts';
import type { Device } from '../../device.ts';
import type { IoTlbArea } from './area.ts';
import { IO_TLB_SEGSIZE, IO_TLB_SIZE } from './constants.ts';
import { allocPool, allocTransient, type Dynamic, type Grown } from './growth.ts';
import { IoTlbPool } from './pool.ts';
import { type SlotDevice, SlotSearch } from './search.ts';
import { NO_ORIG } from './segment.ts';

/** What of a device an allocator reads, and of pools writes. */
export type SwiotlbDevice = SlotDevice &
  Pick<Device, 'dmaMask' | 'busDmaLimit' | 'dmaUsesIoTlb' | 'dmaIoTlbPools'>;

export interface IoTlbMemOptions {
  /** Physical address of the default pool, a multiple of the page size. */
  readonly start: number;
  readonly nslabs: number;
  /** A power of two; several have whole segments each. */
  readonly nareas: number;
  readonly pageSize: number;
  /** Must every mapping bounce? */
  readonly forceBounce?: boolean;
  /** Do devices take their coherent memory from here, too? */
  readonly forAlloc?: boolean;
  /** SWIOTLB_DYNAMIC: the build in which pools are added. Absent: the default pool is all. */
  readonly dynamic?: Dynamic;
}

/** The CPU's bytes behind bytes of a pool. */
export interface Bounced {
  /** Physical address of the first one. */
  readonly orig: number;
  /** How many, up to what was asked for. */
  readonly size: number;
  /** Were more asked for than the allocation has? The kernel warns. */
  readonly clipped: boolean;
}

export class IoTlbMem {
  readonly defpool: IoTlbPool;
  readonly forceBounce: boolean;
  readonly forAlloc: boolean;
  /** Newest first. */
  readonly #pools: IoTlbPool[];
  readonly #pageSize: number;
  readonly #dynamic: Dynamic | null;
  readonly #search = new SlotSearch();
  /** The pool of the slot found last. */
  #found: IoTlbPool;
  #canGrow: boolean;
  #growthDue = false;
  #nslabs: number;
  #totalUsed = 0;
  #usedHiwater = 0;
  #transientNslabs = 0;

  constructor(options: IoTlbMemOptions) {
    this.defpool = new IoTlbPool(options.start, options.nslabs, options.nareas);
    this.forceBounce = options.forceBounce ?? false;
    this.forAlloc = options.forAlloc ?? false;
    this.#pools = [this.defpool];
    this.#pageSize = options.pageSize;
    this.#dynamic = options.dynamic ?? null;
    this.#canGrow = this.#dynamic !== null;
    this.#found = this.defpool;
    this.#nslabs = options.nslabs;
  }

  /** Pools that stay, newest first. */
  get pools(): readonly IoTlbPool[] {
    return this.#pools;
  }

  /** Slots of the pools that stay. */
  get nslabs(): number {
    return this.#nslabs;
  }

  get canGrow(): boolean {
    return this.#canGrow;
  }

  /** Slots taken, those of transient pools included. (:mem_used) */
  get totalUsed(): number {
    return this.#totalUsed;
  }

  /** The most that were taken at one time since the last reset. */
  get usedHiwater(): number {
    return this.#usedHiwater;
  }

  get transientNslabs(): number {
    return this.#transientNslabs;
  }

  /** What writing to the file of the mark does: only 0 may be written. (:io_tlb_hiwater_set) */
  setUsedHiwater(value: number): 'EINVAL' | null {
    if (value !== 0) return 'EINVAL';
    this.#usedHiwater = 0;
    return null;
  }

  /** Start of the default pool. Whoever knows it relies on that one alone: no more growth. */
  defaultSwiotlbBase(): number {
    this.#canGrow = false;
    return this.defpool.start;
  }

  /** Longest mapping that a free segment has room for wherever it begins; 0: none. */
  maxMappingSize(dev: SlotDevice): number {
    const alignSlots = dev.minAlign === 0 ? 0 : Math.ceil(dev.minAlign / IO_TLB_SIZE);
    return Math.max(0, IO_TLB_SEGSIZE - alignSlots) * IO_TLB_SIZE;
  }

  /**
   * Bounce address for `mappingSize` bytes (>= 1) at `origAddr`, which has the low bits of it that
   * the device asks for; its run of slots begins at a bus address that is a multiple of
   * `allocAlignMask` + 1 (0 asks for none). Null: no room. Whether the device reaches it is for the
   * caller to see, and so is the copy. (:swiotlb_tbl_map_single)
   */
  tblMapSingle(
    dev: SwiotlbDevice,
    origAddr: number,
    mappingSize: number,
    allocAlignMask: number,
    cpu: number,
  ): number | null {
    if (this.#nslabs === 0) return null;
    const search = this.#search;
    search.map(dev, origAddr, mappingSize, allocAlignMask, this.#pageSize);
    const slot = this.#findSlots(dev, cpu);
    return slot < 0 ? null : this.#found.start + (slot + search.pad) * IO_TLB_SIZE + search.lo;
  }

  /**
   * Gives back the slots of what `tblMapSingle` answered; false: that is no such address, where
   * Linux would release other slots. (:swiotlb_tbl_unmap_single)
   */
  tblUnmapSingle(dev: SwiotlbDevice, tlbAddr: number): boolean {
    const pool = this.findPool(dev, tlbAddr);
    if (pool === null) return false;
    if (!this.#release(pool, tlbAddr, true)) return false;
    if (pool.transient) this.#delTransient(dev, pool);
    return true;
  }

  /**
   * `size` bytes (>= 1, whole pages) without an original buffer: a run whose bus address is aligned
   * to the size rounded up to a power of two pages. Null: none, also when CPU pages and bus pages
   * do not begin at the same bytes. For allocators that cannot grow. (:swiotlb_alloc)
   */
  alloc(dev: SwiotlbDevice, size: number, cpu = 0): number | null {
    if (this.#nslabs === 0) return null;
    const pageSize = this.#pageSize;
    this.#search.alloc(dev, size, pageSize * 2 ** orderOf(size, pageSize) - 1);
    const slot = this.#findSlots(dev, cpu);
    if (slot < 0) return null;
    const phys = this.#found.start + slot * IO_TLB_SIZE;
    if (phys % pageSize === 0) return phys;
    this.free(phys);
    return null;
  }

  /** Frees what `alloc` answered; false: that is not of this allocator. (:swiotlb_free) */
  free(paddr: number): boolean {
    const pool = poolWith(this.#pools, paddr);
    return pool !== null && this.#release(pool, paddr, false);
  }

  /** The pool that has this byte, of those the device may have met. (:swiotlb_find_pool) */
  findPool(dev: SwiotlbDevice, paddr: number): IoTlbPool | null {
    if (this.#dynamic === null) return this.defpool.has(paddr) ? this.defpool : null;
    if (!dev.dmaUsesIoTlb) return null;
    return poolWith(this.#pools, paddr) ?? poolWith(dev.dmaIoTlbPools, paddr);
  }

  isSwiotlbBuffer(dev: SwiotlbDevice, paddr: number): boolean {
    return this.findPool(dev, paddr) !== null;
  }

  /**
   * The CPU's bytes behind `size` bytes (>= 1) at a bounce address or further into its mapping.
   * Null: there are none, because the slot is free, padding or without an original buffer; or
   * because the byte lies before or behind the mapping in one of its slots, where Linux copies what
   * is outside of the buffer. (:swiotlb_bounce)
   */
  bounce(dev: SwiotlbDevice, tlbAddr: number, size: number): Bounced | null {
    const pool = this.findPool(dev, tlbAddr);
    if (pool === null) return null;
    const slot = pool.slotOf(tlbAddr);
    const within = tlbAddr - pool.start - slot * IO_TLB_SIZE;
    const area = pool.areaOf(slot);
    const segment = area.segmentOf(slot - area.start);
    const at = slot % IO_TLB_SEGSIZE;
    const start = segment?.startOf(at) ?? -1;
    if (start < 0) return null;
    const orig = segment!.origAt(start);
    const first = start + segment!.padAt(start);
    if (orig === NO_ORIG || at < first) return null;
    const offset = (at - first) * IO_TLB_SIZE + within - segment!.loAt(start);
    const avail = segment!.allocAt(start) - (first - start) * IO_TLB_SIZE - offset;
    if (offset < 0 || avail <= 0) return null;
    return { orig: orig + offset, size: Math.min(size, avail), clipped: size > avail };
  }

  /** Growth that was put off; what came of it, or null. (:swiotlb_dyn_alloc) */
  runWork(): Grown | null {
    if (!this.#growthDue) return null;
    this.#growthDue = false;
    const pool = allocPool(this.defpool, this.#pageSize, this.#dynamic!);
    if (pool === null) return null;
    this.#pools.unshift(pool);
    this.#nslabs += pool.nslabs;
    const { start, nslabs, nareas } = pool;
    return { start, nslabs, nareas };
  }

  /** Takes slots for what is searched for and answers the first one, of `#found`; -1: none. */
  #findSlots(dev: SwiotlbDevice, cpu: number): number {
    // No run is longer than a segment, and growth does not help.
    if (this.#search.slots > IO_TLB_SEGSIZE) return -1;
    let slot = this.#searchPools(dev, cpu, false);
    if (slot < 0 && this.#canGrow) slot = this.#addTransient(dev);
    if (slot < 0 && this.#search.incomplete) slot = this.#searchPools(dev, cpu, true);
    if (slot >= 0 && this.#dynamic !== null) dev.dmaUsesIoTlb = true;
    return slot;
  }

  /**
   * The area of this CPU in every pool, newest first, then the next area of each; `anywhere`: also
   * at places that Linux does not look at. (:swiotlb_find_slots)
   */
  #searchPools(dev: SwiotlbDevice, cpu: number, anywhere: boolean): number {
    const pools = this.#pools;
    const search = this.#search;
    const { nareas } = this.defpool;
    const first = cpu % nareas;
    let aimed = -1;
    let some = false;
    for (let offset = 0; offset < nareas; offset++) {
      for (let k = 0; k < pools.length; k++) {
        const pool = pools[k]!;
        if (offset >= pool.nareas) continue;
        const area = areaAt(pool, first + offset);
        if (search.slots > area.free) continue;
        if (aimed !== k) some = search.aim(dev, pool.start, pool.nslabs);
        aimed = k;
        const slot = some ? this.#searchArea(pool, area, anywhere) : -1;
        if (slot >= 0) return slot;
      }
    }
    return -1;
  }

  #searchArea(pool: IoTlbPool, area: IoTlbArea, anywhere: boolean): number {
    const at = anywhere ? area.findAny(this.#search) : area.find(this.#search);
    if (at < 0) return -1;
    area.take(at, this.#search);
    this.#found = pool;
    this.#totalUsed += this.#search.slots;
    if (this.#totalUsed > this.#usedHiwater) this.#usedHiwater = this.#totalUsed;
    return area.start + at;
  }

  /** Asks for growth; until then, a pool for this mapping alone. (:swiotlb_find_slots) */
  #addTransient(dev: SwiotlbDevice): number {
    this.#growthDue = true;
    const { memory } = this.#dynamic!;
    const limit = minNotZero(dev.dmaMask!, dev.busDmaLimit);
    const pool = allocTransient(this.#search.slots, memory, limit);
    if (pool === null) return -1;
    const begins = this.#search.aim(dev, pool.start, pool.nslabs);
    const slot = begins ? this.#searchArea(pool, pool.areas[0]!, false) : -1;
    if (slot < 0) {
      memory.giveBack(pool.start, pool.nslabs * IO_TLB_SIZE);
      return -1;
    }
    dev.dmaIoTlbPools.unshift(pool);
    this.#transientNslabs += pool.nslabs;
    return slot;
  }

  /** The whole pool goes. (:swiotlb_del_transient) */
  #delTransient(dev: SwiotlbDevice, pool: IoTlbPool): void {
    dev.dmaIoTlbPools.splice(dev.dmaIoTlbPools.indexOf(pool), 1);
    this.#transientNslabs -= pool.nslabs;
    this.#dynamic!.memory.giveBack(pool.start, pool.nslabs * IO_TLB_SIZE);
  }

  /** Releases the run of this address, if it was mapped, or not. (:swiotlb_release_slots) */
  #release(pool: IoTlbPool, paddr: number, mapped: boolean): boolean {
    const slot = pool.slotOf(paddr);
    const area = pool.areaOf(slot);
    const segment = area.segmentOf(slot - area.start);
    const at = slot % IO_TLB_SEGSIZE;
    const start = segment?.startOf(at) ?? -1;
    if (start < 0 || start + segment!.padAt(start) !== at) return false;
    if (paddr - pool.start - slot * IO_TLB_SIZE !== segment!.loAt(start)) return false;
    if ((segment!.origAt(start) !== NO_ORIG) !== mapped) return false;
    this.#totalUsed -= segment!.countAt(start);
    area.release(slot - area.start - (at - start));
    return true;
  }
}

/** Area `index` modulo their number, from which it is not far: no division. */
function areaAt(pool: IoTlbPool, index: number): IoTlbArea {
  let at = index;
  while (at >= pool.nareas) at -= pool.nareas;
  return pool.areas[at]!;
}

function poolWith(pools: readonly IoTlbPool[], paddr: number): IoTlbPool | null {
  for (let k = 0; k < pools.length; k++) if (pools[k]!.has(paddr)) return pools[k]!;
  return null;
}

/** All of a region [start, start + size) in whole slots. (:rmem_swiotlb_device_init) */
export function rmemSwiotlbDeviceInit(start: number, size: number, pageSize: number): IoTlbMem {
  const nslabs = Math.floor(size / IO_TLB_SIZE);
  return new IoTlbMem({ start, nslabs, nareas: 1, pageSize, forceBounce: true, forAlloc: true });
}
