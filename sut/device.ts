/** The fields of the kernel's device object that decide about DMA (include/linux/device.h). */
import type { Iommu, Window } from '../contract/machine.ts';
import type { CoherentMem } from './dma/coherent.ts';
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
  readonly dmaCoherent: boolean;
  readonly iommu: Iommu | null;
  /** `memory-region` of its node, in order. */
  readonly memoryRegion: readonly ReservedMem[];
}
