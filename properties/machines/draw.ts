/** Random machines: the distribution of real boards, lifted tails, and the extremes. */
import type { Bank, Device, Machine, ProfileName, Region } from '../../contract/machine.ts';
import { maxPageOrder, PROFILES, REGION_FLAGS, usualZoneDmaLimit } from '../../contract/machine.ts';
import { alignDown } from '../../contract/numbers.ts';
import type { MachineLimits } from '../../contract/subject.ts';
import type { Random, Weighted } from '../random.ts';
import { between, chance, pick, shuffle, weighted } from '../random.ts';
import { drawBouncing, drawFarBanks, drawSwiotlb } from './bouncing.ts';
import { drawDevices } from './devices.ts';
import { EXTREME_MACHINES } from './extremes.ts';
import { drawOnMemory } from './given.ts';
import { drawRegions } from './regions.ts';
import { BANK_HOLE, BANKS, FIRST_BANK, TOTAL_MEMORY } from './tables.ts';

const PROFILE: Weighted<ProfileName> = [
  ['arm64', 70],
  ['arm-nommu', 20],
  ['x86-64', 10],
];
const DEVICES_MAX = 30;
const REGIONS_MAX = 96;

/**
 * 15 of 100 machines are extremes; of the others a third has tiny pools (1 to 20 pages) and the
 * rest the sizes of boards. Page size: 4 KiB in 8 of 10, else 16 or 64 KiB.
 */
export function drawMachine(random: Random, limits: MachineLimits = {}): Machine {
  if (limits.memory !== undefined) return drawOnMemory(random, limits.memory, limits);
  if (chance(random, 15, 100)) {
    const machine = pick(random, EXTREME_MACHINES);
    if (fits(machine, limits)) return machine;
  }
  const allowed = PROFILE.filter(([name]) => limits.profiles?.includes(name) ?? true);
  const profile = weighted(random, allowed);
  const pageSize = drawPageSize(random, profile, limits);
  const narrow = drawZone(random, profile);
  const far = PROFILES[profile].bounces && chance(random, 1, 4);
  const scarce = !far && chance(random, 2, 5);
  const lowmemReserve = scarce && (profile === 'x86-64' || chance(random, 1, 2));
  const banks = far
    ? drawFarBanks(random)
    : scarce
      ? drawFewPages(random, pageSize, narrow)
      : drawBanks(random, pageSize);
  const regions = drawAllRegions(random, profile, pageSize, banks, limits);
  const devicesMax = limits.devicesMax ?? DEVICES_MAX;
  const frame = { pageSize, banks };
  const machine: Machine = {
    profile,
    pageSize,
    cacheLine: PROFILES[profile].cacheLine,
    cpus: chance(random, 1, 3) ? between(random, 2, 8) : 1,
    zoneDmaLimit: usualHigh(profile, banks) ?? narrow,
    lowmemReserve,
    banks,
    regions,
    swiotlb: drawSwiotlb(random, profile),
    devices: drawDevices(random, frame, regions, devicesMax),
  };
  // Elsewhere atomic pools take pieces of every low block.
  if (profile === 'x86-64' && lowmemReserve && chance(random, 4, 5)) {
    return withKeptBlock(random, machine, devicesMax);
  }
  return mayGrow(random, far ? drawBouncing(random, machine) : machine);
}

/**
 * In one build of five with bounce memory there is more when that is full: mostly a segment for
 * each area, that it soon is; else more than one pool more may have.
 */
function mayGrow(random: Random, machine: Machine): Machine {
  const { swiotlb } = machine;
  if (swiotlb === null || !chance(random, 1, 5)) return machine;
  const slots = chance(random, 3, 4) ? 128 * swiotlb.areas : 32768;
  const force = swiotlb.force || chance(random, 1, 2);
  const devices = machine.devices.map((device) => limited(random, machine, device));
  return { ...machine, swiotlb: { ...swiotlb, slots, force, dynamic: true }, devices };
}

/** One in four reaches half of the lowest memory: not all that pools may be made of. */
function limited(random: Random, { banks }: Machine, device: Device): Device {
  const lowest = banks.reduce((a, b) => (a.base < b.base ? a : b));
  if (device.windows.length > 0 || !chance(random, 1, 4)) return device;
  return { ...device, busLimit: lowest.base + Math.floor(lowest.size / 2) - 1 };
}

function fits(machine: Machine, limits: MachineLimits): boolean {
  const { profiles, pageSizes, devicesMax, regionsMax } = limits;
  return (
    (profiles?.includes(machine.profile) ?? true) &&
    (pageSizes?.includes(machine.pageSize) ?? true) &&
    machine.devices.length <= (devicesMax ?? machine.devices.length) &&
    machine.regions.length <= (regionsMax ?? machine.regions.length)
  );
}

