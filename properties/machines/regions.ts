/** Reserved regions of a random machine: sizes, places, gaps. */
import type { Bank, Region } from '../../contract/machine.ts';
import { REGION_FLAGS } from '../../contract/machine.ts';
import { cmaAlignment } from '../../contract/machine-check.ts';
import { ADDRESS_END, alignDown, alignUp } from '../../contract/numbers.ts';
import type { Random } from '../random.ts';
import { between, chance, pick, shuffle, weighted } from '../random.ts';
import {
  BASE_ALIGNMENT,
  CMA_PER_BOARD,
  CMA_SIZE,
  GAP,
  OTHERS_PER_BOARD,
  POOL_SIZE,
  POOLS_PER_BOARD,
  RESTRICTED_PER_BOARD,
  SPOT,
} from './tables.ts';

export interface RegionOptions {
  readonly pageSize: number;
  readonly banks: readonly Bank[];
  /** Pools of 1 to 20 pages instead of the sizes boards have: small ones fill up and collide. */
  readonly tiny: boolean;
  readonly globalPool: boolean;
  readonly poolsNeedNoMap: boolean;
  readonly regionsMax: number;
}

/** Regions in the order a tree might list them: pools first in half, shuffled in the other. */
export function drawRegions(random: Random, options: RegionOptions): Region[] {
  const cursor = new Placer(random, options);
  const regions: Region[] = [];
  const pools = weighted(random, POOLS_PER_BOARD);
  for (let i = 0; i < pools; i++) regions.push(drawPool(random, options, cursor, i));
  const cma = weighted(random, CMA_PER_BOARD);
  const areas = Array.from({ length: cma }, (_, i) => drawCma(random, options, cursor, i));
  const restricted = weighted(random, RESTRICTED_PER_BOARD);
  for (let i = 0; i < restricted; i++) regions.push(drawRestricted(random, options, cursor, i));
  const [low, high] = weighted(random, OTHERS_PER_BOARD);
  // Most of the tail changes nothing here but the order of reservations.
  const others = between(random, low, Math.min(high, 30));
  for (let i = 0; i < others; i++) {
    const size = pick(random, [256, 4096, 0x1fa400, 2 ** 20, 2 ** 24]);
    const range = cursor.place(size, 4096);
    const noMap = chance(random, 1, 2);
    regions.push({ ...REGION_FLAGS, ...range, name: `m${i}`, kind: 'plain', noMap });
  }
  for (const area of areas) if (hasPlace(options, regions, area)) regions.push(area);
  if (chance(random, 1, 2)) shuffle(random, regions);
  return regions.slice(0, options.regionsMax);
}

/** Areas lie inside a bank and meet nothing else. */
function hasPlace({ banks }: RegionOptions, others: readonly Region[], area: Region): boolean {
  const { base, size } = area;
  const end = base + size;
  const inside = banks.some((bank) => bank.base <= base && end <= bank.base + bank.size);
  return inside && !others.some((r) => r.base < end && base < r.base + r.size);
}

function drawPool(random: Random, options: RegionOptions, cursor: Placer, i: number): Region {
  const { pageSize } = options;
  let size = options.tiny ? between(random, 1, 20) * pageSize : weighted(random, POOL_SIZE);
  // 35 % are no power of two; some are not even whole pages (deviation P-T3).
  if (chance(random, 1, 5)) size += pageSize * between(random, 1, 3);
  if (chance(random, 1, 40)) size += between(random, 1, pageSize - 1);
  if (chance(random, 1, 60)) size = pick(random, [0, 0x100, pageSize - 1]);
  const alignment = Math.max(pageSize, 2 ** weighted(random, BASE_ALIGNMENT));
  const range = cursor.place(size, options.tiny ? pageSize : alignment);
  const base = chance(random, 1, 40) ? range.base + pick(random, [0x400, 0x800]) : range.base;
  // The last page a device with 32 bits reaches, and the first it does not.
  const atLimit = chance(random, 1, 30) && base % pageSize === 0 && range.size < 2 ** 31;
  return {
    name: `p${i}`,
    kind: 'pool',
    base: atLimit ? 2 ** 32 - range.size : base,
    size: range.size,
    noMap: options.poolsNeedNoMap || chance(random, 92, 100),
    isDefault: options.globalPool && chance(random, 1, 3),
    disabled: chance(random, 3, 100),
  };
}

