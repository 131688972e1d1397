/** What a device needs to be given for bytes: themselves, or bounce memory. */
import { PROFILES } from '../../contract/machine.ts';
import { endsWithin } from '../../contract/numbers.ts';
import type { Op, OpOf } from '../../contract/operations.ts';
import { total, without } from './arena.ts';
import { isForced } from './bounce.ts';
import type { Direction, Piece } from './mappings.ts';
import { bytesOf } from './mappings.ts';
import type { DeviceState, State } from './state.ts';
import { streamLimit, translations } from './view.ts';

export type Mapping = OpOf<'map_page' | 'map_sgtable'>;

/** The bytes to map, in order. */
export function piecesOf(state: State, op: Mapping): readonly Piece[] {
  if (op.op === 'map_sgtable') return state.tables.get(op.table)!.entries;
  return [{ start: state.buffers.get(op.buffer)!.start + op.offset, length: op.size }];
}

export function deviceFor(state: State, op: { readonly device: number }): DeviceState {
  return state.devices[op.device]!;
}

/**
 * Small buffers that a device without snooping writes share cache lines with other objects of the
 * same kind of memory. Source: include/linux/dma-map-ops.h:dma_kmalloc_needs_bounce.
 */
export function isSmall(
  state: State,
  device: DeviceState,
  piece: Piece,
  direction: Direction,
): boolean {
  const { machine } = state;
  if (!PROFILES[machine.profile].bouncesSmall || state.memory.bounce.length === 0) return false;
  if (device.coherent || direction === 'to-device' || piece.length >= 2 * 128) return false;
  const object = [8, 16, 32, 64, 96, 128, 192, 256].find((size) => size >= piece.length)!;
  return object % machine.cacheLine !== 0;
}

/** The bus address under which the device reaches all of the bytes themselves, or null. */
export function directly(device: DeviceState, { start, length }: Piece): number | null {
  const reached = translations(device, start, length);
  return reached.find((address) => endsWithin(address, length, streamLimit(device))) ?? null;
}

/** Must an operation copy bytes that have no linear address? */
export function copiesUnmapped(state: State, op: Op): boolean {
  if (op.op !== 'map_page' && op.op !== 'map_sgtable') return false;
  const device = deviceFor(state, op);
  return piecesOf(state, op).some(
    (piece) => !isLinear(state, piece) && mustBounce(state, device, piece, op.direction),
  );
}

/** Has the CPU a linear address of the bytes, to copy them by? */
export function isLinear(state: State, piece: Piece): boolean {
  return total(without([bytesOf(piece)], state.ram.mapped)) === 0;
}

export function mustBounce(state: State, device: DeviceState, piece: Piece, direction: Direction) {
  return (
    isForced(state, device) ||
    directly(device, piece) === null ||
    isSmall(state, device, piece, direction)
  );
}
