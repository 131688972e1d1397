/**
 * Memory for devices without an IOMMU: which allocator is asked, in which order, and what becomes
 * of the CPU view. Source: kernel/dma/direct.c, Linux 6.12.
 */
import type { Machine, ZoneName } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import { alignUp, BEYOND, orderOf, pagesOf } from '../../contract/numbers.ts';
import type { Device } from '../device.ts';
import { CONFIG } from '../kernel/config.ts';
import type { Memory } from '../memory.ts';
import { zoneBelow, zoneFor } from '../mm/zones.ts';
import type { Allocation, CoherentMem } from './coherent.ts';
import { dmaAllocFromPool, dmaReleaseFromPool } from './coherent.ts';
import { dmaAllocContiguous, dmaFreeContiguous } from './contiguous.ts';
import { coherentLimit, dmaCoherentOk, dmaToPhys, physToDma } from './direct.ts';
import type { AtomicPools } from './pool.ts';

/** How a caller asks. */
export interface Request {
  readonly size: number;
  /** May it sleep? Without, CMA is not asked, and what needs a new mapping comes from a pool. */
  readonly blocking: boolean;
  /** DMA_ATTR_NO_KERNEL_MAPPING: `cpu` is a cookie and nothing is cleared. */
  readonly noKernelMapping: boolean;
}

/** What drivers hold instead of a CPU address, below all addresses; and its page frame again. */
export const cookieOf = (pfn: number) => -1 - pfn;

/**
 * First page frame of a process mapping of `pages` pages from page `offset` of `size` bytes at
 * `phys`; ENXIO when they are more. Source: kernel/dma/mapping.c:dma_mmap_pages.
 */
export function mmapPfn(
  pageSize: number,
  phys: number,
  size: number,
  offset: number,
  pages: number,
): number | 'ENXIO' {
  const count = pagesOf(size, pageSize);
  if (offset >= count || pages > count - offset) return 'ENXIO';
  return Math.floor(phys / pageSize) + offset;
}

/** The zone a device's limit asks for, and the physical address of that limit. */
interface Hint {
  readonly zone: ZoneName;
  readonly physLimit: number;
}

export class DirectAlloc {
  readonly #machine: Machine;
  readonly #memory: Memory;
  readonly #globalPool: CoherentMem | null;
  /** Null where coherent memory never needs a new mapping. */
  readonly #atomicPools: AtomicPools | null;

  constructor(
    machine: Machine,
    memory: Memory,
    globalPool: CoherentMem | null,
    atomicPools: AtomicPools | null,
  ) {
    this.#machine = machine;
    this.#memory = memory;
    this.#globalPool = globalPool;
    this.#atomicPools = atomicPools;
  }

