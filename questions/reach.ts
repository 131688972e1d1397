/**
 * What an exporter can know of a device before anything is allocated: the check that policy P5
 * makes when a device attaches. Source: the debate's predicate "any-correct"; Linux tests the
 * window of the first byte and the limit of the last (include/linux/dma-direct.h:dma_capable).
 */
import type { Device, Machine, Region, Window } from '../contract/machine.ts';
import { endsWithin, minNotZero } from '../contract/numbers.ts';

/** Is each byte of the region reached by its device address, and nothing else by these? */
export function canReach(
  { swiotlb, regions }: Machine,
  device: Device,
  region: Pick<Region, 'base' | 'size'>,
): boolean {
  if (device.mask === null || device.iommu !== null) return false;
  const confined = device.regions.some((index) => regions[index]!.kind === 'restricted');
  if (swiotlb?.force === true || confined) return false;
  const bus = busAddress(device.windows, region);
  return bus !== null && endsWithin(bus, region.size, minNotZero(device.mask, device.busLimit));
}

/** Bus address of the first byte, if one window has all of them; one of size 0 ends the table. */
function busAddress(
  windows: readonly Window[],
  { base, size }: Pick<Region, 'base' | 'size'>,
): number | null {
  if (windows.length === 0) return base;
  const end = windows.findIndex((window) => window.size === 0);
  const met = (end < 0 ? windows : windows.slice(0, end)).find(
    ({ cpu, size: length }) => cpu <= base && base - cpu < length,
  );
  if (met === undefined || base - met.cpu + size > met.size) return null;
  return met.dma + (base - met.cpu);
}
