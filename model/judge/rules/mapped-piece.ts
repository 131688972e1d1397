/**
 * What a device is given for one run of bytes: the bytes themselves, or slots for them.
 * Source: kernel/dma/direct.h:dma_direct_map_page, kernel/dma/swiotlb.c:swiotlb_tbl_map_single.
 */
import type { Violation } from '../../../contract/law.ts';
import { endsWithin, hex, sizeText } from '../../../contract/numbers.ts';

import {
  inOneSegment,
  keepsBits,
  keepsBoundary,
  poolsOf,
  slotsBehind,
  stepOf,
  takenOf,
} from '../bounce.ts';
import type { Bounce, Piece } from '../mappings.ts';
import type { SlotsState } from '../memory.ts';
import { runText } from '../place.ts';
import { deviceFor, directly, isLinear, type Mapping, mustBounce } from '../reach.ts';
import { broken } from '../rule.ts';
import type { DeviceState, State } from '../state.ts';
import type { Interval } from '../system-ram.ts';
import { streamLimit, translations } from '../view.ts';
import { checkTransient } from './transient.ts';

/** What else was given in the same call. */
export interface Given {
  /** Pools that were made for it. */
  readonly made: readonly SlotsState[];
  /** Bounces of pieces before. */
  readonly earlier: readonly Bounce[];
}

/** Is that where the first byte is, and the only thing wrong that no window holds them all? */
function leavesWindow(device: DeviceState, { start, length }: Piece, address: number): boolean {
  return (
    translations(device, start, length).length === 0 &&
    translations(device, start, 1).includes(address) &&
    endsWithin(address, length, streamLimit(device))
  );
}

/** What is wrong with what the device was given for one piece? */
export function checkPiece(
  state: State,
  op: Mapping,
  piece: Piece,
  address: number,
  { made, earlier }: Given,
): Violation | null {
  const device = deviceFor(state, op);
  const direct = directly(device, piece);
  if (address === direct) {
    if (!mustBounce(state, device, piece, op.direction)) return null;
    return broken('map/bounced', 'bounce memory', `the bytes themselves at ${hex(address)}`);
  }
  const pools = [...poolsOf(state, device), ...made];
  const behind = slotsBehind(pools, device, piece, address);
  if (behind === null) {
    if (leavesWindow(device, piece, address)) {
      return broken('map/inside-window', 'bounce memory', `${hex(address)}, in part outside`);
    }
    const expected = direct === null ? 'bounce memory' : `${hex(direct)} or bounce memory`;
    return broken('map/reachable', expected, `${hex(address)}, which means neither`);
  }
  if (!mustBounce(state, device, piece, op.direction)) {
    return broken('map/no-needless-bounce', hex(direct!), `bounce memory at ${hex(address)}`);
  }
  if (!isLinear(state, piece)) {
    return broken('map/nonlinear', 'a refusal: no linear address', `bounced at ${hex(address)}`);
  }
  const { pool, taken } = behind;
  const run = runText(taken);
  if (!inOneSegment(pool, taken)) {
    return broken('bounce/inside', 'slots of one segment of the pool', run);
  }
  const all = [...takenOf(pool), ...earlier.map((one) => one.taken)];
  const clash = all.find(([a, b]) => a < taken[1] && taken[0] < b);
  if (clash !== undefined) {
    return broken('bounce/disjoint', `no slot of ${runText(clash)}: they are taken`, run);
  }
  const own = made.includes(pool)
    ? checkTransient(state, device, piece, pool, earlier.length)
    : null;
  return own ?? checkSight(state, device, piece, address, taken, behind.data);
}

/** As the device sees it: low bits, boundary, reach. */
function checkSight(
  state: State,
  device: DeviceState,
  piece: Piece,
  address: number,
  taken: Interval,
  data: number,
): Violation | null {
  const { minAlign, segmentBoundary } = device.spec;
  if (!keepsBits(device, piece, address)) {
    const wanted = `the low bits of ${hex(piece.start)} under ${hex(minAlign)}`;
    return broken('bounce/aligned', wanted, hex(address));
  }
  const bus = address - (data - taken[0]);
  const step = stepOf(state, device, piece);
  if (bus % step !== 0)
    return broken('bounce/aligned', `a multiple of ${sizeText(step)}`, hex(bus));
  if (!keepsBoundary(device, bus, taken[1] - taken[0])) {
    const wanted = `no border of ${sizeText(segmentBoundary + 1)} inside`;
    return broken('bounce/boundary', wanted, runText([bus, bus + taken[1] - taken[0]]));
  }
  if (endsWithin(address, piece.length, streamLimit(device))) return null;
  return broken('map/reachable', `an end up to ${hex(streamLimit(device))}`, hex(address));
}
