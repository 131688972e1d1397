/** One random operation that most likely applies. */
import { ADDRESS_END, alignDown, alignUp } from '../../contract/numbers.ts';
import type { Op, OpName } from '../../contract/operations.ts';
import { ATTRS, DIRECTIONS } from '../../contract/operations.ts';
import type { Random } from '../random.ts';
import { between, chance, pick } from '../random.ts';
import type { Configuration } from './draw.ts';
import { drawOnPages } from './pages.ts';
import type { Plan, PlannedBuffer } from './plan.ts';
import { drawDevice } from './ranges.ts';
import { blockPages, drawDma, drawPhys, drawSize } from './sizes.ts';
import { drawStreaming } from './streaming.ts';

const MASKS = [0, 16, 24, 28, 30, 31, 32, 33, 36, 40, 52, 64] as const;

/** Null when there is nothing for the kind to apply to. */
export function drawOperation(
  random: Random,
  kind: OpName,
  config: Configuration,
  plan: Plan,
): Op | null {
  switch (kind) {
    case 'alloc_coherent':
      return drawAlloc(random, config, plan);
    case 'alloc_noncoherent':
      return drawNoncoherent(random, config, plan);
    case 'alloc_pages':
    case 'alloc_exact':
    case 'alloc_contig':
    case 'free_pages':
    case 'pin':
    case 'unpin':
    case 'run_work':
    case 'census':
      return drawOnPages(random, kind, config, plan);
    case 'free':
    case 'mmap':
    case 'write':
    case 'read':
      return drawOnBuffer(random, kind, plan);
    case 'attach':
    case 'detach':
    case 'declare':
    case 'release':
      return drawOnPool(random, kind, config, plan);
    case 'set_mask':
    case 'set_coherent_mask':
    case 'set_offset':
    case 'phys_to_dma':
    case 'dma_to_phys':
    case 'coherent_ok':
    case 'capable':
    case 'required_mask':
    case 'addressing_limited':
    case 'max_mapping_size':
    case 'opt_mapping_size':
      return drawOnLimits(random, kind, config, plan);
    default:
      return drawStreaming(random, kind, config, plan);
  }
}

function drawAlloc(random: Random, config: Configuration, plan: Plan): Op | null {
  const device = drawDevice(random, config.focus, plan.machine);
  const pool = plan.poolOf(device);
  const elsewhere = config.hasPages || (plan.hasGlobal && chance(random, 1, 4));
  if (pool === null && !elsewhere) return null;
  const { pageSize } = plan.machine;
  const pages = pool?.pages ?? (config.hasPages ? pagesElsewhere(plan, device) : 1);
  const size = drawSize(random, config.scale, pageSize, pages);
  const gfp = chance(random, 1, 4) ? 'atomic' : 'blocking';
  const attrs = chance(random, 1, 6) ? ATTRS.filter(() => chance(random, 1, 4)) : [];
  const out = plan.alloc(device, size, !attrs.includes('no-kernel-mapping'));
  return { op: 'alloc_coherent', out, device, size, gfp, attrs };
}

/** A restricted pool hands out up to 128 slots of 2 KiB, the page allocator its largest block. */
function pagesElsewhere({ machine, restricted }: Plan, device: number): number {
  return restricted[device] === true ? 2 ** 18 / machine.pageSize : blockPages(machine.pageSize);
}

function drawNoncoherent(random: Random, config: Configuration, plan: Plan): Op | null {
  const device = drawDevice(random, config.focus, plan.machine);
  const { pageSize } = plan.machine;
  const size = drawSize(random, config.scale, pageSize, pagesElsewhere(plan, device));
  const gfp = chance(random, 1, 4) ? 'atomic' : 'blocking';
  const direction = chance(random, 1, 2) ? 'bidirectional' : pick(random, DIRECTIONS);
  const out = plan.take(device, size);
  return { op: 'alloc_noncoherent', out, device, size, direction, gfp };
}

function drawOnBuffer(
  random: Random,
  kind: 'free' | 'mmap' | 'write' | 'read',
  plan: Plan,
): Op | null {
  if (plan.live.length === 0) return null;
  const index = between(random, 0, plan.live.length - 1);
  const buffer = plan.live[index]!;
  const { label, size } = buffer;
  if (kind === 'free' && plan.isMapped(label)) return null;
  const isDma = kind === 'free' || kind === 'mmap';
  if (isDma && buffer.device < 0) return null;
  if (kind === 'free' || kind === 'mmap') {
    const via = drawVia(random, plan, buffer);
    if (via === null) return null;
    if (kind === 'mmap') return drawMmap(random, buffer, via, plan.machine.pageSize);
    plan.free(index);
    return { op: 'free', buffer: label, via };
  }
  if (size === 0) return null;
  const whole = chance(random, 1, 2);
  // The last page belongs to the buffer to its end.
  const end = chance(random, 1, 4) ? alignUp(size, plan.machine.pageSize) : size;
  const offset = whole ? 0 : between(random, 0, end - 1);
  const length = whole ? end : between(random, 1, end - offset);
  if (kind === 'read') return { op: 'read', buffer: label, offset, length };
  return { op: 'write', buffer: label, offset, length, value: between(random, 1, 255) };
}

