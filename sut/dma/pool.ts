/**
 * The atomic pools: memory for callers that may not sleep, mapped beforehand.
 * Source: kernel/dma/pool.c, Linux 6.12.
 */
import type { Machine, ZoneName } from '../../contract/machine.ts';
import { maxPageOrder, PROFILES } from '../../contract/machine.ts';
import { maskOfBits, orderOf } from '../../contract/numbers.ts';
import type { Event } from '../../contract/outcome.ts';
import type { Device } from '../device.ts';
import { GenPool, genPoolFirstFitOrderAlign } from '../lib/genalloc.ts';
import type { Memory } from '../memory.ts';
import type { Allocation } from './coherent.ts';
import { dmaAllocFromContiguous } from './contiguous.ts';
import { dmaCoherentOk, physToDma } from './direct.ts';

export const ATOMIC_POOLS = ['kernel', 'dma', 'dma32'] as const;
export type AtomicPoolName = (typeof ATOMIC_POOLS)[number];

/** Work looks at the pools in this order. (:atomic_pool_work_fn) */
const WORK_ORDER = ['dma', 'dma32', 'kernel'] as const;

const ZONE_OF: Record<AtomicPoolName, ZoneName> = { kernel: 'normal', dma: 'dma', dma32: 'dma32' };

/** Bytes of RAM per byte of a pool (SZ_1G / SZ_128K), and the least a pool wants. */
const RAM_PER_POOL = 8192;
const POOL_MIN = 131072;

/**
 * Bytes a pool begins with, and below which it is refilled: 128 KiB per GiB of the pages in
 * `totalPages`, from 128 KiB to the largest block. (:dma_atomic_pool_init)
 */
export function atomicPoolSize(totalPages: number, pageSize: number): number {
  const pages = Math.min(Math.floor(totalPages / RAM_PER_POOL), 2 ** maxPageOrder(pageSize));
  return Math.max(pages * pageSize, POOL_MIN);
}

export class AtomicPools {
  /** The chunks that the pools were made of. */
  readonly bootEvents: readonly Event[];
  readonly #machine: Machine;
  readonly #memory: Memory;
  /** atomic_pool_size. */
  readonly #threshold: number;
  readonly #pools: Record<AtomicPoolName, GenPool | null> = {
    kernel: null,
    dma: null,
    dma32: null,
  };
  #workPending = false;

  constructor(machine: Machine, memory: Memory) {
    this.#machine = machine;
    this.#memory = memory;
    const { pages } = memory;
    const total = PROFILES[machine.profile].zones.reduce(
      (sum, zone) => sum + pages.managed(zone),
      0,
    );
    this.#threshold = atomicPoolSize(total, machine.pageSize);
    const events: Event[] = [];
    for (const name of ATOMIC_POOLS) {
      if (name === 'dma' && pages.managed('dma') === 0) continue;
      const pool = new GenPool(Math.log2(machine.pageSize));
      pool.setAlgo(genPoolFirstFitOrderAlign);
      const chunk = this.#expand(name, pool, this.#threshold);
      if (chunk === null) continue;
      this.#pools[name] = pool;
      events.push(chunk);
    }
    this.bootEvents = events;
  }

  /**
   * `size` bytes (whole pages, >= 1), zeroed, for a device whose limit asks for `zone`: from the
   * first pool in the order of `#guess` that has them within reach. A pool that runs low on it is
   * refilled by the next `runWork`. (:dma_alloc_from_pool)
   */
  alloc(dev: Device, size: number, zone: ZoneName): Allocation | null {
    for (let name = this.#first(zone); name !== null; name = this.#next(name)) {
      const pool = this.#pools[name];
      if (pool === null) return null;
      const cpu = pool.alloc(size);
      if (cpu === null) continue;
      const phys = pool.virtToPhys(cpu)!;
      if (!dmaCoherentOk(dev, phys, size)) {
        pool.free(cpu, size);
        continue;
      }
      if (pool.avail < this.#threshold) this.#workPending = true;
      this.#memory.views.uncached.fill(phys, size, 0);
      return { cpu, handle: physToDma(dev, phys) };
    }
    return null;
  }

  /** Gives back; false when no pool has the address. (:dma_free_from_pool) */
  free(cpu: number, size: number): boolean {
    for (let name = this.#first('normal'); name !== null; name = this.#next(name)) {
      const pool = this.#pools[name];
      if (pool === null) return false;
      if (!pool.hasAddr(cpu, size)) continue;
      pool.free(cpu, size);
      return true;
    }
    return false;
  }

  /** Pools below their threshold double, if an allocation asked for it. (:atomic_pool_work_fn) */
  runWork(): readonly Event[] {
    if (!this.#workPending) return [];
    this.#workPending = false;
    const events: Event[] = [];
    for (const name of WORK_ORDER) {
      const pool = this.#pools[name];
      if (pool === null || pool.avail >= this.#threshold) continue;
      const chunk = this.#expand(name, pool, pool.size);
      if (chunk !== null) events.push(chunk);
    }
    return events;
  }

  /** Bytes that are free, or null: there is no such pool. */
  avail(name: AtomicPoolName): number | null {
    return this.#pools[name]?.avail ?? null;
  }

  /** The pool to ask first; a missing dma32 pool ends the search. (:dma_guess_pool) */
  #first(zone: ZoneName): AtomicPoolName | null {
    if (zone === 'dma32') return 'dma32';
    return zone === 'dma' && this.#pools.dma !== null ? 'dma' : 'kernel';
  }

  #next(previous: AtomicPoolName): AtomicPoolName | null {
    if (previous === 'dma') return null;
    if (previous === 'kernel' && this.#pools.dma32 !== null) return 'dma32';
    return this.#pools.dma === null ? null : 'dma';
  }

  /** Adds one chunk of up to `wanted` bytes, halving until there is one. (:atomic_pool_expand) */
  #expand(name: AtomicPoolName, pool: GenPool, wanted: number): Event | null {
    const { pageSize } = this.#machine;
    const zone = ZONE_OF[name];
    const useCma = this.#cmaInZone(zone);
    let order = Math.min(orderOf(wanted, pageSize), maxPageOrder(pageSize));
    for (; order >= 0; order--) {
      let pfn = useCma ? dmaAllocFromContiguous(this.#memory, 2 ** order, order) : null;
      pfn ??= this.#memory.pages.allocPages(order, zone);
      if (pfn < 0) continue;
      const phys = pfn * pageSize;
      const bytes = pageSize * 2 ** order;
      this.#memory.views.beginUncached(phys, bytes);
      pool.addVirt(this.#memory.resources.vmap(phys, bytes), phys, bytes);
      return { event: 'chunk', of: name, phys, bytes };
    }
    return null;
  }

  /** Does the default area lie below the limit of the zone? (:cma_in_zone) */
  #cmaInZone(zone: ZoneName): boolean {
    const area = this.#memory.defaultArea;
    if (area === null || area.count === 0) return false;
    const last = (area.basePfn + area.count) * this.#machine.pageSize - 1;
    const { zoneDmaLimit } = this.#machine;
    if (zone === 'dma') return last <= zoneDmaLimit;
    return zone === 'normal' || last <= Math.max(maskOfBits(32), zoneDmaLimit);
  }
}
