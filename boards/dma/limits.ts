/** Masks and limits a device starts with. Source: drivers/of/device.c:of_dma_configure_id. */
import type { Device } from '../../contract/machine.ts';
import { floorLog2, maskOfBits } from '../../contract/numbers.ts';
import type { BusWindows } from './windows.ts';

/** What the driver core gives a platform or PCI device before it is configured. */
const INITIAL_MASK = maskOfBits(32);

export type DeviceLimits = Pick<Device, 'windows' | 'busLimit' | 'mask' | 'coherentMask'>;

/**
 * The bus narrows both masks to its own width, as a power of two, and keeps its exact end as
 * bus limit. It never widens a mask. Without a map the bus says nothing.
 */
export function limitsOf(bus: BusWindows): DeviceLimits {
  const mapEnd = bus.is === 'map' ? bus.end : 0;
  // A map that ends at 0 (all windows empty) falls back on the coherent mask, too.
  const end = mapEnd === 0 ? INITIAL_MASK : mapEnd;
  const mask = Math.min(INITIAL_MASK, maskOfBits(floorLog2(end) + 1));
  const windows = bus.is === 'map' ? bus.windows : [];
  return { windows, busLimit: bus.is === 'map' ? end : 0, mask, coherentMask: mask };
}
