/**
 * The front end drivers call for streaming mappings. Source: kernel/dma/mapping.c, Linux 6.12.
 * Devices here have no IOMMU: all of it goes to the direct mapping.
 */
import type { Errno } from '../../contract/errno.ts';
import { UNLIMITED } from '../../contract/numbers.ts';
import type { Device } from '../device.ts';
import type { SgTable } from '../lib/scatterlist.ts';
import { DMA_MAPPING_ERROR } from './direct.ts';
import type { Direction, DirectMap, MapOptions } from './direct-map.ts';
import type { DmaMapping } from './mapping.ts';

export class Streaming {
  readonly #mapping: DmaMapping;
  readonly #direct: DirectMap;

  constructor(mapping: DmaMapping, direct: DirectMap) {
    this.#mapping = mapping;
    this.#direct = direct;
  }

  /** Bus address of [phys, phys + size), or DMA_MAPPING_ERROR. (:dma_map_page_attrs) */
  mapPage(
    dev: Device,
    phys: number,
    size: number,
    direction: Direction,
    options: MapOptions,
  ): number {
    if (dev.dmaMask === null) return DMA_MAPPING_ERROR;
    return this.#direct.mapPage(dev, phys, size, direction, options);
  }

  unmapPage(dev: Device, addr: number, size: number, direction: Direction, skip: boolean): void {
    this.#direct.unmapPage(dev, addr, size, direction, skip);
  }

  /**
   * All entries of a table, whose `nents` is how many there are for the device then; or an error,
   * which leaves the counts. EIO without a mask, where Linux reports success with no entries.
   * (:dma_map_sgtable)
   */
  mapSgtable(dev: Device, table: SgTable, direction: Direction, options: MapOptions): Errno | null {
    if (dev.dmaMask === null) return 'EIO';
    const nents = this.#direct.mapSg(dev, table, direction, options);
    if (typeof nents === 'string') return nents;
    table.nents = nents;
    return null;
  }

  /** The CPU's count of entries, whatever the device's is. (:dma_unmap_sg_attrs) */
  unmapSgtable(dev: Device, table: SgTable, direction: Direction, skip: boolean): void {
    this.#direct.unmapSg(dev, table, table.origNents, direction, skip);
  }

  mapResource(dev: Device, phys: number, size: number): number {
    return dev.dmaMask === null ? DMA_MAPPING_ERROR : this.#direct.mapResource(dev, phys, size);
  }

  /** (:__dma_sync_single_for_cpu) */
  syncForCpu(dev: Device, addr: number, size: number, direction: Direction): void {
    if (!dev.dmaSkipSync) this.#direct.syncForCpu(dev, addr, size, direction);
  }

  /** (:__dma_sync_single_for_device) */
  syncForDevice(dev: Device, addr: number, size: number, direction: Direction): void {
    if (!dev.dmaSkipSync) this.#direct.syncForDevice(dev, addr, size, direction);
  }

  /** (:__dma_need_sync) */
  needSync(dev: Device, addr: number): boolean {
    return !dev.dmaSkipSync && this.#direct.needSync(dev, addr);
  }

  /** Bytes; UNLIMITED when nothing has to bounce. (direct.c:dma_direct_max_mapping_size) */
  maxMappingSize(dev: Device): number {
    const tlb = this.#direct.tlbOf(dev);
    if (tlb === null) return UNLIMITED;
    const bounces = tlb.forceBounce || this.#mapping.addressingLimited(dev);
    return bounces ? tlb.maxMappingSize(dev) : UNLIMITED;
  }

  /** No hint of a backend: what can be mapped is mapped at once. (:dma_opt_mapping_size) */
  optMappingSize(dev: Device): number {
    return this.maxMappingSize(dev);
  }
}
