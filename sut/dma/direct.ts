/**
 * Bus addresses without an IOMMU: translation, limits and the questions about them.
 * Source: include/linux/dma-direct.h, kernel/dma/direct.c, Linux 6.12.
 */

import type { Errno } from '../../contract/errno.ts';
import type { Machine, Window } from '../../contract/machine.ts';
import { maxPfn } from '../../contract/machine.ts';
import {
  BEYOND,
  endsWithin,
  floorLog2,
  maskOfBits,
  minNotZero,
  UNLIMITED,
} from '../../contract/numbers.ts';
import type { Device } from '../device.ts';
import type { Resources } from '../kernel/resource.ts';

/** DMA_MAPPING_ERROR: all ones, beyond every address. */
export const DMA_MAPPING_ERROR = BEYOND;

const DMA_BIT_MASK_32 = maskOfBits(32);

/** The first window whose CPU side holds `phys`, or undefined. */
function windowOfPhys(map: readonly Window[], phys: number): Window | undefined {
  for (const window of map) {
    if (window.size === 0) return undefined;
    if (phys >= window.cpu && phys - window.cpu < window.size) return window;
  }
  return undefined;
}

/** Bus address of a physical byte, or DMA_MAPPING_ERROR. (dma-direct.h:translate_phys_to_dma) */
export function physToDma(dev: Pick<Device, 'dmaRangeMap'>, phys: number): number {
  if (dev.dmaRangeMap === null) return phys;
  const window = windowOfPhys(dev.dmaRangeMap, phys);
  return window === undefined ? DMA_MAPPING_ERROR : window.dma + (phys - window.cpu);
}

/** Physical byte behind a bus address, or BEYOND. (dma-direct.h:translate_dma_to_phys) */
export function dmaToPhys(dev: Device, dma: number): number {
  if (dev.dmaRangeMap === null) return dma;
  for (const window of dev.dmaRangeMap) {
    if (window.size === 0) break;
    if (dma >= window.dma && dma - window.dma < window.size) return window.cpu + (dma - window.dma);
  }
  return BEYOND;
}

/** Highest bus address of coherent memory, inclusive. */
export function coherentLimit(dev: Device): number {
  return minNotZero(dev.coherentDmaMask, dev.busDmaLimit);
}

/**
 * May [phys, phys + size) be given to the device as coherent memory? size >= 1.
 * Linux translates the first byte only; here the whole buffer must lie in its window
 * (deviation window-crossed).
 */
export function dmaCoherentOk(dev: Device, phys: number, size: number): boolean {
  const dma = physToDma(dev, phys);
  if (dma === DMA_MAPPING_ERROR) return false;
  if (!insideWindow(dev, phys, size)) return false;
  return endsWithin(dma, size, coherentLimit(dev));
}

/** Does the window of the first byte hold all of [phys, phys + size)? */
export function insideWindow(dev: Device, phys: number, size: number): boolean {
  if (dev.dmaRangeMap === null) return true;
  const window = windowOfPhys(dev.dmaRangeMap, phys);
  return window !== undefined && size <= window.size - (phys - window.cpu);
}

/** Is [dma, dma + size) within the streaming limits? size >= 1; the device has a mask. */
export function dmaCapable(dev: Device, dma: number, size: number): boolean {
  if (dma === DMA_MAPPING_ERROR) return false;
  return endsWithin(dma, size, minNotZero(dev.dmaMask!, dev.busDmaLimit));
}

/** Mask that reaches the last page of RAM: 2^k - 1. (direct.c:dma_direct_get_required_mask) */
export function dmaDirectGetRequiredMask(dev: Device, machine: Machine): number {
  const maxDma = physToDma(dev, (maxPfn(machine) - 1) * machine.pageSize);
  return maxDma === DMA_MAPPING_ERROR ? UNLIMITED : maskOfBits(floorLog2(maxDma) + 1);
}

/** Can the device be given this mask? (direct.c:dma_direct_supported) */
export function dmaDirectSupported(dev: Device, machine: Machine, mask: number): boolean {
  if (mask >= DMA_BIT_MASK_32) return true;
  const lastPage = (maxPfn(machine) - 1) * machine.pageSize;
  const dma = physToDma(dev, Math.min(lastPage, machine.zoneDmaLimit));
  return dma !== DMA_MAPPING_ERROR && mask >= dma;
}

/**
 * Does every page of RAM lie in a window? Windows under a page end the table here.
 * (direct.c:dma_direct_all_ram_mapped, :check_ram_in_range_map)
 */
export function dmaDirectAllRamMapped(dev: Device, machine: Machine, memory: Resources): boolean {
  const map = dev.dmaRangeMap;
  if (map === null) return true;
  return memory.systemRam.every(({ start, end }) => {
    const endPfn = Math.floor(end / machine.pageSize);
    let pfn = Math.ceil(start / machine.pageSize);
    while (pfn < endPfn) {
      const next = windowEndPfn(map, pfn, machine.pageSize);
      if (next === null) return false;
      pfn = next;
    }
    return true;
  });
}

/** One past the last page frame of the first window that holds `pfn`, or null. */
function windowEndPfn(map: readonly Window[], pfn: number, pageSize: number): number | null {
  for (const window of map) {
    const pages = Math.floor(window.size / pageSize);
    if (pages === 0) return null;
    const startPfn = Math.floor(window.cpu / pageSize);
    if (pfn >= startPfn && pfn - startPfn < pages) return startPfn + pages;
  }
  return null;
}

/** Installs one window for a device without any; none at all when cpu = dma. */
export function dmaDirectSetOffset(
  dev: Device,
  cpu: number,
  dma: number,
  size: number,
): Errno | null {
  if (dev.dmaRangeMap !== null) return 'EINVAL';
  if (cpu !== dma) dev.dmaRangeMap = [{ cpu, dma, size }];
  return null;
}
