/** Random operations on tables and mappings, and of devices and caches. */
import { alignUp } from '../../contract/numbers.ts';
import type { Op, OpName, OpOf, Spans } from '../../contract/operations.ts';
import { DIRECTIONS, MAX_SEGMENT } from '../../contract/operations.ts';
import type { Random } from '../random.ts';
import { between, chance, pick } from '../random.ts';
import type { Configuration } from './draw.ts';
import { drawDevice } from './operations.ts';
import type { Plan, PlannedBuffer, PlannedMapping, PlannedTable } from './plan.ts';
import { drawPhys } from './sizes.ts';

type TableOp = Extract<OpName, `sg_${string}`>;
type MappingOp =
  | 'unmap'
  | 'sync_for_cpu'
  | 'sync_for_device'
  | 'need_sync'
  | 'mapped_read'
  | 'mapped_write';
type BufferOp = 'device_read' | 'device_write' | 'evict' | 'prefetch';
export type StreamingOp =
  | TableOp
  | MappingOp
  | BufferOp
  | 'map_page'
  | 'map_sgtable'
  | 'map_resource';

/** Slots are 2 KiB, a segment of them 256 KiB: lengths beside their multiples matter. */
const SLOT = 2048;
const SEGMENT = 128 * SLOT;

/** Null when there is nothing for the kind to apply to. */
export function drawStreaming(
  random: Random,
  kind: StreamingOp,
  config: Configuration,
  plan: Plan,
): Op | null {
  switch (kind) {
    case 'map_page':
      return drawMapPage(random, config, plan);
    case 'map_sgtable':
      return drawMapTable(random, config, plan);
    case 'map_resource':
      return drawMapResource(random, config, plan);
    case 'unmap':
    case 'sync_for_cpu':
    case 'sync_for_device':
    case 'need_sync':
    case 'mapped_read':
    case 'mapped_write':
      return drawOnMapping(random, kind, plan);
    case 'device_read':
    case 'device_write':
    case 'evict':
    case 'prefetch':
      return drawOnBytes(random, kind, plan);
    case 'sg_from_pages':
      return drawTable(random, plan);
    default:
      return drawOnTable(random, kind, plan);
  }
}

function drawBuffer(random: Random, plan: Plan): PlannedBuffer | null {
  const usable = plan.live.filter(({ size }) => size > 0);
  // The newest most often, so that programs stay with a few buffers.
  if (usable.length === 0) return null;
  return chance(random, 1, 2) ? usable.at(-1)! : pick(random, usable);
}

const pagesIn = (plan: Plan, { size }: PlannedBuffer) =>
  alignUp(size, plan.machine.pageSize) / plan.machine.pageSize;

/** All of it, or a part with edges beside those of slots, lines and segments. */
function drawRange(
  random: Random,
  length: number,
  line: number,
): { readonly offset: number; readonly length: number } {
  if (length <= 1 || chance(random, 1, 3)) return { offset: 0, length };
  const edges = [1, line - 1, line, line + 1, 256, SLOT - 1, SLOT, SLOT + 1, 4095, 4096, SEGMENT];
  const offset = chance(random, 1, 3)
    ? 0
    : chance(random, 1, 2)
      ? pick(random, edges) % length
      : between(random, 0, length - 1);
  const rest = length - offset;
  const wanted = chance(random, 1, 2) ? pick(random, edges) : between(random, 1, rest);
  return { offset, length: chance(random, 1, 4) ? rest : Math.min(wanted, rest) };
}

/** Most skips and wrong directions are left to few programs: they make everything allowed. */
const drawAttrs = (random: Random) =>
  chance(random, 1, 10) ? (['skip-cpu-sync'] as const) : ([] as const);

const drawCpu = (random: Random, plan: Plan) => between(random, 0, plan.machine.cpus - 1);

/** Half of the time one that some memory is out of reach for. */
function drawMapper(random: Random, config: Configuration, plan: Plan): number {
  if (plan.narrow.length > 0 && chance(random, 1, 2)) return pick(random, plan.narrow);
  const translated = (index: number) => plan.machine.devices[index]!.iommu !== null;
  const device = drawDevice(random, config, plan.machine);
  return translated(device) ? between(random, 0, plan.machine.devices.length - 1) : device;
}

