/** Devices of a random machine: a few distinct views, and who lists which region. */
import type { Bank, Device, Machine, Region } from '../../contract/machine.ts';
import { DEVICE_DEFAULTS } from '../../contract/machine.ts';
import { floorLog2, maskOfBits, minNotZero, UNLIMITED } from '../../contract/numbers.ts';
import type { Random } from '../random.ts';
import { between, chance, pick, weighted } from '../random.ts';
import {
  MASK_BITS,
  POOL_INDEX,
  POOLS_PER_DEVICE,
  USERS_PER_POOL,
  VIEWS,
  WINDOW_KIND,
} from './tables.ts';
import { drawWindows } from './windows.ts';

/** Where segments of DMA controllers end. */
const BOUNDARIES = [0xfff, 0xffff, 0x1ffff, 0xffffffff] as const;

/** Low bits that controllers want as they are: NVMe 0xfff, others. */
const LOW_BITS = [0x1ff, 0x7ff, 0xfff, 0xfff, 0x1fff, 0xffff] as const;

type Frame = Pick<Machine, 'pageSize' | 'banks'>;
type View = Omit<Device, 'name' | 'regions'>;

/** At least one device; each pool gets its share of users, and views repeat among devices. */
export function drawDevices(
  random: Random,
  machine: Frame,
  regions: readonly Region[],
  devicesMax: number,
): Device[] {
  const [low, high] = weighted(random, VIEWS);
  const count = Math.min(between(random, low, high), devicesMax);
  const views = Array.from({ length: count }, () => drawView(random, machine, regions));
  const lists: number[][] = [];
  const pools = regions.flatMap((region, index) => (region.kind === 'pool' ? [index] : []));
  const others = regions.flatMap((region, index) => (region.kind === 'pool' ? [] : [index]));
  for (const pool of pools) addUsers(random, pool, lists, devicesMax);
  while (lists.length < count) lists.push([]);
  for (const other of others) if (isMemory(regions[other]!)) listSomewhere(random, other, lists);
  return lists.map((list, i) => {
    const before = list.length > 0 && others.length > 0 ? weighted(random, POOL_INDEX) : 0;
    const padding = Array.from({ length: before }, () => pick(random, others));
    const view = views[i % views.length]!;
    return { ...view, name: `d${i}`, regions: [...padding, ...list] };
  });
}

/** Memory a device may be told to take from, besides coherent pools. */
function isMemory({ kind }: Region): boolean {
  return kind === 'cma' || kind === 'restricted';
}

/** Most are listed by a device, or by two; half of the time as what is attached first. */
function listSomewhere(random: Random, region: number, lists: number[][]): void {
  for (let users = pick(random, [0, 1, 1, 2]); users > 0; users--) {
    const list = pick(random, lists);
    if (list.includes(region)) continue;
    if (chance(random, 1, 2)) list.push(region);
    else list.unshift(region);
  }
}

/** Users join a device that lists fewer pools than its share, or start a new one. */
function addUsers(random: Random, pool: number, lists: number[][], devicesMax: number): void {
  const users = weighted(random, USERS_PER_POOL);
  for (let i = 0; i < users; i++) {
    const share = weighted(random, POOLS_PER_DEVICE);
    const open = lists.filter((list) => list.length < share && !list.includes(pool));
    if (open.length > 0 && (chance(random, 1, 2) || lists.length >= devicesMax)) {
      pick(random, open).push(pool);
    } else if (lists.length < devicesMax) lists.push([pool]);
  }
}

/** Windows, limits and masks as firmware would leave them (of_dma_configure_id). */
function drawView(random: Random, machine: Frame, regions: readonly Region[]): View {
  const kind = weighted(random, WINDOW_KIND);
  const around = chance(random, 2, 3) && regions.length > 0 ? regions : machine.banks;
  const windows = drawWindows(random, kind, around, machine.pageSize);
  const live = windows.filter((window) => window.size > 0);
  const ends = live.map((window) => Math.min(window.dma + (window.size - 1), UNLIMITED));
  const end = ends.length === 0 ? 0 : Math.max(...ends);
  let mask = maskOfBits(weighted(random, MASK_BITS));
  let coherentMask = mask;
  if (end > 0 && chance(random, 3, 4)) {
    mask = Math.min(mask, maskOfBits(floorLog2(end) + 1));
    coherentMask = mask;
  }
  if (chance(random, 1, 12)) coherentMask = maskOfBits(pick(random, [0, 24, 30, 31, 33, 64]));
  // Real limits are exact, not 2^n - 1; a window installed by a driver sets none.
  const busLimit = end > 0 && chance(random, 7, 8) ? end : drawLimit(random, around);
  return {
    ...DEVICE_DEFAULTS,
    coherent: chance(random, 15, 100),
    mask: chance(random, 1, 30) ? null : mask,
    coherentMask,
    busLimit: minNotZero(busLimit, 0),
    windows,
    segmentBoundary: chance(random, 1, 8) ? pick(random, BOUNDARIES) : UNLIMITED,
    minAlign: chance(random, 1, 5) ? pick(random, LOW_BITS) : 0,
    iommu: chance(random, 8, 100)
      ? { granule: 4096, apertureStart: 0, apertureEnd: UNLIMITED }
      : null,
  };
}

function drawLimit(random: Random, around: readonly (Bank | Region)[]): number {
  if (chance(random, 9, 10)) return 0;
  const { base, size } = pick(random, around);
  // The last byte of some memory, or all of it but that.
  if (chance(random, 1, 2)) return Math.max(0, base + size - between(random, 1, 2));
  return pick(random, [0x3005ffff, 0x5fffffff, 0xbfffffff, 0xffffffff, 0x13fffffff, 0x9ffffffff]);
}
