/**
 * A board everybody has: the coherent pools of the TI K3 J784S4 evaluation module, restated from
 * its published addresses. Twelve remote processors own a 1 MiB pool and a 15 MiB pool each, side
 * by side without gaps; a PCIe host and a video block stand for the other views.
 */
import type { Device, Machine, Region } from '../contract/machine.ts';
import { DEVICE_DEFAULTS, PROFILES, REGION_FLAGS } from '../contract/machine.ts';

const M = 2 ** 20;
const FIRST = 0xa0000000;
const PITCH = 16 * M;
const CORES = [
  ...Array.from({ length: 8 }, (_, i) => `r5f${i}`),
  ...Array.from({ length: 4 }, (_, i) => `c7x${i}`),
];

function poolsOf(core: number): Region[] {
  const base = FIRST + core * PITCH;
  const hex = (address: number) => address.toString(16);
  const pool = { ...REGION_FLAGS, kind: 'pool' as const, noMap: true };
  return [
    { ...pool, name: `memory@${hex(base)}`, base, size: M },
    { ...pool, name: `memory@${hex(base + M)}`, base: base + M, size: 15 * M },
  ];
}

const OTHERS: readonly Device[] = [
  {
    ...DEVICE_DEFAULTS,
    name: 'pcie',
    coherent: true,
    mask: 2 ** 48 - 1,
    coherentMask: 2 ** 48 - 1,
    busLimit: 2 ** 48 - 1,
    windows: [{ cpu: 0, dma: 0, size: 2 ** 48 }],
  },
  { ...DEVICE_DEFAULTS, name: 'video', mask: 2 ** 48 - 1, coherentMask: 2 ** 48 - 1 },
];

const cores = CORES.map((name, core) => ({
  ...DEVICE_DEFAULTS,
  name,
  regions: [2 * core, 2 * core + 1],
}));

/** Any device may use any pool: what a heap per pool would make possible. */
const importers = OTHERS.map((device) => ({
  ...device,
  regions: CORES.flatMap((_, core) => [2 * core, 2 * core + 1]),
}));

const machine: Machine = {
  profile: 'arm64',
  pageSize: 4096,
  cacheLine: PROFILES.arm64.cacheLine,
  cpus: 1,
  zoneDmaLimit: PROFILES.arm64.zoneDmaLimit,
  lowmemReserve: false,
  banks: [
    { base: 0x80000000, size: 2048 * M },
    { base: 0x880000000, size: 30 * 1024 * M },
  ],
  regions: CORES.flatMap((_, core) => poolsOf(core)),
  swiotlb: { slots: 32768, areas: 1, force: false, dynamic: false },
  devices: [...cores, ...importers],
};

export const BUILTIN_BOARD = { name: 'k3-j784s4', machine } as const;
