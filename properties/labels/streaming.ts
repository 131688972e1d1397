/** What happened to tables, mappings and bytes, by name. */
import type { Op, OpOf } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { total, without } from '../../model/judge/arena.ts';
import { isForced, poolsOf, slotsBehind } from '../../model/judge/bounce.ts';
import { allContended } from '../../model/judge/bytes.ts';
import { isDynamic, madeFor } from '../../model/judge/dynamic.ts';
import type { Piece } from '../../model/judge/mappings.ts';
import { bytesOf, lengthOf } from '../../model/judge/mappings.ts';
import type { SlotsState } from '../../model/judge/memory.ts';
import { ownPools } from '../../model/judge/rules/transient.ts';
import type { DeviceState, State } from '../../model/judge/state.ts';
import { translations } from '../../model/judge/view.ts';
import type { Tally } from './tally.ts';

type Mapping = OpOf<'map_page' | 'map_sgtable'>;
type Sync = OpOf<'sync_for_cpu' | 'sync_for_device'>;

/** Counts what an operation on tables, mappings or caches shows. */
export function countStreaming(tally: Tally, state: State, op: Op, outcome: Outcome) {
  switch (op.op) {
    case 'map_page':
    case 'map_sgtable':
      return countMap(tally, state, op, outcome);
    case 'unmap':
      return countUnmap(tally, state, op);
    case 'sync_for_cpu':
    case 'sync_for_device':
      return countSync(tally, state, op);
    case 'sg_from_pages':
    case 'sg_append':
    case 'sg_split':
      return countTable(tally, op, outcome);
    case 'mapped_read':
    case 'mapped_write':
      tally.add(op.op);
      if (allContended(state).length > 0) tally.add(`${op.op} beside contended bytes`);
      return;
    default:
      tally.add(outcome.is === 'ok' ? op.op : `${op.op} ${text(outcome)}`);
  }
}

const text = (outcome: Outcome) => (outcome.is === 'error' ? outcome.errno : outcome.is);

function piecesOf(state: State, op: Mapping): readonly Piece[] {
  if (op.op === 'map_sgtable') return state.tables.get(op.table)!.entries;
  return [{ start: state.buffers.get(op.buffer)!.start + op.offset, length: op.size }];
}

function countMap(tally: Tally, state: State, op: Mapping, outcome: Outcome) {
  const device = state.devices[op.device]!;
  const pieces = piecesOf(state, op);
  if (device.mask === null) return tally.add('mapped without a mask');
  if (outcome.is !== 'ok') return countRefusal(tally, state, device, pieces);
  if (!isLinear(state, pieces)) tally.add('mapped without a linear address');
  const given = op.op === 'map_page' ? [[outcome.address!, op.size] as const] : outcome.segments!;
  const made = madeFor(state, outcome);
  const pools = [...poolsOf(state, device), ...made];
  const bounced = pieces.flatMap((piece, index) => {
    const address = given[index]?.[0] ?? -1;
    if (translations(device, piece.start, piece.length).includes(address)) return [];
    return slotsBehind(pools, device, piece, address) ?? [];
  });
  if (made.length > 0) tally.add('transient pool made');
  if (bounced.some(({ pool }) => isGrown(pool, made))) tally.add('bounced in a grown pool');
  if (bounced.length === 0) tally.add('mapped directly');
  else tally.add(bounced.length < pieces.length ? 'a part bounced' : 'bounced');
  if (bounced.length > 1) tally.add('several pieces bounced');
  if (bounced.length > 0) countBounce(tally, state, device);
  if (bounced.some(({ pool, taken }) => isWrapped(state, pool, taken[0]))) {
    tally.add('search for slots wrapped');
  }
  if (op.attrs.length > 0) tally.add('mapped without a sync');
  if (op.direction !== 'to-device' && !device.coherent && sharesLine(state, pieces)) {
    tally.add('shares a cache line');
  }
  countOthers(tally, state, op.device, pieces);
}

/** Slots of older bounces lie higher, and of an area there is only one: the search began anew. */
function isWrapped({ machine }: State, pool: SlotsState, start: number): boolean {
  const single = pool.region >= 0 || machine.swiotlb?.areas === 1;
  return single && pool.block === null && pool.bounces.some(([other]) => other > start);
}

/** Was the pool added, to stay? */
function isGrown(pool: SlotsState, made: readonly SlotsState[]): boolean {
  return pool.block !== null && !made.includes(pool);
}

function isLinear(state: State, pieces: readonly Piece[]): boolean {
  return total(without(pieces.map(bytesOf), state.ram.mapped)) === 0;
}

function countRefusal(tally: Tally, state: State, device: DeviceState, pieces: readonly Piece[]) {
  if (!isLinear(state, pieces)) return tally.add('map refused: no linear address');
  const pools = poolsOf(state, device);
  if (pools.length === 0) return tally.add('map refused: no bounce pool');
  if (pieces.some(({ length }) => length > 2 ** 18)) {
    return tally.add('map refused: too long to bounce');
  }
  if (isDynamic(state, device)) return tally.add('map refused: no transient pool');
  const busy = pools.some(({ bounces }) => bounces.length > 0);
  tally.add(busy ? 'map refused: others bounce' : 'map refused: no slots in reach');
}

function countBounce(tally: Tally, state: State, device: DeviceState) {
  if (isForced(state, device)) tally.add('forced to bounce');
  if (device.slots !== null) tally.add('bounced in a restricted pool');
  if (device.spec.minAlign > 0) tally.add('bounced with low bits to keep');
  if (device.coherent) tally.add('bounced for a device that snoops');
}

/** Other mappings of some of the bytes. */
function countOthers(tally: Tally, state: State, device: number, pieces: readonly Piece[]) {
  const meets = (a: Piece, b: Piece) =>
    a.start < b.start + b.length && b.start < a.start + a.length;
  const others = [...state.mappings.values()].filter((other) =>
    other.pieces.some((a) => pieces.some((b) => meets(a, b))),
  );
  if (others.length > 0) tally.add('mapped twice');
  if (others.some((other) => other.device !== device)) tally.add('mapped for two devices');
}

function sharesLine({ machine }: State, pieces: readonly Piece[]): boolean {
  return pieces.flatMap((piece) => bytesOf(piece)).some((edge) => edge % machine.cacheLine !== 0);
}

function countUnmap(tally: Tally, state: State, op: OpOf<'unmap'>) {
  const mapping = state.mappings.get(op.mapping);
  if (mapping === undefined) return;
  tally.add(op.attrs.length > 0 ? 'unmapped without a sync' : 'unmapped');
  if (mapping.pieces.some(({ bounce }) => bounce !== null)) tally.add('slots given back');
  if (ownPools(state, mapping).length > 0) tally.add('transient pool given back');
}

function countSync(tally: Tally, state: State, op: Sync) {
  const mapping = state.mappings.get(op.mapping);
  if (mapping === undefined) return;
  const bounced = mapping.pieces.some(({ bounce }) => bounce !== null);
  const part = op.length >= 0 && op.length < lengthOf(mapping.pieces);
  tally.add(`${op.op}${part ? ' in part' : ''}${bounced ? ', bounced' : ''}`);
}

function countTable(
  tally: Tally,
  op: OpOf<'sg_from_pages' | 'sg_append' | 'sg_split'>,
  outcome: Outcome,
) {
  if (outcome.is !== 'ok') return tally.add(`${op.op} ${text(outcome)}`);
  tally.add(op.op);
  const count = outcome.entries?.length ?? 0;
  if (count > 1) tally.add('table of several entries');
  if (count > 128) tally.add('table of several arrays');
}
