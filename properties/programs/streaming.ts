/** Random operations on tables and mappings, and of devices and caches. */
import type { Op, OpOf } from '../../contract/operations.ts';
import { DIRECTIONS } from '../../contract/operations.ts';
import type { Random } from '../random.ts';
import { between, chance, pick } from '../random.ts';
import type { Configuration } from './draw.ts';
import type { Plan, PlannedMapping } from './plan.ts';
import { drawBuffer, drawDevice, drawRange, pagesIn, SEGMENT } from './ranges.ts';
import { drawPhys } from './sizes.ts';
import { drawOnTable, drawTable, type TableOp } from './tables.ts';

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

/** Most skips and wrong directions are left to few programs: they make everything allowed. */
const drawAttrs = (random: Random) =>
  chance(random, 1, 10) ? (['skip-cpu-sync'] as const) : ([] as const);

const drawCpu = (random: Random, plan: Plan) => between(random, 0, plan.machine.cpus - 1);

/** Half of the time one that some memory is out of reach for. */
function drawMapper(random: Random, config: Configuration, plan: Plan): number {
  if (plan.narrow.length > 0 && chance(random, 1, 2)) return pick(random, plan.narrow);
  const translated = (index: number) => plan.machine.devices[index]!.iommu !== null;
  const device = drawDevice(random, config.focus, plan.machine);
  return translated(device) ? between(random, 0, plan.machine.devices.length - 1) : device;
}

function drawMapPage(random: Random, config: Configuration, plan: Plan): Op | null {
  const buffer = drawBuffer(random, plan);
  if (buffer === null) return null;
  const whole = pagesIn(plan, buffer) * plan.machine.pageSize;
  const { offset, length: size } = drawPart(random, plan, whole);
  const direction = pick(random, DIRECTIONS);
  const device = drawMapper(random, config, plan);
  const out = plan.newName();
  const writable = direction !== 'to-device';
  const buffers = [buffer.label];
  plan.mappings.push({ label: out, device, length: size, writable, buffers, table: -1 });
  const attrs = drawAttrs(random);
  const cpu = drawCpu(random, plan);
  return { op: 'map_page', out, device, buffer: buffer.label, offset, size, direction, attrs, cpu };
}

/** Where pools are added when slots run out, half of the time as much as one run of them has. */
function drawPart(random: Random, { machine }: Plan, whole: number) {
  if (machine.swiotlb?.dynamic !== true || chance(random, 1, 2)) {
    return drawRange(random, whole, machine.cacheLine);
  }
  return { offset: 0, length: Math.min(whole, SEGMENT) };
}

function drawMapTable(random: Random, config: Configuration, plan: Plan): Op | null {
  const idle = plan.tables.filter(
    ({ label, more }) => more === 0 && plan.mappings.every(({ table }) => table !== label),
  );
  // What a table is missing for: it is there for the next one.
  if (idle.length === 0) return drawTable(random, plan) ?? drawMapPage(random, config, plan);
  // Of several buffers some may be in reach and others not.
  const mixed = idle.filter(({ buffers }) => buffers.length > 1);
  const tables = mixed.length > 0 && chance(random, 1, 2) ? mixed : idle;
  const { label: table, length, buffers } = pick(random, tables);
  const direction = pick(random, DIRECTIONS);
  const device = drawMapper(random, config, plan);
  const out = plan.newName();
  const writable = direction !== 'to-device';
  plan.mappings.push({ label: out, device, length, writable, buffers, table });
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
  plan.mappings.push({ label: out, device, length: size, writable: false, buffers: [], table: -1 });
  return { op: 'map_resource', out, device, phys, size, direction: pick(random, DIRECTIONS) };
}

function drawDirection(random: Random): OpOf<'unmap'>['direction'] {
  return chance(random, 1, 40) ? pick(random, DIRECTIONS) : 'mapped';
}

/** Half of the time the one used last: what happens to bytes takes several calls to show. */
function drawMapping(random: Random, { mappings }: Plan): PlannedMapping | null {
  if (mappings.length === 0) return null;
  const index = chance(random, 1, 2) ? -1 : between(random, 0, mappings.length - 1);
  const [drawn] = mappings.splice(index, 1);
  mappings.push(drawn!);
  return drawn!;
}

function drawOnMapping(random: Random, op: MappingOp, plan: Plan): Op | null {
  const drawn = drawMapping(random, plan);
  if (drawn === null) return null;
  const { label: mapping, length, writable } = drawn;
  const direction = drawDirection(random);
  switch (op) {
    case 'unmap':
      plan.mappings.pop();
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
