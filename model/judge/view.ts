/** How a device sees memory: all translations its windows allow, and its limits. */
import type { Window } from '../../contract/machine.ts';
import { maxPfn } from '../../contract/machine.ts';
import {
  endsWithin,
  floorLog2,
  maskOfBits,
  minNotZero,
  UNLIMITED,
} from '../../contract/numbers.ts';
import type { DeviceState, State } from './state.ts';

const MASK_32 = maskOfBits(32);

/** The windows that exist: a size of 0 ends the table. */
function windowsOf(device: DeviceState): readonly Window[] {
  const end = device.windows.findIndex((window) => window.size === 0);
  return end < 0 ? device.windows : device.windows.slice(0, end);
}

/** Every bus address under which one window holds all of [phys, phys + size). */
export function translations(device: DeviceState, phys: number, size: number): readonly number[] {
  if (device.windows.length === 0) return [phys];
  return windowsOf(device)
    .filter((w) => w.cpu <= phys && phys - w.cpu + size <= w.size)
    .map((w) => w.dma + (phys - w.cpu));
}

/** Every physical address behind a bus byte. */
export function untranslations(device: DeviceState, dma: number): readonly number[] {
  if (device.windows.length === 0) return [dma];
  return windowsOf(device)
    .filter((w) => w.dma <= dma && dma - w.dma < w.size)
    .map((w) => w.cpu + (dma - w.dma));
}

/** Does one window, and no other, give all bus bytes of the run a meaning? */
export function isClear(device: DeviceState, dma: number, size: number): boolean {
  if (device.windows.length === 0) return true;
  const [met, ...more] = windowsOf(device).filter(
    (w) => w.dma < dma + size && dma < w.dma + w.size,
  );
  if (met === undefined || more.length > 0) return false;
  return met.dma <= dma && dma + size <= met.dma + met.size;
}

/** Where Linux starts counting handles: the first window that holds the byte, or null. */
export function firstTranslation(device: DeviceState, phys: number): number | null {
  return translations(device, phys, 1)[0] ?? null;
}

/** Highest bus address for coherent memory, inclusive. */
export function coherentLimit(device: DeviceState): number {
  return minNotZero(device.coherentMask, device.spec.busLimit);
}

/** Highest bus address for streaming mappings, inclusive; the device has a mask. */
export function streamLimit(device: DeviceState): number {
  return minNotZero(device.mask!, device.spec.busLimit);
}

/** May the answer to "coherent_ok" be true, and may it be false? They differ under overlap. */
export function coherentOk(
  device: DeviceState,
  phys: number,
  size: number,
): { mayBeTrue: boolean; mayBeFalse: boolean; leaves: boolean } {
  const limit = coherentLimit(device);
  const whole = translations(device, phys, size);
  const first = translations(device, phys, 1);
  const good = whole.filter((dma) => endsWithin(dma, size, limit));
  return {
    mayBeTrue: good.length > 0,
    mayBeFalse: good.length < first.length || first.length === 0,
    // Within the limit, but not within the window that it begins in.
    leaves: whole.length === 0 && first.some((dma) => endsWithin(dma, size, limit)),
  };
}

/** Where, for a buffer that starts there, the answer to "coherent_ok" may change. */
export function coherentEdges(device: DeviceState, size: number): readonly number[] {
  const limit = coherentLimit(device);
  if (device.windows.length === 0) return [limit - size + 1];
  return windowsOf(device).flatMap((w) => {
    const reach = w.cpu + (limit - w.dma) - size + 1;
    return [w.cpu, w.cpu + w.size - size, w.cpu + w.size, reach];
  });
}

/** Can the device work with this mask? Some translation of ZONE_DMA's end decides. */
export function supported(
  state: State,
  device: DeviceState,
  mask: number,
): { mayBeTrue: boolean; mayBeFalse: boolean } {
  if (device.spec.iommu !== null || mask >= MASK_32) return { mayBeTrue: true, mayBeFalse: false };
  const { pageSize, zoneDmaLimit } = state.machine;
  const end = Math.min((maxPfn(state.machine) - 1) * pageSize, zoneDmaLimit);
  const all = translations(device, end, 1);
  const covered = all.filter((dma) => dma <= mask);
  return {
    mayBeTrue: covered.length > 0,
    mayBeFalse: covered.length < all.length || all.length === 0,
  };
}

/** The masks that may be the required one; empty where the kernel's rule is undefined. */
export function requiredMasks(state: State, device: DeviceState): readonly number[] {
  if (device.spec.iommu !== null) return [MASK_32];
  const last = (maxPfn(state.machine) - 1) * state.machine.pageSize;
  const all = translations(device, last, 1);
  if (all.includes(0)) return [];
  if (all.length === 0) return [UNLIMITED];
  return all.map((dma) => maskOfBits(floorLog2(dma) + 1));
}

/** Does some page of RAM lie in no window? Source: direct.c:dma_direct_all_ram_mapped. */
export function ramUncovered(state: State, device: DeviceState): boolean {
  if (device.windows.length === 0) return false;
  const { pageSize } = state.machine;
  const end = device.windows.findIndex((window) => window.size < pageSize);
  const windows = end < 0 ? device.windows : device.windows.slice(0, end);
  return state.ram.system.some(([from, to]) => {
    const end = Math.floor(to / pageSize);
    let next = Math.ceil(from / pageSize);
    while (next < end) {
      const pfn = next;
      const holds = windows.find(
        (w) => firstPage(w, pageSize) <= pfn && pfn < endPage(w, pageSize),
      );
      if (holds === undefined) return true;
      next = endPage(holds, pageSize);
    }
    return false;
  });
}

function firstPage(window: Window, pageSize: number): number {
  return Math.floor(window.cpu / pageSize);
}

/** One past the last whole page, counted from the page the window starts in. */
function endPage(window: Window, pageSize: number): number {
  return firstPage(window, pageSize) + Math.floor(window.size / pageSize);
}
