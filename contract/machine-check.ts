/**
 * Which machines contradict themselves. What real boards do is accepted, however odd: overlapping
 * regions and banks, regions outside RAM, sizes of 0, unaligned bases, windows of size 0.
 */
import type { Bank, Device, Machine, Region } from './machine.ts';
import { POOL_PAGES_END, PROFILES, pageblockOrder } from './machine.ts';
import { ADDRESS_END, bitsOfMask, hex, isPowerOfTwo, sizeText } from './numbers.ts';

/** The part of the machine a problem is about: `regions[3]`, `devices[0]`, `banks[1]`, … */
export interface Place {
  readonly part: 'profile' | 'banks' | 'regions' | 'swiotlb' | 'devices';
  readonly index: number;
}

export interface MachineProblem {
  readonly place: Place;
  readonly found: string;
  readonly expected: string;
}

/** Everything is bounded, so that no input can make the rest slow. */
export const MACHINE_LIMITS = {
  cpus: 1024,
  banks: 64,
  regions: 512,
  devices: 4096,
  windows: 64,
  /** Bounce slots and areas. */
  slots: 2 ** 31 - 1,
  areas: 65536,
} as const;

/** Bytes a CMA area's base and size must be multiples of (mm/cma.c: pageblock size). */
export function cmaAlignment(pageSize: number): number {
  return pageSize * 2 ** pageblockOrder(pageSize);
}

/** The first contradiction, or null. */
export function machineProblem(machine: Machine): MachineProblem | null {
  return (
    checkProfile(machine) ??
    checkBanks(machine) ??
    checkSwiotlb(machine) ??
    checkEach(machine, 'regions', machine.regions, checkRegion) ??
    checkEach(machine, 'devices', machine.devices, checkDevice)
  );
}

/** What was found and what was expected, or null. */
export type Finding = readonly [found: string, expected: string] | null;

function problem(part: Place['part'], index: number, finding: Finding): MachineProblem | null {
  return finding && { place: { part, index }, found: finding[0], expected: finding[1] };
}

function checkProfile(machine: Machine): MachineProblem | null {
  const sizes: readonly number[] = PROFILES[machine.profile].pageSizes;
  if (!sizes.includes(machine.pageSize)) {
    const list = sizes.map(sizeText).join(', ');
    return problem('profile', 0, [`page ${sizeText(machine.pageSize)}`, `one of ${list}`]);
  }
  if (!isPowerOfTwo(machine.cacheLine) || machine.cacheLine > machine.pageSize) {
    return problem('profile', 0, [`line ${machine.cacheLine}`, 'a power of two up to a page']);
  }
  if (machine.cpus < 1 || machine.cpus > MACHINE_LIMITS.cpus) {
    return problem('profile', 0, [`cpus ${machine.cpus}`, `1 to ${MACHINE_LIMITS.cpus}`]);
  }
  return null;
}

function checkBanks(machine: Machine): MachineProblem | null {
  const { banks, pageSize } = machine;
  if (banks.length === 0 || banks.length > MACHINE_LIMITS.banks) {
    return problem('banks', 0, [`${banks.length} banks`, `1 to ${MACHINE_LIMITS.banks}`]);
  }
  for (const [index, bank] of banks.entries()) {
    const text = `bank ${hex(bank.base)} ${sizeText(bank.size)}`;
    if (bank.size === 0 || bank.base % pageSize !== 0 || bank.size % pageSize !== 0) {
      return problem('banks', index, [text, `whole pages of ${sizeText(pageSize)}, at least one`]);
    }
    if (bank.base + bank.size > ADDRESS_END) {
      return problem('banks', index, [text, 'an end at or below 2^52']);
    }
  }
  return null;
}

function checkSwiotlb(machine: Machine): MachineProblem | null {
  const { swiotlb } = machine;
  if (swiotlb === null) return null;
  const { slots, areas } = swiotlb;
  if (!isPowerOfTwo(areas) || areas > MACHINE_LIMITS.areas) {
    const expected = `a power of two up to ${MACHINE_LIMITS.areas}`;
    return problem('swiotlb', 0, [`areas ${areas}`, expected]);
  }
  // round_up_default_nslabs: anything else would let two areas share a segment.
  if (!isPowerOfTwo(slots) || slots < 128 * areas || slots > MACHINE_LIMITS.slots) {
    return problem('swiotlb', 0, [
      `slots ${slots}`,
      'a power of two, at least 128 slots per area, below 2^31',
    ]);
  }
  return null;
}

