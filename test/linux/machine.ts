/** A machine of the rig, to be changed. */
import type { Device, Machine } from '../../contract/machine.ts';
import { DEVICE_DEFAULTS } from '../../contract/machine.ts';
import { LINUX_MACHINES } from '../../linux/limits.ts';

export function machineOf(
  devices: readonly Partial<Device>[],
  rest: Partial<Machine> = {},
): Machine {
  return {
    profile: 'arm64',
    pageSize: 4096,
    cacheLine: 64,
    cpus: 1,
    zoneDmaLimit: 2 ** 32 - 1,
    lowmemReserve: true,
    banks: LINUX_MACHINES.memory!.banks,
    regions: [],
    swiotlb: null,
    devices: devices.map((device, i) => ({ ...DEVICE_DEFAULTS, name: `d${i}`, ...device })),
    ...rest,
  };
}
