/** What the DMA layer needs of the machine it lives in. */
import type { Machine } from '../contract/machine.ts';
import type { Bus } from '../hardware/bus.ts';
import type { CpuCache } from '../hardware/cache.ts';
import { Hardware } from '../hardware/hardware.ts';
import type { CpuView, CpuViews } from '../hardware/views.ts';
import { Resources } from './kernel/resource.ts';
import { type BootedMemory, bootMemory } from './mm/boot.ts';

/** How the CPU gets at bytes: through which kind of mapping, and where they are. */
export interface CpuAccess {
  readonly view: CpuView;
  /** Physical address of the first byte. */
  readonly phys: number;
}

export interface Memory extends BootedMemory {
  readonly pageSize: number;
  readonly resources: Resources;
  readonly cache: CpuCache;
  readonly bus: Bus;
  readonly views: CpuViews;
  /**
   * What is behind a virtual address. Mappings beside the linear one are made for devices that do
   * not snoop, or of memory that has no linear address: they are not cached.
   */
  at(virt: number): CpuAccess;
}

/** The memory of a machine that has just booted. */
export function memoryOf(machine: Machine): Memory {
  const resources = new Resources(machine);
  const { pageSize } = machine;
  const { cache, bus, views } = new Hardware(machine.cacheLine);
  const at = (virt: number): CpuAccess => ({
    view: resources.isVmallocAddr(virt) ? views.uncached : views.cached,
    phys: resources.virtToPhys(virt),
  });
  return { pageSize, resources, cache, bus, views, at, ...bootMemory(machine, resources) };
}
