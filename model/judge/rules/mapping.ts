/**
 * Streaming mappings: what a device is given for bytes of memory, and when it may be given nothing.
 * Source: kernel/dma/mapping.c, kernel/dma/direct.h:dma_direct_map_page, kernel/dma/swiotlb.c.
 */
import type { Violation } from '../../../contract/law.ts';
import { endsWithin, hex, sizeText } from '../../../contract/numbers.ts';
import type { Outcome, Pieces } from '../../../contract/outcome.ts';
import { without } from '../arena.ts';
import {
  inOneSegment,
  keepsBits,
  keepsBoundary,
  mayPassOver,
  poolsOf,
  slotsBehind,
  stepOf,
  takenOf,
  withoutRoom,
} from '../bounce.ts';
import { settle, showDevice } from '../bytes.ts';
import { madeFor, mustMakePools } from '../dynamic.ts';
import type { Bounce, MappedPiece, MappingState, Piece } from '../mappings.ts';
import { bytesOf, lengthOf } from '../mappings.ts';
import type { SlotsState } from '../memory.ts';
import { runText } from '../place.ts';
import { deviceFor, directly, isLinear, type Mapping, mustBounce, piecesOf } from '../reach.ts';
import type { Rule } from '../rule.ts';
import { broken, outcomeText } from '../rule.ts';
import type { DeviceState, State } from '../state.ts';
import type { Interval } from '../system-ram.ts';
import { streamLimit, translations } from '../view.ts';
import { mapLegality } from './map-legality.ts';
import { checkMade, checkTransient, checkUsed, noteNeed } from './transient.ts';

