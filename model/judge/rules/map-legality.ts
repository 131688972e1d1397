/** Which mappings mean something, and have one meaning only. */
import { poolsOf } from '../bounce.ts';
import { isDynamic, pagesWithin } from '../dynamic.ts';
import { repeats } from '../mappings.ts';
import { deviceFor, isLinear, type Mapping, mustBounce, piecesOf } from '../reach.ts';
import type { Legality } from '../rule.ts';
import type { DeviceState, State } from '../state.ts';
import { streamLimit, translations } from '../view.ts';
import { isCached } from './table-walk.ts';
import { tableLegality } from './tables.ts';

/**
 * Slots are found by bus addresses, of which each must have one meaning: no window ends inside a
 * pool, and no two have it (deviation bounce-pool-cut-by-window).
 */
function isClearForSlots(state: State, device: DeviceState): boolean {
  return poolsOf(state, device).every(({ start, end }) => {
    return (
      translations(device, start, 1).length <= 1 &&
      translations(device, start, end - start).length === translations(device, start, 1).length
    );
  });
}

/**
 * Pools may be made of any memory in reach: through windows, each run of it must have one meaning
 * as well, or none.
 */
function isClearForPools(state: State, device: DeviceState): boolean {
  if (!isDynamic(state, device) || device.mask === null || device.windows.length === 0) return true;
  return pagesWithin(state, streamLimit(device)).every(([from, to]) => {
    const met = device.windows.filter(({ cpu, size }) => cpu < to && from < cpu + size);
    const whole = translations(device, from, to - from).length;
    return met.length === 0 || (met.length === 1 && whole === 1);
  });
}

function bytesLegality(state: State, op: Mapping): Legality {
  if (op.op === 'map_sgtable') {
    const legality = tableLegality(state, op.table);
    if (legality !== 'legal') return legality;
    const { label, entries } = state.tables.get(op.table)!;
    const busy = [...state.mappings.values()].some(({ table }) => table === label);
    const hasEmpty = entries.some(({ length }) => length === 0);
    return busy || hasEmpty || repeats(entries) ? 'undefined' : 'legal';
  }
  const buffer = state.buffers.get(op.buffer);
  if (buffer === undefined || !buffer.mapped) return 'meaningless';
  const { pageSize } = state.machine;
  const whole = Math.ceil(buffer.size / pageSize) * pageSize;
  return op.offset + op.size <= whole ? 'legal' : 'undefined';
}

/**
 * The linear address of memory that the CPU sees uncached may be in caches, and stale: whoever
 * looks there, a copy or a device that snoops, may see that (deviation alias-of-uncached).
 */
function looksAtAlias(state: State, op: Mapping, device: DeviceState): boolean {
  const pieces = piecesOf(state, op);
  const buffers = op.op === 'map_sgtable' ? state.tables.get(op.table)!.buffers : [op.buffer];
  if (buffers.every((label) => isCached(state, label))) return false;
  const bounces = pieces.some((piece) => mustBounce(state, device, piece, op.direction));
  return pieces.some((piece) => isLinear(state, piece)) && (device.coherent || bounces);
}

export function mapLegality(state: State, op: Mapping): Legality {
  const device = deviceFor(state, op);
  // Translation in front of a device is not judged yet, and its place not known.
  if (!state.hasPages || device.spec.iommu !== null) return 'meaningless';
  if (op.cpu >= state.machine.cpus) return 'undefined';
  const second = bytesLegality(state, op);
  if (second !== 'legal') return second;
  // One window for the first byte: which of two would be chosen, nobody promises.
  const unclear = piecesOf(state, op).some(
    ({ start }) => start === 0 || translations(device, start, 1).length > 1,
  );
  if (unclear || looksAtAlias(state, op, device)) return 'undefined';
  const { minAlign, segmentBoundary } = device.spec;
  const isClear = isClearForSlots(state, device) && isClearForPools(state, device);
  if (isClear && minAlign <= segmentBoundary) return 'legal';
  const bounces = piecesOf(state, op).some((piece) =>
    mustBounce(state, device, piece, op.direction),
  );
  return bounces ? 'undefined' : 'legal';
}
