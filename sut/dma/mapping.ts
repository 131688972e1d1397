/**
 * The front end drivers call: masks, coherent allocation, free and mmap.
 * Source: kernel/dma/mapping.c, Linux 6.12.
 */
import type { Errno } from '../../contract/errno.ts';
import type { Machine } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import { alignUp, maskOfBits, minNotZero, orderOf } from '../../contract/numbers.ts';
import type { Device } from '../device.ts';
import type { ReservedMemory } from '../of/reserved-mem.ts';
import type { Allocation, Memory } from './coherent.ts';
import { dmaAllocFromPool, dmaMmapFromPool, dmaReleaseFromPool } from './coherent.ts';
import { dmaDirectAllRamMapped, dmaDirectGetRequiredMask, dmaDirectSupported } from './direct.ts';

const DMA_BIT_MASK_32 = maskOfBits(32);

export class DmaMapping {
  readonly #machine: Machine;
  readonly #memory: Memory;
  readonly #reserved: ReservedMemory;

  constructor(machine: Machine, memory: Memory, reserved: ReservedMemory) {
    this.#machine = machine;
    this.#memory = memory;
    this.#reserved = reserved;
  }

  #supported(dev: Device, mask: number): boolean {
    return dev.iommu !== null || dmaDirectSupported(dev, this.#machine, mask);
  }

  setMask(dev: Device, mask: number): Errno | null {
    if (dev.dmaMask === null || !this.#supported(dev, mask)) return 'EIO';
    dev.dmaMask = mask;
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

  /** Devices the global pool serves once they have no pool of their own (direct.c, row D3). */
  #usesGlobalPool(dev: Device): boolean {
    return PROFILES[this.#machine.profile].globalPool && !dev.dmaCoherent && dev.iommu === null;
  }

  /** Can this device allocate here at all? Without, the page allocators would be asked. */
  servesCoherent(dev: Device, noKernelMapping: boolean): boolean {
    return dev.dmaMem !== null || (this.#usesGlobalPool(dev) && !noKernelMapping);
  }

  /** Coherent memory from the device's pool (final), else from the global pool. */
  allocAttrs(dev: Device, size: number): Allocation | null {
    if (dev.dmaMem !== null) return dmaAllocFromPool(this.#memory, dev, dev.dmaMem, size);
    const global = this.#reserved.globalPool;
    if (global === null) return null;
    // Whole pages are asked for, and cleared (direct.c:dma_direct_alloc).
    return dmaAllocFromPool(this.#memory, dev, global, alignUp(size, this.#memory.pageSize));
  }

  /** Frees by CPU address: the device's pool first, then the global one. */
  freeAttrs(dev: Device, size: number, cpu: number): void {
    const order = orderOf(size, this.#memory.pageSize);
    if (dmaReleaseFromPool(this.#memory, dev.dmaMem, order, cpu)) return;
    dmaReleaseFromPool(this.#memory, this.#reserved.globalPool, order, cpu);
  }

  /** First page frame of a process mapping, or ENXIO. */
  mmapAttrs(dev: Device, cpu: number, size: number, offset: number, pages: number) {
    return (
      dmaMmapFromPool(this.#memory, dev.dmaMem, cpu, size, offset, pages) ??
      dmaMmapFromPool(this.#memory, this.#reserved.globalPool, cpu, size, offset, pages) ??
      'ENXIO'
    );
  }
}
