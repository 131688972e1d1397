/**
 * Reserved memory regions and how devices are bound to them.
 * Source: drivers/of/of_reserved_mem.c; kernel/dma/coherent.c, contiguous.c and swiotlb.c (rmem_*),
 * Linux 6.12.
 */
import type { Errno } from '../../contract/errno.ts';
import type { Machine, Region } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import type { Warning } from '../../contract/outcome.ts';
import type { Device } from '../device.ts';
import type { CoherentMem } from '../dma/coherent.ts';
import { dmaAssignCoherentMemory, dmaInitCoherentMemory } from '../dma/coherent.ts';
import { coherentLimit } from '../dma/direct.ts';
import { type IoTlbMem, rmemSwiotlbDeviceInit } from '../dma/swiotlb/mem.ts';
import { CONFIG } from '../kernel/config.ts';
import type { Memory } from '../memory.ts';
import type { Cma } from '../mm/cma.ts';

/** A region object: what firmware reserved, and what became of it. */
export interface ReservedMem {
  readonly region: Region;
  /** The coherent pool, once a device has attached it. */
  priv: CoherentMem | null;
  /** The CMA area that booting made of it. */
  readonly area: Cma | null;
  /** The restricted pool, once a device has attached it. */
  ioTlbMem: IoTlbMem | null;
}

export interface Binding {
  readonly dev: Device;
  readonly rmem: ReservedMem;
}

/** The answer of an attach: an error or null, and what was said on the way. */
export interface Attached {
  readonly error: Errno | null;
  readonly warnings: readonly Warning[];
}

const SILENT: readonly Warning[] = [];

/** All reserved memory of a machine and the list of what devices hold of it. */
export class ReservedMemory {
  readonly regions: readonly ReservedMem[];
  /** Pool of devices without one, where the profile has it. */
  readonly globalPool: CoherentMem | null;
  /** The region it was made of, or null. */
  readonly globalRegion: ReservedMem | null;
  readonly bootWarnings: readonly Warning[];
  readonly #memory: Memory;
  readonly #restricted: boolean;
  #assigned: Binding[] = [];

  constructor(machine: Machine, memory: Memory) {
    this.#memory = memory;
    this.#restricted = CONFIG[machine.profile].dmaRestrictedPool;
    this.regions = machine.regions.map((region, index) => {
      return { region, priv: null, area: memory.areas[index]!, ioTlbMem: null };
    });
    const defaults = PROFILES[machine.profile].globalPool
      ? this.regions.filter((rmem) => hasHandler(rmem) && usable(rmem) && rmem.region.isDefault)
      : [];
    // Each further default region replaces the one before, with a warning.
    this.bootWarnings = defaults.slice(1).map(() => 'default-redefined');
    this.globalPool = this.#initGlobalCoherent(defaults.at(-1));
    this.globalRegion = this.globalPool && defaults.at(-1)!;
  }

  #initGlobalCoherent(rmem: ReservedMem | undefined): CoherentMem | null {
    if (rmem === undefined) return null;
    const { base, size } = rmem.region;
    const mem = dmaInitCoherentMemory(this.#memory, base, base, size, true);
    if (typeof mem === 'string') return null;
    // One bitmap for one memory: a device that attaches the region shares it (P-T10).
    rmem.priv = mem;
    return mem;
  }

  /** Binds entry `index` of the device's `memory-region`. */
  deviceInitByIdx(dev: Device, index: number): Attached {
    const rmem = dev.memoryRegion[index];
    if (rmem === undefined) return { error: 'ENODEV', warnings: SILENT };
    if (!usable(rmem)) return { error: null, warnings: SILENT };
    const attached = this.#deviceInit(rmem, dev);
    if (attached.error === null) this.#assigned.push({ dev, rmem });
    return attached;
  }

  /** What the handler that took the region does; EINVAL: none did. */
  #deviceInit(rmem: ReservedMem, dev: Device): Attached {
    if (hasHandler(rmem)) return this.#rmemDmaDeviceInit(rmem, dev);
    const { kind, base, size } = rmem.region;
    if (rmem.area !== null) {
      dev.cmaArea = rmem.area;
    } else if (kind === 'restricted' && size > 0 && this.#restricted) {
      rmem.ioTlbMem ??= rmemSwiotlbDeviceInit(base, size, this.#memory.pageSize);
      dev.dmaIoTlbMem = rmem.ioTlbMem;
    } else {
      return { error: 'EINVAL', warnings: SILENT };
    }
    return { error: null, warnings: SILENT };
  }

  /** The first attach makes the pool; it survives detaches. (coherent.c:rmem_dma_device_init) */
  #rmemDmaDeviceInit(rmem: ReservedMem, dev: Device): Attached {
    const { base, size } = rmem.region;
    if (rmem.priv === null) {
      const mem = dmaInitCoherentMemory(this.#memory, base, base, size, true);
      if (typeof mem === 'string') return { error: mem, warnings: SILENT };
      rmem.priv = mem;
    }
    const beyond = rmem.priv.deviceBase + size - 1 > coherentLimit(dev);
    const warnings: readonly Warning[] = beyond ? ['range'] : SILENT;
    return { error: dmaAssignCoherentMemory(dev, rmem.priv), warnings };
  }

  /** Undoes every binding of the device. */
  deviceRelease(dev: Device): void {
    for (const { dev: bound, rmem } of this.#assigned) {
      if (bound !== dev) continue;
      if (rmem.region.kind === 'pool') dev.dmaMem = null;
      else if (rmem.region.kind === 'cma') dev.cmaArea = null;
      else dev.dmaIoTlbMem = null;
    }
    this.#assigned = this.#assigned.filter((binding) => binding.dev !== dev);
  }
}

/** A region of no bytes is never recorded (drivers/of/of_reserved_mem.c). */
function hasHandler({ region }: ReservedMem): boolean {
  return region.kind === 'pool' && region.size > 0;
}

function usable(rmem: ReservedMem): boolean {
  return !rmem.region.disabled;
}