function drawCma(random: Random, options: RegionOptions, cursor: Placer, i: number): Region {
  const granule = cmaAlignment(options.pageSize);
  const bank = pick(random, options.banks);
  // In half of the machines so small that it fills up.
  const wanted = options.tiny || chance(random, 1, 2) ? 0 : 2 ** weighted(random, CMA_SIZE);
  const most = Math.max(granule, alignDown(Math.floor(bank.size / 2), granule));
  const size = Math.min(most, alignUp(Math.max(wanted, granule * between(random, 1, 2)), granule));
  const base = cursor.spotIn(bank, size, granule);
  const isDefault = chance(random, i === 0 ? 4 : 1, 5);
  return { ...REGION_FLAGS, name: `c${i}`, kind: 'cma', base, size, isDefault };
}

/** Whole segments of slots inside a bank, few or many; now and then elsewhere. */
function drawRestricted(random: Random, options: RegionOptions, cursor: Placer, i: number): Region {
  const named = { ...REGION_FLAGS, name: `r${i}`, kind: 'restricted' as const };
  const elsewhere = chance(random, 1, 8);
  if (elsewhere) return { ...named, ...cursor.place(2 ** between(random, 18, 26), 4096) };
  const segment = 2 ** 18;
  const segments = chance(random, 2, 3) ? between(random, 1, 3) : 2 ** between(random, 2, 8);
  const bank = pick(random, options.banks);
  const size = segment * segments;
  const base = cursor.spotIn(bank, size, pick(random, [options.pageSize, 2 ** 16, segment]));
  return { ...named, base, size };
}

interface Place {
  readonly base: number;
  readonly size: number;
}

/** Finds places: mostly right behind the region before, as on boards. */
class Placer {
  readonly #random: Random;
  readonly #options: RegionOptions;
  #last: { base: number; end: number } | null = null;

  constructor(random: Random, options: RegionOptions) {
    this.#random = random;
    this.#options = options;
  }

  /** `least`: the alignment that holds even without a gap. */
  place(size: number, alignment: number, least = this.#options.pageSize): Place {
    const gap = this.#last === null ? null : weighted(this.#random, GAP);
    const start = gap === null || chance(this.#random, 1, 8) ? this.#spot(size) : this.#after(gap);
    const aligned = alignUp(start, gap === 0 ? least : alignment);
    const base = aligned + size <= ADDRESS_END ? aligned : alignDown(ADDRESS_END - size, least);
    this.#last = { base, end: base + size };
    return { base, size };
  }

  /** A place in the bank, at its end or anywhere. */
  spotIn(bank: Bank, size: number, granule: number): number {
    const first = alignUp(bank.base, granule);
    const last = Math.max(first, alignDown(bank.base + bank.size - size, granule));
    if (chance(this.#random, 1, 3)) return last;
    return first + granule * between(this.#random, 0, (last - first) / granule);
  }

  #after(gap: number): number {
    const { base, end } = this.#last!;
    if (gap < 0) return base + Math.floor((end - base) / 2);
    return gap === 0 ? end : end + between(this.#random, 1, gap);
  }

  /** A place in a bank, or outside all of them. */
  #spot(size: number): number {
    const { banks } = this.#options;
    const bank = pick(this.#random, banks);
    const quarter = Math.floor(bank.size / 4);
    const inQuarter = (n: number) => bank.base + n * quarter + between(this.#random, 0, quarter);
    switch (weighted(this.#random, SPOT)) {
      case 'start':
        return bank.base;
      case 'first':
        return inQuarter(0);
      case 'second':
        return inQuarter(1);
      case 'third':
        return inQuarter(2);
      case 'fourth':
        return inQuarter(3);
      case 'end':
        return Math.max(0, bank.base + bank.size - size);
      case 'outside':
        return pick(this.#random, [0x20000000, ...banks.map((b) => b.base + b.size)]);
    }
  }
}
