/** Tables and streaming mappings that live. */
import type { OpOf } from '../../contract/operations.ts';
import { total, union } from './arena.ts';
import type { SlotsState } from './memory.ts';
import type { DeviceState, State } from './state.ts';
import type { Interval } from './system-ram.ts';
import type { View } from './views.ts';

export type Direction = OpOf<'map_page'>['direction'];

/** Physical bytes in the order of the data. */
export interface Piece {
  readonly start: number;
  readonly length: number;
}

export interface TableState {
  readonly label: number;
  readonly entries: readonly Piece[];
  /** Buffers its pages are of. */
  readonly buffers: readonly number[];
  /** Pages that may still be appended; null: the table is closed. */
  readonly more: number | null;
  readonly pageSize: number;
}

export interface Bounce {
  readonly pool: SlotsState;
  readonly taken: Interval;
  /** Physical address of the first byte in there. */
  readonly data: number;
}

/** A piece as the device has it. */
export interface MappedPiece extends Piece {
  /** Bus address of the first byte. */
  readonly address: number;
  /** Slots that stand for it, or null: the device reaches the bytes themselves. */
  readonly bounce: Bounce | null;
}

export interface MappingState {
  readonly label: number;
  readonly kind: 'page' | 'table' | 'resource';
  readonly device: number;
  readonly direction: Direction;
  readonly pieces: readonly MappedPiece[];
  readonly table: number | null;
  readonly buffers: readonly number[];
  /** What the device may read, by physical byte of the buffer. */
  view: View;
  /** What cache lines of its slots may hold, by byte of the buffer: all that was copied since. */
  lines: View;
  /** Bytes in lines the CPU has stored to since: writing one back undoes what the device wrote. */
  dirty: Interval[];
}

export const bytesOf = ({ start, length }: Piece): Interval => [start, start + length];

export const lengthOf = (pieces: readonly Piece[]) =>
  pieces.reduce((sum, { length }) => sum + length, 0);

/** May the device write? */
export const isWritable = ({ direction }: MappingState) => direction !== 'to-device';

/** Physical ranges of `length` bytes from byte `offset` of the data. */
export function partOf(pieces: readonly Piece[], offset: number, length: number): Interval[] {
  const found: Interval[] = [];
  let at = 0;
  for (const piece of pieces) {
    const from = Math.max(0, offset - at);
    const to = Math.min(piece.length, offset + length - at);
    if (from < to) found.push([piece.start + from, piece.start + to]);
    at += piece.length;
  }
  return found;
}

/** Is a byte in two of the pieces? Then the data has no one place for it. */
export function repeats(pieces: readonly Piece[]): boolean {
  return total(union(pieces.map(bytesOf))) !== lengthOf(pieces);
}

export function deviceOf(state: State, mapping: MappingState): DeviceState {
  return state.devices[mapping.device]!;
}