function drawMapPage(random: Random, config: Configuration, plan: Plan): Op | null {
  const buffer = drawBuffer(random, plan);
  if (buffer === null) return null;
  const whole = pagesIn(plan, buffer) * plan.machine.pageSize;
  const { offset, length: size } = drawRange(random, whole, plan.machine.cacheLine);
  const direction = pick(random, DIRECTIONS);
  const device = drawMapper(random, config, plan);
  const out = plan.newName();
  const writable = direction !== 'to-device';
  plan.mappings.push({ label: out, length: size, writable, buffers: [buffer.label], table: -1 });
  const attrs = drawAttrs(random);
  const cpu = drawCpu(random, plan);
  return { op: 'map_page', out, device, buffer: buffer.label, offset, size, direction, attrs, cpu };
}

function drawMapTable(random: Random, config: Configuration, plan: Plan): Op | null {
  const idle = plan.tables.filter(
    ({ label, more }) => more === 0 && plan.mappings.every(({ table }) => table !== label),
  );
  if (idle.length === 0) return drawMapPage(random, config, plan);
  const { label: table, length, buffers } = pick(random, idle);
  const direction = pick(random, DIRECTIONS);
  const device = drawMapper(random, config, plan);
  const out = plan.newName();
  plan.mappings.push({ label: out, length, writable: direction !== 'to-device', buffers, table });
  const attrs = drawAttrs(random);
  const call = chance(random, 1, 4) ? 'sg' : 'sgtable';
  return {
    op: 'map_sgtable',
    out,
    device,
    table,
    direction,
    attrs,
    cpu: drawCpu(random, plan),
    call,
  };
}

function drawMapResource(random: Random, config: Configuration, plan: Plan): Op {
  const device = drawMapper(random, config, plan);
  const phys = drawPhys(random, plan.machine);
  const size = 2 ** between(random, 0, 16);
  const out = plan.newName();
  plan.mappings.push({ label: out, length: size, writable: false, buffers: [], table: -1 });
  return { op: 'map_resource', out, device, phys, size, direction: pick(random, DIRECTIONS) };
}

function drawDirection(random: Random): OpOf<'unmap'>['direction'] {
  return chance(random, 1, 40) ? pick(random, DIRECTIONS) : 'mapped';
}

function drawOnMapping(random: Random, op: MappingOp, plan: Plan): Op | null {
  if (plan.mappings.length === 0) return null;
  const index = between(random, 0, plan.mappings.length - 1);
  const { label: mapping, length, writable }: PlannedMapping = plan.mappings[index]!;
  const direction = drawDirection(random);
  switch (op) {
    case 'unmap':
      plan.mappings.splice(index, 1);
      return { op, mapping, direction, attrs: drawAttrs(random) };
    case 'need_sync':
      return { op, mapping };
    case 'sync_for_cpu':
    case 'sync_for_device': {
      if (chance(random, 1, 2)) return { op, mapping, offset: 0, length: -1, direction };
      return { op, mapping, ...drawRange(random, length, plan.machine.cacheLine), direction };
    }
    default: {
      const range = drawRange(random, length, plan.machine.cacheLine);
      if (op === 'mapped_read') return { op, mapping, ...range };
      if (!writable && !chance(random, 1, 12)) return null;
      return { op, mapping, ...range, value: between(random, 1, 255) };
    }
  }
}

function drawOnBytes(random: Random, op: BufferOp, plan: Plan): Op | null {
  const buffer = drawBuffer(random, plan);
  if (buffer === null) return null;
  const { label, size } = buffer;
  const range = drawRange(random, size, plan.machine.cacheLine);
  switch (op) {
    case 'device_read':
      return { op, buffer: label, via: -1, ...range };
    case 'device_write':
      return { op, buffer: label, via: -1, ...range, value: between(random, 1, 255) };
    default:
      return { op, buffer: label, ...range };
  }
}

/** All pages, or some of them in an order that makes one entry, many, or neighbours again. */
function drawSpans(random: Random, pages: number): Spans {
  if (pages <= 1 || chance(random, 1, 2)) return [];
  const spans: [number, number][] = [];
  let at = chance(random, 1, 2) ? 0 : between(random, 0, pages - 1);
  while (at < pages && spans.length < 6) {
    const count = between(random, 1, Math.min(pages - at, 4));
    spans.push([at, count]);
    at += count + (chance(random, 1, 2) ? 0 : 1);
  }
  if (chance(random, 1, 3)) spans.reverse();
  return spans;
}

function drawLimit(random: Random, pageSize: number): number {
  if (chance(random, 1, 2)) return MAX_SEGMENT;
  if (chance(random, 1, 20)) return pageSize - 1;
  return pageSize * between(random, 1, 4) + pick(random, [0, 0, 5, pageSize - 1]);
}

