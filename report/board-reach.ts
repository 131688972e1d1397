/** Can a device with this view use a pool, and if not, what is in the way? */
import type { View } from '../boards/devices/views.ts';
import type { Region } from '../contract/machine.ts';
import { endsWithin, hex, minNotZero } from '../contract/numbers.ts';

/**
 * - `direct`: yes; the bus address is the physical address.
 * - `window`: yes; a window moves it to another bus address.
 * - `iommu`: only where the unit maps it: Linux hands out the pool's own address, which is no IOVA
 *   unless firmware or a driver makes it one (deviation `pool-behind-iommu`).
 * - `mask`: no; the bus address ends beyond the device's mask or the limit of its bus.
 * - `outside`: no; the windows miss the pool, or part of it.
 */
export interface Reach {
  readonly is: 'direct' | 'window' | 'iommu' | 'mask' | 'outside';
  /** Of the first byte; null when there is none or the unit decides. */
  readonly busAddress: number | null;
  /** Why not; empty for a yes. */
  readonly why: string;
}

/**
 * The whole pool must lie in one window and below the limit of coherent allocations. (Linux
 * translates the first byte only: deviation `window-crossed`.)
 */
export function reachOf(pool: Pick<Region, 'base' | 'size'>, view: View): Reach {
  if (view.iommu !== null) return { is: 'iommu', busAddress: null, why: '' };
  const translated = busAddressOf(pool, view);
  if (typeof translated === 'string') {
    return { is: 'outside', busAddress: null, why: translated };
  }
  const limit = minNotZero(view.coherentMask, view.busLimit);
  if (!endsWithin(translated, pool.size, limit)) {
    const which = limit === view.busLimit && view.busLimit > 0 ? 'bus limit' : 'coherent mask';
    return { is: 'mask', busAddress: translated, why: `${which} ${hex(limit)}` };
  }
  return { is: translated === pool.base ? 'direct' : 'window', busAddress: translated, why: '' };
}

/** Windows count in their order; one of size 0 ends the table. */
function busAddressOf(pool: Pick<Region, 'base' | 'size'>, view: View): number | string {
  if (view.windows.length === 0) return pool.base;
  for (const { cpu, dma, size } of view.windows) {
    if (size === 0) break;
    if (pool.base < cpu || pool.base - cpu >= size) continue;
    const inside = pool.size <= size - (pool.base - cpu);
    return inside ? dma + (pool.base - cpu) : `crosses the end of window ${hex(cpu)}`;
  }
  return 'no window has its first byte';
}