function checkEach<T extends { readonly name: string }>(
  machine: Machine,
  part: 'regions' | 'devices',
  items: readonly T[],
  check: (machine: Machine, item: T) => Finding,
): MachineProblem | null {
  const limit = MACHINE_LIMITS[part];
  if (items.length > limit) return problem(part, 0, [`${items.length} ${part}`, `up to ${limit}`]);
  const names = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (!/^[^\s#="]+$/.test(item.name)) {
      return problem(part, index, [`the name "${item.name}"`, 'no blanks, quotes, # or =']);
    }
    if (names.has(item.name)) {
      return problem(part, index, [`a second "${item.name}"`, `names that differ among ${part}`]);
    }
    names.add(item.name);
    const finding = check(machine, item);
    if (finding !== null) return problem(part, index, finding);
  }
  return null;
}

function checkRegion(machine: Machine, region: Region): Finding {
  const { kind, base, size, noMap, isDefault } = region;
  if (base + size > ADDRESS_END) return [`an end at ${hex(base + size)}`, 'one at or below 2^52'];
  if (kind !== 'plain' && !PROFILES[machine.profile].deviceTree) {
    return [`a ${kind} region on ${machine.profile}`, 'a profile that reads a device tree'];
  }
  if (kind === 'pool' && !noMap && PROFILES[machine.profile].poolsNeedNoMap) {
    return [`a pool without no-map on ${machine.profile}`, 'no-map, or a plain region'];
  }
  if (kind === 'pool' && Math.floor(size / machine.pageSize) >= POOL_PAGES_END) {
    return [`a pool of ${sizeText(size)}`, 'fewer than 2^31 pages (deviation P-T2)'];
  }
  if (kind === 'cma' && noMap) return ['no-map on a cma region', 'reusable memory stays mapped'];
  const granule = cmaAlignment(machine.pageSize);
  if (kind === 'cma' && (base % granule !== 0 || size % granule !== 0)) {
    return [`${hex(base)} ${sizeText(size)}`, `base and size in multiples of ${sizeText(granule)}`];
  }
  const trouble = kind === 'cma' ? areaTrouble(machine, region) : null;
  if (trouble !== null) return trouble;
  if (kind === 'restricted' && (noMap || isDefault)) {
    return ['no-map or default on a restricted region', 'neither'];
  }
  if (kind === 'plain' && isDefault) return ['default on a plain region', 'a pool or cma region'];
  return null;
}

/**
 * Why the page allocator could not lend the memory out meanwhile, or null: an area elsewhere would
 * make a kernel crash when it is activated (mm/cma.c:cma_activate_area).
 */
export function areaTrouble(
  { banks, regions }: Pick<Machine, 'banks' | 'regions'>,
  area: Region,
): Finding {
  const { base, size, disabled } = area;
  if (disabled || size === 0) return null;
  const text = `${hex(base)} ${sizeText(size)}`;
  if (ramFrom(banks, base) < base + size) return [text, 'a cma region inside RAM'];
  const others = regions.filter((r) => r !== area && !r.disabled && r.size > 0);
  const other = others.find((r) => r.base < base + size && base < r.base + r.size);
  return other === undefined ? null : [`${text} over ${other.name}`, 'a cma region of its own'];
}

/** Where the RAM that holds `at` ends, banks that touch or overlap joined; `at` itself without. */
function ramFrom(banks: readonly Bank[], at: number): number {
  const holding = banks.filter(({ base, size }) => base <= at && at < base + size);
  if (holding.length === 0) return at;
  return ramFrom(banks, Math.max(...holding.map(({ base, size }) => base + size)));
}

function checkDevice(machine: Machine, device: Device): Finding {
  if (device.windows.length > MACHINE_LIMITS.windows) {
    return [`${device.windows.length} windows`, `up to ${MACHINE_LIMITS.windows}`];
  }
  for (const window of device.windows) {
    if (window.cpu >= ADDRESS_END || window.dma >= ADDRESS_END) {
      return [`window ${hex(window.cpu)} ${hex(window.dma)}`, 'bases below 2^52'];
    }
  }
  for (const index of device.regions) {
    if (index >= machine.regions.length) return [`region number ${index}`, 'an existing region'];
  }
  if (device.maxSegment === 0) return ['max-segment 0', 'at least one byte'];
  if (device.segmentBoundary === 0 || bitsOfMask(device.segmentBoundary) === undefined) {
    return [`segment-boundary ${hex(device.segmentBoundary)}`, 'a mask 2^n - 1, at least 1'];
  }
  if (bitsOfMask(device.minAlign) === undefined) {
    return [`min-align ${hex(device.minAlign)}`, 'a mask 2^n - 1'];
  }
  const { iommu } = device;
  if (iommu !== null && !isPowerOfTwo(iommu.granule)) {
    return [`iommu granule ${iommu.granule}`, 'a power of two'];
  }
  return null;
}
