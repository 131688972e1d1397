/**
 * Streaming mappings: what a device is given for bytes of memory, and when it may be given nothing.
 * Source: kernel/dma/mapping.c, kernel/dma/direct.h:dma_direct_map_page, kernel/dma/swiotlb.c.
 */
import type { Violation } from '../../../contract/law.ts';
import { endsWithin, hex } from '../../../contract/numbers.ts';
import type { Outcome, Pieces } from '../../../contract/outcome.ts';
import { without } from '../arena.ts';
import { mayPassOver, poolsOf, slotsBehind, withoutRoom } from '../bounce.ts';
import { settle, showDevice } from '../bytes.ts';
import { madeFor, mustMakePools } from '../dynamic.ts';
import type { Bounce, MappedPiece, MappingState, Piece } from '../mappings.ts';
import { bytesOf, lengthOf } from '../mappings.ts';
import type { SlotsState } from '../memory.ts';
import { deviceFor, directly, isLinear, type Mapping, mustBounce, piecesOf } from '../reach.ts';
import type { Rule } from '../rule.ts';
import { broken, outcomeText } from '../rule.ts';
import type { State } from '../state.ts';
import { streamLimit } from '../view.ts';
import { mapLegality } from './map-legality.ts';
import { checkPiece } from './mapped-piece.ts';
import { checkMade, checkUsed, noteNeed } from './transient.ts';

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
    device.forgets = false;
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
