/**
 * The front end drivers call: masks, coherent allocation, free and mmap.
 * Source: kernel/dma/mapping.c, Linux 6.12.
 */
import type { Errno } from '../../contract/errno.ts';
import type { Machine } from '../../contract/machine.ts';
import { maskOfBits, minNotZero, orderOf } from '../../contract/numbers.ts';
import type { Device } from '../device.ts';
import type { Memory } from '../memory.ts';
import type { Allocation, CoherentMem } from './coherent.ts';
import { dmaAllocFromPool, dmaMmapFromPool, dmaReleaseFromPool } from './coherent.ts';
import { dmaDirectAllRamMapped, dmaDirectGetRequiredMask, dmaDirectSupported } from './direct.ts';
import { type DirectAlloc, mmapPfn, type Request } from './direct-alloc.ts';

const DMA_BIT_MASK_32 = maskOfBits(32);

export class DmaMapping {
  readonly #machine: Machine;
  readonly #memory: Memory;
  readonly #globalPool: CoherentMem | null;
  readonly #direct: DirectAlloc;

  constructor(
    machine: Machine,
    memory: Memory,
    globalPool: CoherentMem | null,
    direct: DirectAlloc,
  ) {
    this.#machine = machine;
    this.#memory = memory;
    this.#globalPool = globalPool;
    this.#direct = direct;
  }

  #supported(dev: Device, mask: number): boolean {
    return dev.iommu !== null || dmaDirectSupported(dev, this.#machine, mask);
  }

  setMask(dev: Device, mask: number): Errno | null {
    if (dev.dmaMask === null || !this.#supported(dev, mask)) return 'EIO';
    dev.dmaMask = mask;
    // Linux forgets that something may be in bounce memory now, and drops its syncs.
    dev.dmaSkipSync = dev.dmaCoherent && dev.liveBounces === 0;
    return null;
  }

  setCoherentMask(dev: Device, mask: number): Errno | null {
    if (!this.#supported(dev, mask)) return 'EIO';
    dev.coherentDmaMask = mask;
    return null;
  }

  getRequiredMask(dev: Device): number {
    return dev.iommu === null ? dmaDirectGetRequiredMask(dev, this.#machine) : DMA_BIT_MASK_32;
  }

  /** Is some RAM out of reach of the device? */
  addressingLimited(dev: Device): boolean {
    // dma_get_mask: no mask, or a mask of 0, counts as 32 bits.
    const mask = dev.dmaMask === null || dev.dmaMask === 0 ? DMA_BIT_MASK_32 : dev.dmaMask;
    if (minNotZero(mask, dev.busDmaLimit) < this.getRequiredMask(dev)) return true;
    if (dev.iommu !== null) return false;
    return !dmaDirectAllRamMapped(dev, this.#machine, this.#memory.resources);
  }

  /** Can this device allocate here at all? What is behind an IOMMU needs translation. */
  serves(dev: Device): boolean {
    return dev.iommu === null;
  }

  /**
   * Coherent memory from the device's own pool, whose answer is final, else from where the direct
   * mapping finds it. The device has a pool or is served. (:dma_alloc_attrs)
   */
  allocAttrs(dev: Device, request: Request): Allocation | null {
    if (dev.dmaMem !== null) return dmaAllocFromPool(this.#memory, dev, dev.dmaMem, request.size);
    return this.#direct.alloc(dev, request);
  }

  /** Frees what `allocAttrs` answered to the same request. (:dma_free_attrs) */
  freeAttrs(dev: Device, request: Omit<Request, 'blocking'>, allocation: Allocation): void {
    const { cpu } = allocation;
    const order = orderOf(request.size, this.#memory.pageSize);
    if (dmaReleaseFromPool(this.#memory, dev.dmaMem, order, cpu)) return;
    this.#direct.free(dev, request, allocation);
  }

  /** Pages at their linear address, never from a coherent pool. (:__dma_alloc_pages) */
  allocPages(dev: Device, size: number, blocking: boolean): Allocation | null {
    return dev.coherentDmaMask === 0 ? null : this.#direct.allocPages(dev, size, blocking);
  }

  /** Frees what `allocPages` answered. (:dma_free_pages) */
  freePages(dev: Device, size: number, { cpu }: Allocation): void {
    this.#direct.freePages(dev, size, cpu / this.#memory.pageSize);
  }

  /** First page frame of a process mapping of coherent memory, or ENXIO. (:dma_mmap_attrs) */
  mmapAttrs(
    dev: Device,
    { cpu, handle }: Allocation,
    size: number,
    offset: number,
    pages: number,
  ): number | 'ENXIO' {
    return (
      dmaMmapFromPool(this.#memory, dev.dmaMem, cpu, size, offset, pages) ??
      dmaMmapFromPool(this.#memory, this.#globalPool, cpu, size, offset, pages) ??
      this.#direct.mmap(dev, handle, size, offset, pages)
    );
  }

  /** The same of what `allocPages` answered. (:dma_mmap_pages) */
  mmapPages({ cpu }: Allocation, size: number, offset: number, pages: number): number | 'ENXIO' {
    return mmapPfn(this.#memory.pageSize, cpu, size, offset, pages);
  }
}