/** A device that may free the buffer: -1 for the one that allocated it; null: none can. */
function drawVia(random: Random, plan: Plan, buffer: PlannedBuffer): number | null {
  const self = plan.owns(buffer.device, buffer);
  if (self && !chance(random, 1, 4)) return -1;
  const device = between(random, 0, plan.pools.length - 1);
  if (plan.owns(device, buffer)) return device;
  if (self) return -1;
  const other = plan.pools.findIndex((_, index) => plan.owns(index, buffer));
  return other < 0 ? null : other;
}

function drawMmap(random: Random, buffer: PlannedBuffer, via: number, pageSize: number): Op {
  const count = Math.ceil(buffer.size / pageSize);
  const offset = chance(random, 1, 2) ? 0 : between(random, 0, count + 1);
  const rest = Math.max(1, count - offset);
  const pages = Math.max(1, rest + pick(random, [-1, 0, 0, 1]));
  const size = chance(random, 1, 6) ? pick(random, [0, 1, pageSize + 1, buffer.size + 1]) : -1;
  return { op: 'mmap', buffer: buffer.label, via, size, offset, pages };
}

function drawOnPool(
  random: Random,
  kind: 'attach' | 'detach' | 'declare' | 'release',
  config: Configuration,
  plan: Plan,
): Op | null {
  const device = drawDevice(random, config.focus, plan.machine);
  const pool = plan.pools[device] ?? null;
  switch (kind) {
    case 'attach': {
      const count = plan.machine.devices[device]!.regions.length;
      if (count === 0 && !chance(random, 1, 20)) return null;
      const index = between(random, 0, chance(random, 1, 10) ? count : Math.max(0, count - 1));
      plan.attach(device, index);
      return { op: 'attach', device, index };
    }
    case 'detach':
      if (pool !== null && pool.region >= 0) plan.unbind(device);
      plan.restricted[device] = false;
      return { op: 'detach', device };
    case 'release':
      if (pool !== null && (pool.region >= 0 || pool.live > 0)) return null;
      plan.unbind(device);
      return { op: 'release', device };
    case 'declare':
      return drawDeclare(random, device, plan);
  }
}

/** Mostly in memory that can be a pool: a no-map hole, a region, or past a bank. */
function drawDeclare(random: Random, device: number, plan: Plan): Op {
  const { machine } = plan;
  const { pageSize } = machine;
  const holes = machine.regions.filter((r) => r.noMap && r.size >= pageSize);
  const bank = pick(random, machine.banks);
  const outside = { base: bank.base + bank.size, size: pageSize * 64 };
  const range = chance(random, 1, 12)
    ? bank
    : holes.length > 0 && chance(random, 3, 4)
      ? pick(random, holes)
      : outside;
  const pages = chance(random, 1, 2) ? between(random, 1, 20) : Math.ceil(range.size / pageSize);
  const odd = chance(random, 1, 12) ? pick(random, [1, 0x800, pageSize - 1]) : 0;
  const size = chance(random, 1, 25) ? 0 : Math.min(pages, 2 ** 21) * pageSize + odd;
  // A hole that starts inside a page shares it with mapped memory.
  const start = chance(random, 1, 3)
    ? alignDown(range.base, pageSize)
    : alignUp(range.base, pageSize);
  const phys = start + (chance(random, 1, 25) ? 0x800 : 0);
  const dma = chance(random, 1, 2) ? phys : pick(random, [0, pageSize, 0x40000000, 0x100000000]);
  plan.declare(device, phys, size);
  return { op: 'declare', device, phys: Math.min(phys, ADDRESS_END - size - 1), dma, size };
}

type LimitOp =
  | 'set_mask'
  | 'set_coherent_mask'
  | 'set_offset'
  | 'phys_to_dma'
  | 'dma_to_phys'
  | 'coherent_ok'
  | 'capable'
  | 'required_mask'
  | 'addressing_limited'
  | 'max_mapping_size'
  | 'opt_mapping_size';

function drawOnLimits(random: Random, op: LimitOp, config: Configuration, plan: Plan): Op {
  const { machine } = plan;
  const device = drawDevice(random, config.focus, machine);
  const { pageSize } = machine;
  switch (op) {
    case 'set_mask': {
      // Half of the time the one it has, while something is mapped: that stays within reach.
      const user = chance(random, 1, 2) ? (plan.mappings.at(-1)?.device ?? device) : null;
      const own = user === null ? undefined : plan.widthOf(user);
      return { op, device: user ?? device, mask: own ?? pick(random, MASKS) };
    }
    case 'set_coherent_mask':
      return { op, device, mask: pick(random, MASKS) };
    case 'set_offset': {
      const cpu = drawPhys(random, machine);
      const dma = chance(random, 1, 6) ? cpu : drawDma(random, machine, device);
      return { op, device, cpu, dma, size: drawSpan(random, pageSize) };
    }
    case 'phys_to_dma':
      return { op, device, phys: drawPhys(random, machine) };
    case 'dma_to_phys':
    case 'capable': {
      const dma = drawDma(random, machine, device);
      return op === 'capable'
        ? { op, device, dma, size: drawSpan(random, pageSize) }
        : { op, device, dma };
    }
    case 'coherent_ok':
      return { op, device, phys: drawPhys(random, machine), size: drawSpan(random, pageSize) };
    case 'required_mask':
    case 'addressing_limited':
    case 'max_mapping_size':
    case 'opt_mapping_size':
      return { op, device };
  }
}

/** A power of two of pages, or a byte off. */
function drawSpan(random: Random, pageSize: number): number {
  return pageSize * 2 ** between(random, 0, 20) + between(random, -1, 1);
}
