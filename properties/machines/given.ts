/**
 * Random machines in given memory: of a subject that is a machine itself, where only the rest is
 * free to choose.
 */
import type { Bank, Machine, Region } from '../../contract/machine.ts';
import { PROFILES, usualZoneDmaLimit } from '../../contract/machine.ts';
import type { GivenMemory, MachineLimits } from '../../contract/subject.ts';
import type { Random } from '../random.ts';
import { between, chance, pick } from '../random.ts';
import { drawBouncing, drawSwiotlb } from './bouncing.ts';
import { drawDevices } from './devices.ts';
import { drawRegions } from './regions.ts';

const DEVICES_MAX = 12;
const REGIONS_MAX = 12;

/** With pages of the smallest size, and bounce memory that does not grow. */
export function drawOnMemory(random: Random, memory: GivenMemory, limits: MachineLimits): Machine {
  const profile = pick(random, limits.profiles ?? (['arm64'] as const));
  const { pageSizes, cacheLine } = PROFILES[profile];
  const pageSize = pageSizes[0];
  const { banks, cpusMax } = memory;
  const devicesMax = limits.devicesMax ?? DEVICES_MAX;
  const regions = drawInside(random, memory, pageSize, limits.regionsMax ?? REGIONS_MAX);
  const devices = drawDevices(random, { pageSize, banks }, regions, devicesMax);
  const machine: Machine = {
    profile,
    pageSize,
    cacheLine,
    cpus: chance(random, 1, 3) ? between(random, 1, cpusMax) : 1,
    zoneDmaLimit: usualZoneDmaLimit(profile, banks),
    // There is one, but pages are not counted, and programs about scarce memory show nothing.
    lowmemReserve: false,
    banks,
    regions,
    swiotlb: drawSwiotlb(random, profile),
    devices: devices.map((device) => ({ ...device, iommu: null })),
  };
  return chance(random, 3, 4) ? oftenForced(random, drawBouncing(random, machine)) : machine;
}

/** Where pages come from is not ours to say, so that a limit alone makes few of them bounce. */
function oftenForced(random: Random, machine: Machine): Machine {
  const { swiotlb } = machine;
  if (swiotlb === null || !chance(random, 1, 3)) return machine;
  return { ...machine, swiotlb: { ...swiotlb, force: true } };
}

/** Regions of the kinds and places that are allowed. */
function drawInside(
  random: Random,
  { banks, places, regionKinds }: GivenMemory,
  pageSize: number,
  regionsMax: number,
): Region[] {
  const options = {
    pageSize,
    tiny: chance(random, 1, 3),
    globalPool: false,
    poolsNeedNoMap: false,
  };
  const drawn = drawRegions(random, { ...options, banks: places, regionsMax });
  const lies = ({ base, size }: Region, range: Bank) =>
    range.base <= base && base + size <= range.base + range.size;
  return drawn.filter((region) => {
    if (!regionKinds.includes(region.kind) || !places.some((place) => lies(region, place)))
      return false;
    return region.kind !== 'cma' || banks.some((bank) => lies(region, bank));
  });
}
