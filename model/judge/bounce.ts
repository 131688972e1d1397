/** Bounce memory: what of it may stand for which bytes. Source: kernel/dma/swiotlb.c. */
import { endsWithin, UNLIMITED } from '../../contract/numbers.ts';
import { without } from './arena.ts';
import type { Bounce, Piece } from './mappings.ts';
import type { SlotsState } from './memory.ts';
import type { DeviceState, State } from './state.ts';
import type { Interval } from './system-ram.ts';
import { streamLimit, translations, untranslations } from './view.ts';

/** Bytes of a slot (IO_TLB_SIZE). */
export const SLOT = 2048;
/** Slots of a segment (IO_TLB_SEGSIZE): no run of slots crosses a border of these. */
export const SEGMENT = 128;

/** Pools all mappings of the device bounce through, not those that live for one. */
export function poolsOf(state: State, device: DeviceState): readonly SlotsState[] {
  return device.slots === null ? state.memory.bounce : [device.slots];
}

/** Does everything the device maps have to bounce? */
export function isForced({ machine, memory }: State, device: DeviceState): boolean {
  const all = machine.swiotlb?.force === true && memory.bounce.length > 0;
  return device.slots !== null || all;
}

/** Bytes of a slot before the first one of the data: low bits stay what they are. */
function lead(device: DeviceState, piece: Piece): number {
  return piece.start % Math.min(SLOT, device.spec.minAlign + 1);
}

/** Bytes of the slots that stand for the piece. */
export function slotBytes(device: DeviceState, piece: Piece): number {
  return Math.ceil((lead(device, piece) + piece.length) / SLOT) * SLOT;
}

/** The slots of the pools behind the bus address that is said to stand for the piece, or null. */
export function slotsBehind(
  pools: readonly SlotsState[],
  device: DeviceState,
  piece: Piece,
  address: number,
): Bounce | null {
  for (const data of untranslations(device, address)) {
    const pool = pools.find(({ start, end }) => start <= data && data < end);
    if (pool === undefined) continue;
    const first = Math.floor((data - pool.start) / SLOT);
    const end = Math.ceil((data + piece.length - pool.start) / SLOT);
    return { pool, taken: [pool.start + first * SLOT, pool.start + end * SLOT], data };
  }
  return null;
}

/** Is something of the device bounced? */
export function hasBounced({ mappings }: State, { index }: DeviceState): boolean {
  return [...mappings.values()].some(
    ({ device, pieces }) => device === index && pieces.some(({ bounce }) => bounce !== null),
  );
}

/** Slots that belong to somebody. */
export function takenOf({ live, bounces }: SlotsState): Interval[] {
  return [...live.map(({ start, length }): Interval => [start, start + length]), ...bounces];
}

/** Does the run lie within the pool and one segment? */
export function inOneSegment({ start, end }: SlotsState, [from, to]: Interval): boolean {
  const segment = SEGMENT * SLOT;
  const first = Math.floor((from - start) / segment);
  return to <= end && first === Math.floor((to - 1 - start) / segment);
}

/** Does the device see the same low bits as in the buffer? */
export function keepsBits(device: DeviceState, piece: Piece, bus: number): boolean {
  const step = device.spec.minAlign + 1;
  return bus % step === piece.start % step;
}

/** Where runs may start, for the device: from a page on and without low bits to keep, on a page. */
export function stepOf({ machine }: State, { spec }: DeviceState, { length }: Piece): number {
  return spec.minAlign === 0 && length >= machine.pageSize ? machine.pageSize : SLOT;
}

/** Does the device see the run on one side of each of its boundaries, to a slot? */
export function keepsBoundary(device: DeviceState, bus: number, length: number): boolean {
  const { segmentBoundary } = device.spec;
  if (segmentBoundary === UNLIMITED) return true;
  const frame = Math.max(SLOT, segmentBoundary + 1);
  return Math.floor(bus / frame) === Math.floor((bus + length - 1) / frame);
}

/** The device's address of the first slot: there must be one and no other. */
export function busStart(device: DeviceState, { start, end }: SlotsState): number | null {
  const [bus, ...more] = translations(device, start, end - start);
  return more.length === 0 && translations(device, start, 1).length === 1 ? (bus ?? null) : null;
}

/** Where in one pool a piece fits beside what is there. */
export interface Room {
  /** Segments with a place. */
  readonly segments: number;
  /** Places of which no two share a slot, as many as are met from the first slot on. */
  readonly places: number;
  /** All places, also those that share slots. */
  readonly positions: number;
  /** Are there places the device does not reach? */
  readonly beyond: boolean;
}

const NOWHERE: Room = { segments: 0, places: 0, positions: 0, beyond: false };

