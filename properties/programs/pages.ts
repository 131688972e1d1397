/** Operations on pages: what the rest of a kernel does to memory while devices want some. */
import type { Machine, ZoneName } from '../../contract/machine.ts';
import { maxPageOrder, maxPfn, ZONE_NAMES } from '../../contract/machine.ts';
import { alignDown, orderOf } from '../../contract/numbers.ts';
import type { Op } from '../../contract/operations.ts';
import type { Random } from '../random.ts';
import { between, chance, pick } from '../random.ts';
import type { Configuration } from './draw.ts';
import type { Plan } from './plan.ts';
import { SEGMENT } from './ranges.ts';
import { blockPages, drawSize } from './sizes.ts';

type PageOp =
  | 'alloc_pages'
  | 'alloc_exact'
  | 'alloc_contig'
  | 'free_pages'
  | 'pin'
  | 'unpin'
  | 'run_work'
  | 'census';

/** Null when there is nothing for the kind to apply to. */
export function drawOnPages(
  random: Random,
  op: PageOp,
  config: Configuration,
  plan: Plan,
): Op | null {
  const { pageSize } = plan.machine;
  switch (op) {
    case 'alloc_pages': {
      const most = maxPageOrder(pageSize);
      const fills = plan.machine.swiotlb?.dynamic === true && chance(random, 1, 2);
      const order = fills
        ? orderOf(SEGMENT, pageSize)
        : between(random, 0, config.scale === 'small' ? 3 : most + 1);
      return { op, out: plan.take(-1, pageSize * 2 ** order), order, zone: drawZone(random) };
    }
    case 'alloc_exact': {
      const size = Math.max(1, drawSize(random, config.scale, pageSize, blockPages(pageSize)));
      return { op, out: plan.take(-1, size), size, zone: drawZone(random) };
    }
    case 'alloc_contig':
      return config.counted ? drawRange(random, plan) : drawBuffer(random, plan);
    case 'free_pages': {
      const index = plan.live.findLastIndex(
        ({ device, label }) => device < 0 && !plan.isMapped(label) && chance(random, 2, 3),
      );
      if (index < 0) return null;
      const { label } = plan.live[index]!;
      plan.free(index);
      return { op, buffer: label };
    }
    case 'pin':
      return drawPin(random, plan);
    case 'unpin': {
      const [index] = plan.pinned.splice(between(random, 0, plan.pinned.length), 1);
      if (index === undefined) return null;
      const [region, page, pages] = index;
      return { op, region, page, pages };
    }
    case 'run_work':
    case 'census':
      return { op };
  }
}

function drawZone(random: Random): ZoneName {
  return chance(random, 1, 2) ? 'normal' : pick(random, ZONE_NAMES);
}

/** Near where areas hand out: their first pages, and multiples of the largest alignment. */
function drawPin(random: Random, plan: Plan): Op | null {
  if (plan.areas.length === 0) return null;
  const region = pick(random, plan.areas);
  const count = plan.machine.regions[region]!.size / plan.machine.pageSize;
  const far = 256 * between(random, 0, Math.max(0, Math.floor(count / 256) - 1));
  const pages = between(random, 1, pick(random, [1, 4, 300]));
  const last = count - pages + between(random, -1, 1);
  const near = chance(random, 2, 3) ? between(random, 0, 40) : far + between(random, 0, 3);
  const page = chance(random, 1, 10) ? Math.max(0, last) : near;
  plan.pinned.push([region, page, pages]);
  return { op: 'pin', region, page, pages };
}

/**
 * A range of RAM: from an edge of something, a few pages or all up to the next edge. The large ones
 * make memory scarce.
 */
function drawRange(random: Random, plan: Plan): Op | null {
  const { machine } = plan;
  const { pageSize } = machine;
  const edges = edgesOf(machine);
  const at = between(random, 0, edges.length - 2);
  const [start, end] = [edges[at]!, edges[at + 1]!];
  const room = Math.floor((end - start) / pageSize);
  if (room < 1) return null;
  if (chance(random, 1, 2)) return takeRest(random, plan, start, room);
  const pages = between(random, 1, Math.min(room, pick(random, [8, 600, 5000])));
  const skipped = chance(random, 1, 2) ? 0 : between(random, 0, Math.min(room - pages, 3000));
  const phys = start + skipped * pageSize;
  return { op: 'alloc_contig', out: plan.take(-1, pages * pageSize), phys, pages };
}

/** A few pages anywhere in a bank: something to map whose place is known. */
function drawBuffer(random: Random, plan: Plan): Op {
  const { banks, pageSize } = plan.machine;
  const { base, size } = pick(random, banks);
  const room = Math.floor(size / pageSize);
  const pages = Math.min(room, between(random, 1, pick(random, [4, 16, 80])));
  const phys = base + pageSize * between(random, 0, room - pages);
  return { op: 'alloc_contig', out: plan.take(-1, pages * pageSize), phys, pages };
}

/** All to the edge, or nearly, behind the blocks that are used first. */
function takeRest(random: Random, plan: Plan, start: number, room: number): Op | null {
  const { pageSize } = plan.machine;
  const skipped = blockPages(pageSize) * pick(random, [0, 1, 1, 2]);
  const kept = chance(random, 1, 2) ? 0 : between(random, 0, 64);
  const pages = room - skipped - kept;
  if (pages < 1) return null;
  const phys = start + skipped * pageSize;
  return { op: 'alloc_contig', out: plan.take(-1, pages * pageSize), phys, pages };
}

/** Where banks, regions and zones begin and end. */
function edgesOf(machine: Machine): readonly number[] {
  const { pageSize, banks, regions, zoneDmaLimit } = machine;
  const ranges = [...banks, ...regions.filter((region) => !region.disabled)];
  const marks = ranges.flatMap(({ base, size }) => [base, base + size]);
  const pages = [...marks, zoneDmaLimit + 1, 2 ** 32].map((mark) => alignDown(mark, pageSize));
  const ramEnd = maxPfn(machine) * pageSize;
  const lowest = Math.min(...banks.map(({ base }) => base));
  const inside = pages.filter((mark) => mark >= lowest && mark <= ramEnd);
  return [...new Set(inside)].sort((a, b) => a - b);
}
