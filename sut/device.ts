/** The fields of the kernel's device object that decide about DMA (include/linux/device.h). */
import type { Iommu, Window } from '../contract/machine.ts';
import type { CoherentMem } from './dma/coherent.ts';
import type { IoTlbMem } from './dma/swiotlb/mem.ts';
import type { IoTlbPool } from './dma/swiotlb/pool.ts';
import type { Cma } from './mm/cma.ts';
import type { ReservedMem } from './of/reserved-mem.ts';

export interface Device {
  readonly name: string;
  /** Streaming mask, inclusive; null: no mask pointer. */
  dmaMask: number | null;
  /** Mask of coherent allocations, inclusive. */
  coherentDmaMask: number;
  /** Highest bus address the bridge forwards, inclusive; 0: none. */
  readonly busDmaLimit: number;
  /** Null: bus address = physical address. A window of size 0 ends the table. */
  dmaRangeMap: readonly Window[] | null;
  /** Per-device coherent pool. */
  dmaMem: CoherentMem | null;
  /** CMA area of its own. */
  cmaArea: Cma | null;
  /** Restricted pool, which all its memory then comes from. */
  dmaIoTlbMem: IoTlbMem | null;
  /** Bounce pools made for one mapping of this device each, newest first. */
  readonly dmaIoTlbPools: IoTlbPool[];
  /** Did it ever get a slot of an allocator that can grow? */
  dmaUsesIoTlb: boolean;
  /** dma_skip_sync: nothing it maps has to be passed on. */
  dmaSkipSync: boolean;
  /** Mappings of it that are in bounce memory now. */
  liveBounces: number;
  readonly dmaCoherent: boolean;
  readonly iommu: Iommu | null;
  /** Mask 2^n - 1 of what no bounce memory may cross (dma_get_seg_boundary). */
  readonly segmentBoundary: number;
  /** Mask 2^n - 1 (dma_get_min_align_mask). */
  readonly minAlign: number;
  /** `memory-region` of its node, in order. */
  readonly memoryRegion: readonly ReservedMem[];
}
