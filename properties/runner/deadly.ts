/**
 * Operations that end a running kernel by a deviation it is known to have. Each costs it two boots,
 * so campaigns send them in few cases only.
 */
import type { Op } from '../../contract/operations.ts';
import type { Direction, Piece } from '../../model/judge/mappings.ts';
import { deviceFor, isLinear, mustBounce, piecesOf } from '../../model/judge/reach.ts';
import type { State } from '../../model/judge/state.ts';

/** The row that says so: bytes without a linear address are copied, or cleaned from caches. */
export const DEADLY = 'no-linear-address';

export function isDeadly(state: State, op: Op): boolean {
  switch (op.op) {
    case 'map_page':
    case 'map_sgtable': {
      const device = deviceFor(state, op);
      // Whoever skips it here is asked for it when all is given back.
      return withoutAddress(state, piecesOf(state, op)).some(
        (piece) => !device.coherent || mustBounce(state, device, piece, op.direction),
      );
    }
    case 'unmap':
      return !op.attrs.includes('skip-cpu-sync') && drops(state, op);
    case 'sync_for_cpu':
      return drops(state, op);
    case 'sync_for_device': {
      const { device, pieces } = mappedBy(state, op.mapping);
      return !device.coherent && withoutAddress(state, pieces).length > 0;
    }
    default:
      return false;
  }
}

/** Lines of what a device without snooping has written are dropped. */
function drops(
  state: State,
  op: { readonly mapping: number; readonly direction: 'mapped' | Direction },
): boolean {
  const { device, pieces, direction } = mappedBy(state, op.mapping);
  const said = op.direction === 'mapped' ? direction : op.direction;
  return !device.coherent && said !== 'to-device' && withoutAddress(state, pieces).length > 0;
}

function mappedBy(state: State, label: number) {
  const { pieces, direction, device, kind } = state.mappings.get(label)!;
  const bytes: readonly Piece[] = kind === 'resource' ? [] : pieces;
  return { pieces: bytes, direction, device: state.devices[device]! };
}

function withoutAddress(state: State, pieces: readonly Piece[]): Piece[] {
  return pieces.filter((piece) => !isLinear(state, piece));
}