/** Looks at every place in the pool. */
export function roomFor(state: State, device: DeviceState, pool: SlotsState, piece: Piece): Room {
  const bus = busStart(device, pool);
  if (bus === null) return NOWHERE;
  const head = lead(device, piece);
  const bytes = slotBytes(device, piece);
  const step = stepOf(state, device, piece);
  const limit = streamLimit(device);
  const segments = new Set<number>();
  let places = 0;
  let positions = 0;
  let free = 0;
  for (const [from, to] of without([[pool.start, pool.end]], takenOf(pool))) {
    for (let at = from; at + bytes <= to; at += SLOT) {
      const there = bus + (at - pool.start);
      if (there % step !== 0 || !keepsBits(device, piece, there + head)) continue;
      if (!inOneSegment(pool, [at, at + bytes]) || !keepsBoundary(device, there, bytes)) continue;
      if (!endsWithin(there + head, piece.length, limit)) return { ...NOWHERE, beyond: true };
      segments.add(Math.floor((at - pool.start) / (SEGMENT * SLOT)));
      positions += 1;
      if (at < free) continue;
      places += 1;
      free = at + bytes;
    }
  }
  return { segments: segments.size, places, positions, beyond: false };
}

/**
 * Which of the pieces may find no room, whatever place each of them is given? Null: all of them,
 * because slots out of reach may be given, and given back: no other ones are tried.
 */
export function withoutRoom(
  state: State,
  device: DeviceState,
  pieces: readonly Piece[],
): readonly Piece[] | null {
  const pools = poolsOf(state, device);
  const short: Piece[] = [];
  for (const piece of pieces) {
    const rooms = pools.map((pool) => roomFor(state, device, pool, piece));
    if (rooms.some(({ beyond }) => beyond)) return null;
    // Each other piece takes room in one segment, and of places side by side those it touches.
    const segments = rooms.reduce((sum, room) => sum + room.segments, 0);
    const places = rooms.reduce((sum, room) => sum + room.places, 0);
    const bytes = slotBytes(device, piece);
    const touched = pieces
      .filter((other) => other !== piece)
      .reduce((sum, other) => sum + 1 + Math.ceil(slotBytes(device, other) / bytes), 0);
    if (segments < pieces.length && places <= touched) short.push(piece);
  }
  return short;
}

/**
 * May Linux's search leave out a place for the device in this pool? Only where runs may begin at
 * some multiple of their steps other than the first (deviation slot-search-incomplete).
 */
export function mayMiss({ machine }: State, device: DeviceState, pool: SlotsState): boolean {
  const bus = busStart(device, pool);
  return device.spec.minAlign >= SLOT || bus === null || bus % machine.pageSize !== 0;
}

/** max_segment and boundary do not count: only low bits to keep cost room. */
export function maxBounce(device: DeviceState): number {
  const { minAlign } = device.spec;
  return SEGMENT * SLOT - Math.ceil(minAlign / SLOT) * SLOT;
}

/**
 * May a search that goes in strides, and counts them, find no place though there is one? In each
 * area it passes over one position at most, and over none where strides begin with the area. Slots
 * that other pieces of the same table may have taken count as taken.
 */
export function mayPassOver(state: State, device: DeviceState, pieces: readonly Piece[]): boolean {
  const pools = poolsOf(state, device);
  return pieces.some((piece) => {
    const bytes = slotBytes(device, piece);
    const spoilt = pieces
      .filter((other) => other !== piece)
      .reduce((sum, other) => sum + 1 + Math.ceil((slotBytes(device, other) + bytes) / SLOT), 0);
    const rooms = pools.map((pool) => roomFor(state, device, pool, piece).positions);
    const positions = rooms.reduce((sum, room) => sum + room, 0);
    const areas = pools.reduce((sum, pool) => sum + areasOf(state, pool), 0);
    return positions <= areas + spoilt && pools.some((pool) => isOff(state, device, pool, piece));
  });
}

/** At most so many: a pool that is smaller than asked for may have fewer. */
function areasOf({ machine }: State, { region }: SlotsState): number {
  return region >= 0 ? 1 : Math.max(machine.swiotlb?.areas ?? 1, machine.cpus);
}

/** Do strides not begin with the pool, for the low bits that the piece has to keep? */
function isOff(state: State, device: DeviceState, pool: SlotsState, piece: Piece): boolean {
  const bus = busStart(device, pool);
  if (bus === null) return true;
  const stride = Math.max(stepOf(state, device, piece), device.spec.minAlign + 1);
  const kept = device.spec.minAlign > 0 ? piece.start - (piece.start % SLOT) : 0;
  return (bus - kept) % stride !== 0;
}
