/** A booted machine: its memory, its regions, its devices and the DMA layer over them. */
import type { Machine } from '../../contract/machine.ts';
import { isCoherent } from '../../contract/machine.ts';
import type { Device } from '../device.ts';
import { DirectAlloc } from '../dma/direct-alloc.ts';
import { DmaMapping } from '../dma/mapping.ts';
import { AtomicPools } from '../dma/pool.ts';
import { CONFIG } from '../kernel/config.ts';
import { type Memory, memoryOf } from '../memory.ts';
import { TakenPages } from '../mm/taken-pages.ts';
import { ReservedMemory } from '../of/reserved-mem.ts';

export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly reserved: ReservedMemory;
  readonly atomicPools: AtomicPools | null;
  readonly mapping: DmaMapping;
  readonly devices: readonly Device[];
  /** Pages of areas that are in use by somebody who cannot move. */
  readonly pinned: TakenPages;
  /** Pages the kernel took by address for itself. */
  readonly contig: TakenPages;
}

export function bootSystem(machine: Machine): System {
  const memory = memoryOf(machine);
  const reserved = new ReservedMemory(machine, memory);
  const { dmaDirectRemap } = CONFIG[machine.profile];
  const atomicPools = dmaDirectRemap ? new AtomicPools(machine, memory) : null;
  // A call of the same level as the atomic pools', but linked later.
  if (machine.lowmemReserve) memory.pages.setupLowmemReserve();
  const { globalPool } = reserved;
  const direct = new DirectAlloc(machine, memory, globalPool, atomicPools);
  return {
    machine,
    memory,
    reserved,
    atomicPools,
    mapping: new DmaMapping(machine, memory, globalPool, direct),
    devices: machine.devices.map((spec) => ({
      name: spec.name,
      dmaMask: spec.mask,
      coherentDmaMask: spec.coherentMask,
      busDmaLimit: spec.busLimit,
      dmaRangeMap: spec.windows.length === 0 ? null : spec.windows,
      dmaMem: null,
      cmaArea: null,
      dmaIoTlbMem: null,
      dmaIoTlbPools: [],
      dmaUsesIoTlb: false,
      dmaCoherent: isCoherent(machine, spec),
      iommu: spec.iommu,
      segmentBoundary: spec.segmentBoundary,
      minAlign: spec.minAlign,
      memoryRegion: spec.regions.map((index) => reserved.regions[index]!),
    })),
    pinned: new TakenPages(memory.pages, 'cma'),
    contig: new TakenPages(memory.pages, 'movable'),
  };
}
