/** Machines the rig can be: QEMU's `virt` board, with a kernel that needs some memory. */
import type { Bank, Machine } from '../contract/machine.ts';
import { PROFILES, usualZoneDmaLimit } from '../contract/machine.ts';
import { hex } from '../contract/numbers.ts';
import type { GivenMemory, MachineLimits } from '../contract/subject.ts';
import type { Arena } from './requests.ts';
import { RAM_START } from './rig/board.ts';

const M = 2 ** 20;
const G = 2 ** 30;

/** As much as QEMU may be asked for: it costs nothing until it is touched. */
const RAM_MAX = 64 * G;
/** The kernel, its first allocations and the initrd, which QEMU puts 128 MiB behind the start. */
const KERNEL: Bank = { base: RAM_START, size: 256 * M };
const CPUS_MAX = 8;
const DEVICES_MAX = 64;

/** Two runs of arenas, below and above 4 GiB; each is a bank, so that programs begin at each. */
const ARENA = M;
const LOW_ARENAS = 0x60000000;
const HIGH_ARENAS = 0x1a0000000;
const ARENAS_PER_RUN = 8;

const run = (base: number): Bank[] =>
  Array.from({ length: ARENAS_PER_RUN }, (_, i) => ({ base: base + i * ARENA, size: ARENA }));
const between = (base: number, end: number): Bank => ({ base, size: end - base });

const ARENAS: readonly Bank[] = [...run(LOW_ARENAS), ...run(HIGH_ARENAS)];
const LOW_END = LOW_ARENAS + ARENAS_PER_RUN * ARENA;
const HIGH_END = HIGH_ARENAS + ARENAS_PER_RUN * ARENA;

/**
 * 6 GiB with two holes: memory that is there and that no tree mentions. They begin inside a section
 * (128 MiB): pages of sections without RAM have no `struct page`, and no table can name them.
 */
const MEMORY: GivenMemory = {
  banks: [
    between(RAM_START, LOW_ARENAS),
    ...run(LOW_ARENAS),
    between(LOW_END, 0xc4000000),
    between(0xc8000000, HIGH_ARENAS),
    ...run(HIGH_ARENAS),
    between(HIGH_END, 0x1bc000000),
  ],
  places: [
    between(LOW_END, 0xc8000000),
    between(0xd0000000, 0xf0000000),
    between(0x110000000, HIGH_ARENAS),
    between(HIGH_END, 0x1c0000000),
  ],
  regionKinds: ['pool', 'cma', 'plain'],
  cpusMax: 4,
};

export const LINUX_MACHINES: MachineLimits = {
  profiles: ['arm64'],
  pageSizes: [4096],
  memory: MEMORY,
};

const endOf = ({ base, size }: Bank) => base + size;
const meet = (a: Bank, b: Bank) => a.base < endOf(b) && b.base < endOf(a);

/**
 * Bytes of RAM QEMU needs to have for what the machine says of memory, in it or not, and for what
 * programs may declare, which goes on a little behind it: memory nobody has is an error on the bus.
 */
export function ramOf({ banks, regions }: Machine): number {
  const end = Math.max(...[...banks, ...regions, ...MEMORY.places].map(endOf));
  return Math.ceil((end - RAM_START) / G + 1) * G;
}

/** Those of the arenas that are RAM of the machine and nothing else. */
export function arenasOf({ banks, regions }: Machine): Arena[] {
  return ARENAS.filter(
    (arena) => isCovered(arena, banks) && !regions.some((region) => meet(region, arena)),
  ).map(({ base, size }) => [base, size]);
}

/** Is every byte in some bank? Banks may touch. */
function isCovered(range: Bank, banks: readonly Bank[]): boolean {
  let at = range.base;
  for (const bank of banks.toSorted((a, b) => a.base - b.base)) {
    if (bank.base <= at) at = Math.max(at, endOf(bank));
  }
  return at >= endOf(range);
}

/** Why the rig cannot be the machine, or null. */
export function refusalOf(machine: Machine): string | null {
  const { profile, pageSize, banks, regions, devices, swiotlb } = machine;
  if (profile !== 'arm64' || pageSize !== 4096) return 'it is no arm64 machine with pages of 4 KiB';
  if (machine.cacheLine !== PROFILES.arm64.cacheLine) return 'its cache lines are no 64 bytes';
  if (machine.cpus > CPUS_MAX) return `it has more than ${CPUS_MAX} CPUs`;
  if (devices.length > DEVICES_MAX) return `it has more than ${DEVICES_MAX} devices`;
  if (devices.some(({ iommu }) => iommu !== null)) return 'a device is behind an IOMMU';
  if (swiotlb?.dynamic === true) return 'its bounce memory grows';
  if (regions.some(({ kind }) => kind === 'restricted')) return 'it has a restricted pool';
  if (machine.zoneDmaLimit !== usualZoneDmaLimit(profile, banks)) return 'its ZONE_DMA is narrower';
  if (!isCovered(KERNEL, banks)) {
    return `the kernel needs RAM from ${hex(KERNEL.base)} to ${hex(endOf(KERNEL))}`;
  }
  return memoryRefusal(machine);
}

function memoryRefusal(machine: Machine): string | null {
  const parts = [...machine.banks, ...machine.regions.filter(({ disabled }) => !disabled)];
  const outside = parts.find((part) => part.base < RAM_START || endOf(part) > RAM_START + RAM_MAX);
  if (outside !== undefined) return `the board has no RAM at ${hex(outside.base)}`;
  const inside = machine.regions.find((region) => meet(region, KERNEL));
  return inside === undefined ? null : `${inside.name} lies where the kernel is`;
}

/** Does the module hand out these very bytes? */
export function handsOut(machine: Machine, phys: number, bytes: number): boolean {
  const arenas = arenasOf(machine).map(([base, size]) => ({ base, size }));
  return isCovered({ base: phys, size: bytes }, arenas);
}
