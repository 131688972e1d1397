/** Machines on which mappings bounce: memory far above, devices of 32 bits, few slots. */
import type { Bank, Device, Machine, ProfileName, Swiotlb } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import { maskOfBits } from '../../contract/numbers.ts';
import type { Random } from '../random.ts';
import { between, chance, pick } from '../random.ts';

/** Little memory below 4 GiB, where slots are; more above, which the page allocator gives first. */
const LOW = 0x40000000;
const HIGH = 0x100000000;
/** About where the first small buffers are: booting has taken what comes before. */
const FIRST_GIVEN = HIGH + 0x40000;
const PAGE = 4096;
const SLOT = 2048;

export function drawFarBanks(random: Random): Bank[] {
  return [
    { base: LOW, size: 2 ** between(random, 24, 27) },
    { base: HIGH, size: 2 ** between(random, 26, 30) },
  ];
}

export function drawBouncing(random: Random, machine: Machine): Machine {
  const areas = pick(random, [1, 1, 2, 4]);
  const swiotlb: Swiotlb = {
    slots: 128 * areas * 2 ** between(random, 0, 2),
    areas,
    force: chance(random, 1, 12),
    dynamic: false,
  };
  const [{ base, size }] = machine.banks as readonly [Bank, ...Bank[]];
  const poolStart = base + size - SLOT * swiotlb.slots;
  const devices = machine.devices.map((device) => narrowed(random, device, poolStart));
  return { ...machine, swiotlb, devices };
}

/**
 * Its allocations may be anywhere. Its mappings must end below 4 GiB, or below 1 GiB and out of
 * reach, or where the memory ends that is given first: then parts of one buffer bounce. Or inside
 * the first slots of the bounce pool, which is what low memory ends with.
 */
function narrowed(random: Random, device: Device, poolStart: number): Device {
  if (chance(random, 1, 3)) return device;
  const wide = { coherentMask: maskOfBits(64), windows: [], busLimit: 0, iommu: null };
  if (chance(random, 1, 3)) {
    const end = chance(random, 1, 4)
      ? poolStart + (SLOT / 4) * between(random, 1, 64)
      : FIRST_GIVEN + PAGE * between(random, 1, 64);
    return { ...device, ...wide, mask: maskOfBits(64), busLimit: end - 1 };
  }
  const mask = maskOfBits(chance(random, 1, 12) ? 30 : 32);
  return { ...device, ...wide, mask };
}

/** A third small, so that it runs full; without one, what is out of reach stays there. */
export function drawSwiotlb(random: Random, profile: ProfileName): Swiotlb | null {
  if (!PROFILES[profile].bounces || chance(random, 1, 8)) return null;
  // Many areas: a pool that has to be smaller than asked for has room for fewer of them.
  if (chance(random, 1, 8)) return { slots: 32768, areas: 32, force: false, dynamic: false };
  const areas = pick(random, [1, 1, 2, 4]);
  const slots = chance(random, 1, 2) ? 128 * areas * 2 ** between(random, 0, 2) : 32768;
  return { slots, areas, force: chance(random, 1, 6), dynamic: false };
}
