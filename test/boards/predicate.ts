/** Does a view reach a whole pool? Worked out from its windows and limits, without asking. */
import type { View } from '../../boards/devices/views.ts';
import type { Bank } from '../../contract/machine.ts';
import { endsWithin, minNotZero } from '../../contract/numbers.ts';

/** One window holds all of it, and its last byte lies within the limits. */
export function isReached({ base, size }: Bank, { windows, mask, busLimit }: View): boolean {
  const limit = minNotZero(mask ?? 0, busLimit);
  if (windows.length === 0) return endsWithin(base, size, limit);
  // A window of size 0 ends the table; the first one that has the first byte counts.
  const end = windows.findIndex((window) => window.size === 0);
  const window = (end < 0 ? windows : windows.slice(0, end)).find(
    ({ cpu, size: bytes }) => cpu <= base && base - cpu < bytes,
  );
  if (window === undefined || base + size > window.cpu + window.size) return false;
  return endsWithin(window.dma + (base - window.cpu), size, limit);
}