/** What else was given in the same call. */
interface Given {
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
function checkPiece(
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
      return broken('map/inside-window', 'bounce memory', `${hex(address)}: not all is in a window`);
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

/** The pieces that nothing but bounce memory helps. */
function bouncedOf(state: State, op: Mapping): readonly Piece[] {
  const device = deviceFor(state, op);
  return piecesOf(state, op).filter((piece) => mustBounce(state, device, piece, op.direction));
}

/** May nothing be mapped? Not if each piece is reached, or has a place to bounce to. */
function mayRefuse(state: State, op: Mapping): boolean {
  const device = deviceFor(state, op);
  if (device.mask === null) return true;
  const bounced = bouncedOf(state, op);
  if (bounced.length === 0) return false;
  if (bounced.some((piece) => !isLinear(state, piece))) return true;
  const short = withoutRoom(state, device, bounced);
  if (short === null) return true;
  return short.length > 0 && !mustMakePools(state, device, bounced, short);
}

function checkMapped(
  state: State,
  op: Mapping,
  given: Pieces,
  made: readonly SlotsState[],
): Violation | null {
  const pieces = piecesOf(state, op);
  const wanted = pieces.map(({ length }) => length);
  const lengths = given.map(([, length]) => length);
  if (wanted.length !== lengths.length || wanted.some((length, i) => length !== lengths[i])) {
    return broken('map/pieces', `pieces of ${shown(wanted)} bytes`, shown(lengths));
  }
  const device = deviceFor(state, op);
  const pools = [...poolsOf(state, device), ...made];
  const earlier: Bounce[] = [];
  for (const [index, piece] of pieces.entries()) {
    const address = given[index]![0];
    const violation = checkPiece(state, op, piece, address, { made, earlier });
    if (violation !== null) return violation;
    const behind = slotsBehind(pools, device, piece, address);
    if (behind !== null && address !== directly(device, piece)) earlier.push(behind);
  }
  return checkUsed(
    made,
    earlier.map(({ pool }) => pool),
  );
}

const shown = (lengths: readonly number[]) => lengths.slice(0, 6).join(', ') || 'none';

/** What the device was given: [address, length], or null for a form that says nothing. */
function givenBy(op: Mapping, outcome: Outcome): Pieces | null {
  if (outcome.is !== 'ok') return null;
  if (op.op === 'map_sgtable') return outcome.segments ?? null;
  return outcome.address === undefined ? null : [[outcome.address, op.size]];
}

function isRefused(op: Mapping, outcome: Outcome): boolean {
  const plain = op.op === 'map_page' || op.call === 'sg';
  return plain ? outcome.is === 'none' : outcome.is === 'error' && outcome.errno === 'EIO';
}

function checkMap(state: State, op: Mapping, outcome: Outcome): Violation | null {
  const made = checkMade(state, op, outcome);
  if (made !== null) return made;
  const device = deviceFor(state, op);
  if (isRefused(op, outcome)) {
    if (mayRefuse(state, op)) return null;
    const law = mayPassOver(state, device, bouncedOf(state, op))
      ? 'map/last-place'
      : 'map/complete';
    return broken(law, 'a mapping: there is room for it', outcomeText(outcome));
  }
  const given = givenBy(op, outcome);
  if (given === null) return broken('any/form', 'a mapping or a refusal', outcomeText(outcome));
  if (device.mask === null) return broken('map/no-mask', 'a refusal', outcomeText(outcome));
  return checkMapped(state, op, given, madeFor(state, outcome));
}

function adoptMap(state: State, op: Mapping, outcome: Outcome): void {
  noteNeed(state, op, outcome);
  const given = givenBy(op, outcome);
  if (given === null || given.length === 0) return;
  const device = deviceFor(state, op);
  const made = madeFor(state, outcome);
  const pools = [...poolsOf(state, device), ...made];
  state.memory.transient.push(...made);
  const pieces = piecesOf(state, op).map((piece, index): MappedPiece => {
    const address = given[index]![0];
    const behind =
      address === directly(device, piece) ? null : slotsBehind(pools, device, piece, address);
    if (behind === null) return { ...piece, address, bounce: null };
    behind.pool.bounces = [...behind.pool.bounces, behind.taken];
    return { ...piece, address, bounce: behind };
  });
  const isTable = op.op === 'map_sgtable';
  const mapping: MappingState = {
    label: op.out,
    kind: isTable ? 'table' : 'page',
    device: op.device,
    direction: op.direction,
    pieces,
    table: isTable ? op.table : null,
    buffers: isTable ? state.tables.get(op.table)!.buffers : [op.buffer],
    view: [],
    lines: [],
    dirty: [],
  };
  state.mappings.set(op.out, mapping);
  // Nothing was written back for a device that does not snoop: it may see what memory held before,
  // and what it writes may be lost to lines that are dirty still. Memory without a linear address
  // has no lines.
  const skips = op.attrs.includes('skip-cpu-sync') && !device.coherent;
  const hidden = skips ? pieces.filter((piece) => isLinear(state, piece)) : [];
  mapping.dirty = hidden.map(bytesOf);
  mapping.lines = state.bytes.cpu;
  showDevice(state, mapping, without(pieces.map(bytesOf), mapping.dirty));
  settle(state);
}

function rule<N extends Mapping['op']>(): Rule<N> {
  return {
    tells: ['bounce-pool'],
    legality: (state, op) => mapLegality(state, op as Mapping),
    check: (state, op, outcome) => checkMap(state, op as Mapping, outcome),
    adopt: (state, op, outcome) => adoptMap(state, op as Mapping, outcome),
  };
}

export const mapPage = rule<'map_page'>();
export const mapSgtable = rule<'map_sgtable'>();

/** Registers are reached where they are, and no window moves them. */
export const mapResource: Rule<'map_resource'> = {
  legality: (state, op) => {
    const device = deviceFor(state, op);
    if (!state.hasPages || device.spec.iommu !== null) return 'meaningless';
    const isRam = state.machine.banks.some(
      ({ base, size }) => base < op.phys + op.size && op.phys < base + size,
    );
    return isRam ? 'undefined' : 'legal';
  },
  check: (state, op, outcome) => {
    const device = deviceFor(state, op);
    const reached = device.mask !== null && endsWithin(op.phys, op.size, streamLimit(device));
    if (outcome.is === 'none') {
      return reached ? broken('map/resource', hex(op.phys), 'none') : null;
    }
    if (reached && outcome.is === 'ok' && outcome.address === op.phys) return null;
    const got = outcome.is === 'ok' ? hex(outcome.address ?? -1) : outcomeText(outcome);
    return broken('map/resource', reached ? hex(op.phys) : 'none: out of reach', got);
  },
  adopt: (state, op, outcome) => {
    if (outcome.is !== 'ok') return;
    state.mappings.set(op.out, {
      label: op.out,
      kind: 'resource',
      device: op.device,
      direction: op.direction,
      pieces: [{ start: op.phys, length: op.size, address: op.phys, bounce: null }],
      table: null,
      buffers: [],
      view: [],
      lines: [],
      dirty: [],
    });
  },
};

export const mappedLength = ({ pieces }: MappingState) => lengthOf(pieces);