function drawPages(random: Random, plan: Plan, buffer: PlannedBuffer, isFirst: boolean) {
  const { pageSize } = plan.machine;
  const all = pagesIn(plan, buffer);
  const pages = drawSpans(random, all);
  const count = pages.length === 0 ? all : pages.reduce((sum, [, n]) => sum + n, 0);
  const offset =
    isFirst && chance(random, 1, 3) ? pick(random, [1, 63, 64, 100, SLOT, pageSize - 1]) : 0;
  const cut = chance(random, 1, 4) ? between(random, 1, pageSize - 1) : 0;
  const length = count * pageSize - offset;
  const least = Math.max(1, (count - 1) * pageSize + 1 - offset);
  const size = cut === 0 ? -1 : Math.max(least, length - cut);
  return { pages, offset, size, length: size < 0 ? length : size };
}

/** Pages of a table at most: what is said of more of them is said of these. */
const TABLE_PAGES_MAX = 2 ** 14;

function drawTable(random: Random, plan: Plan): Op | null {
  const buffer = drawBuffer(random, plan);
  if (buffer === null || pagesIn(plan, buffer) > TABLE_PAGES_MAX) return null;
  const more = chance(random, 1, 6) ? pick(random, [1, 4, 200]) : 0;
  const { length, ...data } = drawPages(random, plan, buffer, true);
  const max_segment = drawLimit(random, plan.machine.pageSize);
  const out = plan.newName();
  if (max_segment >= plan.machine.pageSize) {
    plan.tables.push({ label: out, buffers: [buffer.label], length, more });
  }
  return { op: 'sg_from_pages', out, buffer: buffer.label, ...data, max_segment, more };
}

function drawOnTable(random: Random, op: Exclude<TableOp, 'sg_from_pages'>, plan: Plan): Op | null {
  if (op === 'sg_of_buffer') return drawOfBuffer(random, plan);
  if (op === 'sg_append') return drawAppend(random, plan);
  const closed = plan.tables.filter(({ more }) => more === 0);
  if (closed.length === 0) return null;
  const chosen = pick(random, closed);
  const { label: table, length } = chosen;
  const { offset: skip, length: run } = drawRange(random, length + 1, plan.machine.cacheLine);
  switch (op) {
    case 'sg_free':
      if (plan.mappings.some((mapping) => mapping.table === table)) return null;
      plan.tables.splice(plan.tables.indexOf(chosen), 1);
      return { op, table };
    case 'sg_nents_for_len':
      return { op, table, length: run };
    case 'sg_read':
      return { op, table, skip, length: run };
    case 'sg_write':
      return { op, table, skip, length: run, value: between(random, 1, 255) };
    case 'sg_split': {
      const out = plan.newName();
      const piece: PlannedTable = { ...chosen, label: out, length: run };
      if (skip + run <= length) plan.tables.push(piece);
      return { op, out, table, skip, size: run };
    }
  }
}

function drawOfBuffer(random: Random, plan: Plan): Op | null {
  const buffer = drawBuffer(random, plan);
  const small = buffer !== null && pagesIn(plan, buffer) <= TABLE_PAGES_MAX;
  if (buffer === null || buffer.device < 0 || !small) return null;
  const out = plan.newName();
  const length = pagesIn(plan, buffer) * plan.machine.pageSize;
  plan.tables.push({ label: out, buffers: [buffer.label], length, more: 0 });
  return { op: 'sg_of_buffer', out, buffer: buffer.label, via: -1 };
}

/** Whole pages: half of the time what closes the table. */
function drawAppend(random: Random, plan: Plan): Op | null {
  const index = plan.tables.findLastIndex(({ more }) => more > 0);
  const buffer = drawBuffer(random, plan);
  if (index < 0 || buffer === null || pagesIn(plan, buffer) > TABLE_PAGES_MAX) return null;
  const table = plan.tables[index]!;
  const { pages } = drawPages(random, plan, buffer, false);
  const { pageSize } = plan.machine;
  const count = pages.length === 0 ? pagesIn(plan, buffer) : pages.reduce((n, [, k]) => n + k, 0);
  const more = chance(random, 1, 2) ? 0 : Math.max(0, table.more - count);
  const offset = chance(random, 1, 20) ? 1 : 0;
  const max_segment = drawLimit(random, pageSize);
  if (offset === 0 && max_segment >= pageSize && count + more <= table.more) {
    const buffers = [...table.buffers, buffer.label];
    const length = table.length + count * pageSize;
    plan.tables[index] = { label: table.label, buffers, length, more };
  }
  const data = { pages, offset, size: -1, max_segment, more };
  return { op: 'sg_append', table: table.label, buffer: buffer.label, ...data };
}
