/** A booted machine: its memory, its regions, its devices and the DMA layer over them. */
import type { Machine } from '../../contract/machine.ts';
import { isCoherent, PROFILES } from '../../contract/machine.ts';
import type { Event } from '../../contract/outcome.ts';
import type { Device } from '../device.ts';
import { DirectAlloc } from '../dma/direct-alloc.ts';
import { DirectMap } from '../dma/direct-map.ts';
import { DmaMapping } from '../dma/mapping.ts';
import { AtomicPools } from '../dma/pool.ts';
import { Streaming } from '../dma/streaming.ts';
import { IO_TLB_SIZE } from '../dma/swiotlb/constants.ts';
import { IoTlbMem } from '../dma/swiotlb/mem.ts';
import { TlbPages } from '../dma/swiotlb/tlb-pages.ts';
import { CONFIG } from '../kernel/config.ts';
import { type Memory, memoryOf } from '../memory.ts';
import { archLowAddressLimit, type BouncePool } from '../mm/memblock.ts';
import { TakenPages } from '../mm/taken-pages.ts';
import { ReservedMemory } from '../of/reserved-mem.ts';

export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly reserved: ReservedMemory;
  readonly atomicPools: AtomicPools | null;
  readonly mapping: DmaMapping;
  readonly streaming: Streaming;
  readonly directMap: DirectMap;
  /** Bounce memory for all devices without their own; null: there is none. */
  readonly ioTlb: IoTlbMem | null;
  /** Where more of it comes from; null: there never is more. */
  readonly tlbPages: TlbPages | null;
  /** Where booting put it. */
  readonly bounceEvents: readonly Event[];
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
  const mapping = new DmaMapping(machine, memory, globalPool, direct);
  const tlbPages = machine.swiotlb?.dynamic === true ? new TlbPages(machine, memory) : null;
  const ioTlb = swiotlbInit(machine, memory.bouncePool, tlbPages);
  // Without bounce memory all small objects are made as large as a line.
  const smallLine =
    ioTlb !== null && PROFILES[machine.profile].bouncesSmall ? machine.cacheLine : 0;
  const directMap = new DirectMap(memory, ioTlb, smallLine);
  return {
    machine,
    memory,
    reserved,
    atomicPools,
    mapping,
    streaming: new Streaming(mapping, directMap),
    directMap,
    ioTlb,
    tlbPages,
    bounceEvents: memory.bouncePool === null ? [] : [bounceEvent(memory.bouncePool)],
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
      dmaSkipSync: false,
      liveBounces: 0,
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

/** (kernel/dma/swiotlb.c:swiotlb_init_remap) */
function swiotlbInit(
  machine: Machine,
  pool: BouncePool | null,
  memory: TlbPages | null,
): IoTlbMem | null {
  if (pool === null) return null;
  const { start, nslabs, nareas } = pool;
  const { force } = machine.swiotlb!;
  const options = { start, nslabs, nareas, pageSize: machine.pageSize, forceBounce: force };
  if (memory === null) return new IoTlbMem(options);
  return new IoTlbMem({ ...options, dynamic: { memory, physLimit: archLowAddressLimit(machine) } });
}

function bounceEvent({ start, nslabs }: BouncePool): Event {
  return { event: 'bounce-pool', of: 'default', phys: start, bytes: nslabs * IO_TLB_SIZE };
}
