/** A machine with one of everything a tree can say. */
import { DEVICE_DEFAULTS, type Machine, REGION_FLAGS } from '../../../contract/machine.ts';

const M = 2 ** 20;
const G = 2 ** 30;

export const MACHINE: Machine = {
  profile: 'arm64',
  pageSize: 4096,
  cacheLine: 64,
  cpus: 1,
  zoneDmaLimit: 2 ** 32 - 1,
  lowmemReserve: true,
  banks: [
    { base: G, size: 512 * M },
    { base: 0x80000000, size: 256 * M },
    { base: 0x180000000, size: 256 * M },
  ],
  regions: [
    { ...REGION_FLAGS, name: 'pool,one', kind: 'pool', base: 0x88000000, size: M, noMap: true },
    { ...REGION_FLAGS, name: 'area', kind: 'cma', base: 0x180000000, size: 64 * M },
    { ...REGION_FLAGS, name: 'twin', kind: 'pool', base: 0x88000000, size: M, isDefault: true },
    { ...REGION_FLAGS, name: 'empty', kind: 'plain', base: 0x88800001, size: 0, noMap: true },
    {
      ...{ ...REGION_FLAGS, name: 'a-name-that-is-longer-than-nodes-may-have' },
      ...{ kind: 'restricted', base: 0x89000000, size: 4 * M, disabled: true },
    },
    { ...REGION_FLAGS, name: 'usual', kind: 'cma', base: 0x84000000, size: 4 * M, isDefault: true },
  ],
  swiotlb: null,
  devices: [
    { ...DEVICE_DEFAULTS, name: 'd0', coherent: true, regions: [1, 0] },
    { ...DEVICE_DEFAULTS, name: 'd1' },
  ],
};
