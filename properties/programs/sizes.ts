/** Sizes and addresses at the edges, where bugs live. Bytes. */
import type { Machine } from '../../contract/machine.ts';
import { maxPageOrder } from '../../contract/machine.ts';
import { ADDRESS_END, floorLog2 } from '../../contract/numbers.ts';
import type { Random } from '../random.ts';
import { between, chance, pick } from '../random.ts';

/** `small`: a few pages, so that buffers collide. `large`: up to the pool and past it. */
export type Scale = 'small' | 'large';

/**
 * Small: 1 to 3 pages, a third of them a byte off. Large: a power of two of pages or the whole
 * pool, a third of them a byte or a page off. Either: 1 in 60 is 0 or 1 byte.
 */
export function drawSize(random: Random, scale: Scale, pageSize: number, pages: number): number {
  if (chance(random, 1, 60)) return between(random, 0, 1);
  const off = chance(random, 1, 3) ? pick(random, [-1, 1, pageSize, -pageSize]) : 0;
  if (scale === 'small' || pages <= 1) {
    return Math.max(1, pageSize * between(random, 1, 3) + Math.sign(off));
  }
  const order = between(random, 0, floorLog2(pages) + 1);
  const size = chance(random, 1, 6) ? pages * pageSize : 2 ** order * pageSize;
  return Math.max(1, size + off);
}

/** Pages of the largest block of the page allocator. */
export function blockPages(pageSize: number): number {
  return 2 ** maxPageOrder(pageSize);
}

/** A physical address near the edge of something the machine has, or anywhere. */
export function drawPhys(random: Random, machine: Machine): number {
  if (chance(random, 1, 12)) return between(random, 0, 2 ** 44);
  const { base, size } = pickRange(random, machine);
  return clamp(edgeOf(random, base, size, machine.pageSize));
}

/** A bus address near the edge of a window or limit of the device, or of some memory. */
export function drawDma(random: Random, machine: Machine, device: number): number {
  const { windows, busLimit, mask } = machine.devices[device]!;
  if (windows.length > 0 && chance(random, 2, 3)) {
    const window = pick(random, windows);
    return clamp(edgeOf(random, window.dma, window.size, machine.pageSize));
  }
  if (chance(random, 1, 2)) {
    const limit = busLimit !== 0 && chance(random, 1, 2) ? busLimit : (mask ?? 0);
    return clamp(limit + pick(random, [-machine.pageSize, 0, 1, 2]));
  }
  return drawPhys(random, machine);
}

function pickRange(random: Random, machine: Machine): { base: number; size: number } {
  const windows = machine.devices[between(random, 0, machine.devices.length - 1)]!.windows;
  if (windows.length > 0 && chance(random, 1, 2)) {
    const { cpu, size } = pick(random, windows);
    return { base: cpu, size };
  }
  const { regions, banks } = machine;
  return regions.length > 0 && chance(random, 2, 3) ? pick(random, regions) : pick(random, banks);
}

function edgeOf(random: Random, base: number, size: number, pageSize: number): number {
  const offsets = [0, -1, 1, size - 1, size, size - pageSize, Math.floor(size / 2)];
  return base + pick(random, offsets);
}

function clamp(address: number): number {
  return Math.min(Math.max(address, 0), ADDRESS_END - 1);
}
