/**
 * Streaming mappings without an IOMMU: the bytes themselves where the device reaches them, else
 * bounce memory. Source: kernel/dma/direct.h and direct.c, Linux 6.12.
 */
import type { Errno } from '../../contract/errno.ts';
import { endsWithin, minNotZero } from '../../contract/numbers.ts';
import type { OpOf } from '../../contract/operations.ts';
import type { Device } from '../device.ts';
import type { SgTable } from '../lib/scatterlist.ts';
import type { Memory } from '../memory.ts';
import { DMA_MAPPING_ERROR, dmaCapable, dmaToPhys, insideWindow, physToDma } from './direct.ts';
import { kmallocNeedsBounce } from './kmalloc.ts';
import type { IoTlbMem } from './swiotlb/mem.ts';

/** enum dma_data_direction. */
export type Direction = OpOf<'map_page'>['direction'];

/** What of the attributes changes a streaming mapping, and where the caller runs. */
export interface MapOptions {
  /** DMA_ATTR_SKIP_CPU_SYNC. */
  readonly skipCpuSync: boolean;
  readonly cpu: number;
}

export class DirectMap {
  readonly #memory: Memory;
  /** The allocator of bounce memory for devices without a restricted pool; null: there is none. */
  readonly #defaultTlb: IoTlbMem | null;
  /** Do small buffers bounce, and at which line size? 0: they do not. */
  readonly #smallLine: number;
  #copied = 0;

  constructor(memory: Memory, defaultTlb: IoTlbMem | null, smallLine: number) {
    this.#memory = memory;
    this.#defaultTlb = defaultTlb;
    this.#smallLine = smallLine;
  }

  /** Bytes copied between buffers and slots. */
  get copied(): number {
    return this.#copied;
  }

  /** dev->dma_io_tlb_mem; null: there are no slots. (:is_swiotlb_active) */
  tlbOf(dev: Device): IoTlbMem | null {
    return dev.dmaIoTlbMem ?? this.#defaultTlb;
  }