  /** Coherent memory, or null. (:dma_direct_alloc) */
  alloc(dev: Device, { size, blocking, noKernelMapping }: Request): Allocation | null {
    const bytes = alignUp(size, this.#memory.pageSize);
    if (this.#withoutMapping(dev, noKernelMapping)) {
      const pfn = this.#allocPages(dev, bytes, blocking);
      return pfn === null ? null : { cpu: cookieOf(pfn), handle: this.#handleOf(dev, pfn) };
    }
    if (this.#usesGlobalPool(dev)) {
      const global = this.#globalPool;
      return global && dmaAllocFromPool(this.#memory, dev, global, bytes);
    }
    const remap = CONFIG[this.#machine.profile].dmaDirectRemap && !dev.dmaCoherent;
    if (remap && !blocking && dev.dmaIoTlbMem === null) {
      return bytes === 0 ? null : this.#atomicPools!.alloc(dev, bytes, this.#hintOf(dev).zone);
    }
    const pfn = this.#allocPages(dev, bytes, blocking);
    if (pfn === null) return null;
    const phys = pfn * this.#memory.pageSize;
    const cpu = remap ? this.#remap(phys, bytes) : phys;
    this.#memory.at(cpu).view.fill(phys, bytes, 0);
    return { cpu, handle: this.#handleOf(dev, pfn) };
  }

  /** Frees coherent memory by what the device is now. (:dma_direct_free) */
  free(dev: Device, request: Omit<Request, 'blocking'>, { cpu, handle }: Allocation): void {
    const { size, noKernelMapping } = request;
    const { resources, pageSize } = this.#memory;
    if (this.#withoutMapping(dev, noKernelMapping)) {
      dmaFreeContiguous(this.#memory, dev, cookieOf(cpu), size);
      return;
    }
    if (this.#usesGlobalPool(dev)) {
      dmaReleaseFromPool(this.#memory, this.#globalPool, orderOf(size, pageSize), cpu);
      return;
    }
    if (this.#atomicPools?.free(cpu, alignUp(size, pageSize))) return;
    if (resources.isVmallocAddr(cpu)) resources.memunmap(cpu);
    // The handle says which pages, not the CPU address (C-T7).
    this.freePages(dev, size, dmaToPhys(dev, handle) / pageSize);
  }

  /** Cleared pages as the first page frame and its bus address. (:dma_direct_alloc_pages) */
  allocPages(dev: Device, size: number, blocking: boolean): Allocation | null {
    const bytes = alignUp(size, this.#memory.pageSize);
    const pfn = this.#allocPages(dev, bytes, blocking);
    if (pfn === null) return null;
    const cpu = pfn * this.#memory.pageSize;
    this.#memory.views.cached.fill(cpu, bytes, 0);
    return { cpu, handle: this.#handleOf(dev, pfn) };
  }

  /** (:__dma_direct_free_pages) */
  freePages(dev: Device, size: number, pfn: number): void {
    if (dev.dmaIoTlbMem?.free(pfn * this.#memory.pageSize)) return;
    dmaFreeContiguous(this.#memory, dev, pfn, size);
  }

  /** First page frame of a process mapping of what `handle` names. (:dma_direct_mmap) */
  mmap(dev: Device, handle: number, size: number, offset: number, pages: number): number | 'ENXIO' {
    const phys = dmaToPhys(dev, handle);
    if (phys === BEYOND) return 'ENXIO';
    return mmapPfn(this.#memory.pageSize, phys, size, offset, pages);
  }

  /** An uncached mapping, once no cache line is left. (mm/remap.c:dma_common_contiguous_remap) */
  #remap(phys: number, bytes: number): number {
    this.#memory.views.beginUncached(phys, bytes);
    return this.#memory.resources.vmap(phys, bytes);
  }

  #withoutMapping(dev: Device, noKernelMapping: boolean): boolean {
    return noKernelMapping && dev.dmaIoTlbMem === null;
  }

  #usesGlobalPool(dev: Device): boolean {
    return PROFILES[this.#machine.profile].globalPool && !dev.dmaCoherent;
  }

  #handleOf(dev: Device, pfn: number): number {
    return physToDma(dev, pfn * this.#memory.pageSize);
  }

  /** (:dma_direct_optimal_gfp_mask) */
  #hintOf(dev: Device): Hint {
    const physLimit = dmaToPhys(dev, coherentLimit(dev));
    return { zone: zoneFor(this.#machine, physLimit), physLimit };
  }

  /**
   * The first page frame of `bytes` (whole pages) within reach of the device, or null. A device
   * with a restricted pool gets nothing else. (:__dma_direct_alloc_pages)
   */
  #allocPages(dev: Device, bytes: number, blocking: boolean): number | null {
    // Linux asks for an order that no allocator has, or stops at a BUG in a restricted pool.
    if (bytes === 0) return null;
    if (dev.dmaIoTlbMem !== null) return this.#allocSwiotlb(dev, bytes);
    const pfn = dmaAllocContiguous(this.#memory, dev, bytes, blocking);
    if (pfn === null) return this.#climbDown(dev, bytes);
    if (this.#reaches(dev, pfn, bytes)) return pfn;
    dmaFreeContiguous(this.#memory, dev, pfn, bytes);
    return this.#climbDown(dev, bytes);
  }

  /** (:dma_direct_alloc_swiotlb) */
  #allocSwiotlb(dev: Device, bytes: number): number | null {
    const phys = dev.dmaIoTlbMem!.alloc(dev, bytes);
    if (phys === null) return null;
    if (dmaCoherentOk(dev, phys, bytes)) return phys / this.#memory.pageSize;
    dev.dmaIoTlbMem!.free(phys);
    return null;
  }

  /**
   * Asks the page allocator zone by zone, as long as it answers with memory out of reach. The
   * misses of this ladder are Linux's (C-T1 to C-T4).
   */
  #climbDown(dev: Device, bytes: number): number | null {
    const { pages, pageSize } = this.#memory;
    const order = orderOf(bytes, pageSize);
    const { zone, physLimit } = this.#hintOf(dev);
    for (let rung: ZoneName | null = zone; rung !== null; rung = this.#lower(rung, physLimit)) {
      const pfn = pages.allocPages(order, rung);
      if (pfn < 0) return null;
      if (this.#reaches(dev, pfn, bytes)) return pfn;
      pages.freePages(pfn, order);
    }
    return null;
  }

  #lower(zone: ZoneName, physLimit: number): ZoneName | null {
    return zoneBelow(this.#machine, zone, physLimit);
  }

  #reaches(dev: Device, pfn: number, bytes: number): boolean {
    return dmaCoherentOk(dev, pfn * this.#memory.pageSize, bytes);
  }
}
