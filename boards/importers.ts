/**
 * "What if another device of this board used this pool": what a heap per pool would make possible.
 * Real trees hardly share pools, so every device gets every live pool behind its own list.
 */
import type { Machine } from '../contract/machine.ts';

/** Attach indexes of a device's own list stay as they are. */
export function withImporters(machine: Machine): Machine {
  const pools = machine.regions.flatMap((region, index) =>
    region.kind === 'pool' && !region.disabled ? [index] : [],
  );
  const devices = machine.devices.map((device) => ({
    ...device,
    regions: [...device.regions, ...pools.filter((pool) => !device.regions.includes(pool))],
  }));
  return { ...machine, devices };
}