  /** Bus address of [phys, phys + size), or DMA_MAPPING_ERROR. size >= 1. (:dma_direct_map_page) */
  mapPage(
    dev: Device,
    phys: number,
    size: number,
    direction: Direction,
    options: MapOptions,
  ): number {
    const tlb = this.tlbOf(dev);
    if (tlb?.forceBounce === true) return this.#bounce(dev, tlb, phys, size, options);
    const dma = physToDma(dev, phys);
    // Linux translates the first byte only (deviation window-crossed).
    const reached = insideWindow(dev, phys, size) && dmaCapable(dev, dma, size);
    if (!reached || kmallocNeedsBounce(dev, size, direction, this.#smallLine)) {
      return tlb === null ? DMA_MAPPING_ERROR : this.#bounce(dev, tlb, phys, size, options);
    }
    if (!options.skipCpuSync) this.#archSyncForDevice(dev, phys, size);
    return dma;
  }

  /** The device is done with it. (:dma_direct_unmap_page) */
  unmapPage(
    dev: Device,
    addr: number,
    size: number,
    direction: Direction,
    skipCpuSync: boolean,
  ): void {
    if (!skipCpuSync) this.syncForCpu(dev, addr, size, direction);
    const phys = dmaToPhys(dev, addr);
    if (this.tlbOf(dev)?.isSwiotlbBuffer(dev, phys) !== true) return;
    this.tlbOf(dev)!.tblUnmapSingle(dev, phys);
    dev.liveBounces -= 1;
  }

  /** (:dma_direct_sync_single_for_device) */
  syncForDevice(dev: Device, addr: number, size: number, direction: Direction): void {
    const phys = dmaToPhys(dev, addr);
    if (direction !== 'from-device') this.#swiotlbCopy(dev, phys, size, 'in');
    this.#archSyncForDevice(dev, phys, size);
  }

  /** What caches hold of the slots goes first, then what the slots hold comes. */
  syncForCpu(dev: Device, addr: number, size: number, direction: Direction): void {
    const phys = dmaToPhys(dev, addr);
    this.#archSyncForCpu(dev, phys, size, direction);
    if (direction !== 'to-device') this.#swiotlbCopy(dev, phys, size, 'out');
  }

  /** All entries or none; the number of them, or EIO. (:dma_direct_map_sg) */
  mapSg(dev: Device, table: SgTable, direction: Direction, options: MapOptions): number | Errno {
    const { origNents } = table;
    for (let index = 0; index < origNents; index++) {
      const length = table.length(index);
      const address = this.mapPage(dev, table.phys(index), length, direction, options);
      if (address === DMA_MAPPING_ERROR) {
        // Nothing is copied back: the bytes are as they were.
        this.unmapSg(dev, table, index, direction, true);
        return 'EIO';
      }
      table.setDma(index, address, length);
    }
    return origNents;
  }

  /** The first `nents` entries. (:dma_direct_unmap_sg) */
  unmapSg(
    dev: Device,
    table: SgTable,
    nents: number,
    direction: Direction,
    skipCpuSync: boolean,
  ): void {
    for (let index = 0; index < nents; index++) {
      const address = table.dmaAddress(index);
      this.unmapPage(dev, address, table.dmaLength(index), direction, skipCpuSync);
    }
  }

  /** Registers: no translation, no bounce. (:dma_direct_map_resource) */
  mapResource(dev: Device, phys: number, size: number): number {
    return dmaCapable(dev, phys, size) ? phys : DMA_MAPPING_ERROR;
  }

  /** Is it in bounce memory, or does the device not snoop? (:dma_direct_need_sync) */
  needSync(dev: Device, addr: number): boolean {
    const bounced = this.tlbOf(dev)?.isSwiotlbBuffer(dev, dmaToPhys(dev, addr)) === true;
    return !dev.dmaCoherent || bounced;
  }

  /**
   * Slots with a copy of the bytes. Memory without a linear address cannot be copied: Linux faults
   * there, and this refuses. What the device does not reach is given back. (swiotlb.c:swiotlb_map)
   */
  #bounce(dev: Device, tlb: IoTlbMem, phys: number, size: number, options: MapOptions): number {
    if (!this.#memory.resources.hasLinearAddress(phys, size)) return DMA_MAPPING_ERROR;
    const slots = tlb.tblMapSingle(dev, phys, size, 0, options.cpu);
    if (slots === null) return DMA_MAPPING_ERROR;
    dev.dmaSkipSync = false;
    dev.liveBounces += 1;
    // Always: bytes that the device does not write come back as they were.
    this.#copy(phys, slots, size);
    const dma = physToDma(dev, slots);
    if (!endsWithin(dma, size, minNotZero(dev.dmaMask!, dev.busDmaLimit))) {
      tlb.tblUnmapSingle(dev, slots);
      dev.liveBounces -= 1;
      return DMA_MAPPING_ERROR;
    }
    if (!options.skipCpuSync) this.#archSyncForDevice(dev, slots, size);
    return dma;
  }

  /** Bytes between slots and the buffer they stand for. (swiotlb.c:swiotlb_bounce) */
  #swiotlbCopy(dev: Device, phys: number, size: number, way: 'in' | 'out'): void {
    const tlb = this.tlbOf(dev);
    if (tlb?.isSwiotlbBuffer(dev, phys) !== true) return;
    const found = tlb.bounce(dev, phys, size);
    if (found === null) return;
    if (way === 'in') this.#copy(found.orig, phys, found.size);
    else this.#copy(phys, found.orig, found.size);
  }

  #copy(from: number, to: number, size: number): void {
    this.#memory.views.cached.copy(from, to, size);
    this.#copied += size;
  }

  /** (arch/arm64/mm/dma-mapping.c:arch_sync_dma_for_device) */
  #archSyncForDevice(dev: Device, phys: number, size: number): void {
    if (dev.dmaCoherent || !this.#memory.resources.hasLinearAddress(phys, size)) return;
    this.#memory.cache.clean(phys, size);
  }

  /** (arch/arm64/mm/dma-mapping.c:arch_sync_dma_for_cpu) */
  #archSyncForCpu(dev: Device, phys: number, size: number, direction: Direction): void {
    if (dev.dmaCoherent || direction === 'to-device') return;
    if (!this.#memory.resources.hasLinearAddress(phys, size)) return;
    this.#memory.cache.invalidate(phys, size);
  }
}