function drawPageSize(random: Random, profile: ProfileName, limits: MachineLimits): number {
  const sizes: readonly number[] = PROFILES[profile].pageSizes;
  const allowed = sizes.filter((size) => limits.pageSizes?.includes(size) ?? true);
  return chance(random, 8, 10) ? allowed[0]! : pick(random, allowed);
}

function drawBanks(random: Random, pageSize: number): Bank[] {
  const count = weighted(random, BANKS);
  const total = 2 ** weighted(random, TOTAL_MEMORY);
  const size = Math.max(pageSize, alignDown(Math.floor(total / count), 65536));
  const banks: Bank[] = [];
  let base = weighted(random, FIRST_BANK);
  for (let i = 0; i < count; i++) {
    banks.push({ base, size });
    const hole = weighted(random, BANK_HOLE);
    base += size + (hole === 0 ? 0 : alignDown(between(random, 65536, hole), 65536));
  }
  // Trees list banks in any order.
  if (chance(random, 1, 6)) shuffle(random, banks);
  return banks;
}

/**
 * Banks of a few blocks beside the borders of zones: memory runs out, and one zone before the
 * others. Half of them straddle a border; one machine in three has a large bank above all.
 */
function drawFewPages(random: Random, pageSize: number, zoneDmaLimit: number): Bank[] {
  const block = pageSize * 2 ** maxPageOrder(pageSize);
  const borders = [zoneDmaLimit + 1, 2 ** 32, 2 ** 33].filter((at) => at >= block * 16);
  const banks: Bank[] = [];
  // Much more of it high up: what lower zones keep in reserve is a part of that.
  if (chance(random, 1, 3)) banks.push({ base: 2 ** 34, size: 2 ** between(random, 28, 32) });
  for (let count = between(random, 1, 3); count > 0; count--) {
    const size = chance(random, 1, 2)
      ? block * between(random, 1, 6)
      : pageSize * between(random, 96, 2 * 2 ** maxPageOrder(pageSize));
    const border = pick(random, borders);
    const below = chance(random, 1, 2) ? size : Math.floor(size / 2 / pageSize) * pageSize;
    const base = alignDown(border - (chance(random, 1, 5) ? 0 : below), pageSize);
    const meets = banks.some((bank) => bank.base < base + size && base < bank.base + bank.size);
    if (!meets) banks.push({ base, size });
  }
  return banks;
}

/**
 * One block below a border, and high up fewer pages than that, but enough for a reserve: requests
 * for a block find one in the low zone alone, which keeps it. Nothing else takes of the block.
 */
function withKeptBlock(random: Random, machine: Machine, devicesMax: number): Machine {
  const { pageSize, zoneDmaLimit } = machine;
  const border = pick(random, [zoneDmaLimit + 1, 2 ** 32]);
  const block = 2 ** between(random, 9, maxPageOrder(pageSize));
  const banks = [
    { base: border - block * pageSize, size: block * pageSize },
    { base: 2 ** 34, size: pageSize * between(random, 256, block - 1) },
  ];
  const devices = drawDevices(random, { pageSize, banks }, [], devicesMax);
  return { ...machine, banks, regions: [], swiotlb: null, devices };
}

function drawAllRegions(
  random: Random,
  profile: ProfileName,
  pageSize: number,
  banks: readonly Bank[],
  limits: MachineLimits,
): Region[] {
  const { deviceTree, globalPool, poolsNeedNoMap } = PROFILES[profile];
  const tiny = chance(random, 1, 3);
  const regionsMax = limits.regionsMax ?? REGIONS_MAX;
  if (deviceTree) {
    const options = { pageSize, banks, tiny, globalPool, poolsNeedNoMap, regionsMax };
    return drawRegions(random, options);
  }
  // No tree: holes a boot parameter cuts out of RAM, for declared pools.
  return Array.from({ length: between(random, 1, 3) }, (_, i) => {
    const bank = pick(random, banks);
    const size = Math.min(bank.size, pageSize * between(random, 1, tiny ? 20 : 4096));
    const room = Math.floor((bank.size - size) / pageSize);
    const base = bank.base + pageSize * between(random, 0, room);
    return { ...REGION_FLAGS, name: `hole${i}`, kind: 'plain' as const, base, size, noMap: true };
  });
}

/** Without low RAM, what the kernel makes of it; null: there is some. */
function usualHigh(profile: ProfileName, banks: readonly Bank[]): number | null {
  const usual = usualZoneDmaLimit(profile, banks);
  return usual > PROFILES[profile].zoneDmaLimit ? usual : null;
}

/** Mostly the default; else a narrower ZONE_DMA, as buses of 30 bits cause. */
function drawZone(random: Random, profile: ProfileName): number {
  const usual = PROFILES[profile].zoneDmaLimit;
  if (profile === 'x86-64' || chance(random, 4, 5)) return usual;
  return 2 ** between(random, 24, 31) - 1;
}
