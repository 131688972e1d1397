/**
 * Bounce pools that are made while the machine runs, where the build has them: which memory they
 * may be made of, and when there must be some.
 * Source: kernel/dma/swiotlb.c:swiotlb_alloc_tlb, :swiotlb_find_slots (CONFIG_SWIOTLB_DYNAMIC).
 */
import type { Violation } from '../../contract/law.ts';
import { endsWithin, hex, orderOf } from '../../contract/numbers.ts';
import type { Event, Outcome } from '../../contract/outcome.ts';
import type { Arena, Wish } from './arena.ts';
import { fits, someFit } from './arena.ts';
import { mayMiss, poolsOf, roomFor, SEGMENT, SLOT, slotBytes } from './bounce.ts';
import { rungArena, rungsTo } from './ladder.ts';
import type { Piece } from './mappings.ts';
import type { SlotsState } from './memory.ts';
import { slotsAt, within } from './memory.ts';
import { blockWish, checkRun, runText } from './place.ts';
import { broken } from './rule.ts';
import type { DeviceState, State } from './state.ts';
import { streamLimit, translations } from './view.ts';

/** Is there more memory for what the device bounces, when its pools are full? */
export function isDynamic({ machine, memory }: State, device: DeviceState): boolean {
  return machine.swiotlb?.dynamic === true && memory.bounce.length > 0 && device.slots === null;
}

/** The block of pages that holds so many bytes, or null. */
function blockFor(state: State, bytes: number): Wish | null {
  return blockWish(state, orderOf(bytes, state.machine.pageSize));
}

/** A place for bytes: how many, and where they must end. */
interface Need {
  readonly bytes: number;
  /** Physical, inclusive. */
  readonly limit: number;
}

function someAbove(arena: Arena, wish: Wish, { bytes, limit }: Need): boolean {
  return someFit(arena, wish, [limit - bytes + 1], (at) => !endsWithin(at, bytes, limit));
}

/**
 * Memory of the rungs that may be asked: the next one only where this one may give what ends above
 * the limit. `reserved`: bytes that other requests may take as well.
 */
function askedArenas(state: State, wish: Wish, need: Need, reserved: number): readonly Arena[] {
  const asked: Arena[] = [];
  for (const rung of rungsTo(state.machine, need.limit)) {
    const arena = rungArena(state, rung, wish.length + reserved);
    asked.push(arena);
    if (!someAbove(arena, wish, need)) break;
  }
  return asked;
}

const countOf = (arena: Arena, wish: Wish) =>
  fits(arena, wish).reduce((sum, [first, last]) => sum + (last - first) / wish.alignment + 1, 0);

/** Must there be memory for all of the needs, in whatever order and place they are served? */
export function mustHave(state: State, needs: readonly Need[]): boolean {
  const most = blockFor(state, Math.max(...needs.map(({ bytes }) => bytes)));
  if (most === null) return false;
  return needs.every((need) => {
    const wish = blockFor(state, need.bytes)!;
    const asked = askedArenas(state, wish, need, most.length * (needs.length - 1));
    // Each of the others breaks one block as large as the largest, at most.
    const enough = asked.every((arena) => countOf(arena, most) >= needs.length);
    return enough && !someAbove(asked.at(-1)!, wish, need);
  });
}

/** What is wrong with the memory a pool is said to be made of? */
export function checkPoolMemory(
  state: State,
  law: string,
  event: Event,
  limit: number,
): Violation | null {
  const start = event.phys ?? -1;
  const { bytes } = event;
  const wish = blockFor(state, bytes);
  const run = runText([start, start + bytes]);
  if (wish === null) return broken(law, 'no more than a block of pages has', run);
  if (!endsWithin(start, bytes, limit)) return broken(law, `an end up to ${hex(limit)}`, run);
  if (!state.accounted) return null;
  const asked = askedArenas(state, wish, { bytes, limit }, 0);
  const results = asked.map((arena) => checkRun('pages', arena, wish, start));
  return results.includes(null) ? null : { ...results[0]!, law };
}

/** The pool an event speaks of. */
export function poolOf({ machine }: State, { phys = 0, bytes }: Event): SlotsState {
  const block = machine.pageSize * 2 ** orderOf(bytes, machine.pageSize);
  return slotsAt(-1, phys, phys + bytes, [phys, phys + block]);
}

/** Pools that were made for the mapping that is answered. */
export function madeFor(state: State, outcome: Outcome): readonly SlotsState[] {
  const made = (outcome.events ?? []).filter(
    ({ event, of }) => event === 'bounce-pool' && of === 'transient',
  );
  return made.map((event) => poolOf(state, event));
}

/** With these, as if they were there. */
export function withTransient(state: State, pools: readonly SlotsState[]): State {
  const { memory } = state;
  return { ...state, memory: { ...memory, transient: [...memory.transient, ...pools] } };
}

/**
 * Does a pool of just so many slots hold the piece, wherever it is? Its first slot must do: none
 * of the low bits may ask for another one, and no boundary may be met.
 */
function holds(state: State, device: DeviceState, piece: Piece): boolean {
  const bytes = slotBytes(device, piece);
  const { minAlign, segmentBoundary } = device.spec;
  if (bytes > SEGMENT * SLOT || bytes > Math.max(SLOT, segmentBoundary + 1)) return false;
  const block = blockFor(state, bytes)!.length;
  const low = piece.start % (minAlign + 1);
  if (low >= SLOT || minAlign + 1 > block) return false;
  // Seen through windows: all of it, no higher than it is, and as aligned.
  const pages = pagesWithin(state, streamLimit(device));
  const isSeen = pages.every(([from, to]) => translations(device, from, to - from).length === 1);
  const shifts = device.windows.map(({ cpu, dma }) => dma - cpu);
  return isSeen && shifts.every((shift) => shift <= 0 && Number.isInteger(shift / block));
}

/** All memory of the page allocator up to an address. */
export function pagesWithin({ memory }: State, limit: number) {
  return within(memory.pages.parts, [0, limit + 1]);
}

/** Must there be a pool for each of the `short` pieces, whatever the others are given? */
export function mustMakePools(
  state: State,
  device: DeviceState,
  pieces: readonly Piece[],
  short: readonly Piece[],
): boolean {
  if (!isDynamic(state, device) || !state.accounted) return false;
  if (!short.every((piece) => holds(state, device, piece))) return false;
  const limit = streamLimit(device);
  return mustHave(
    state,
    pieces.map((piece) => ({ bytes: slotBytes(device, piece), limit })),
  );
}

/** Must a search for the piece find slots, after `before` others found theirs? */
export function mustFind(state: State, device: DeviceState, piece: Piece, before: number): boolean {
  const pools = poolsOf(state, device).filter((pool) => !mayMiss(state, device, pool));
  const rooms = pools.map((pool) => roomFor(state, device, pool, piece));
  const segments = rooms.reduce((sum, room) => sum + room.segments, 0);
  return segments > before || (before === 0 && rooms.some(({ beyond }) => beyond));
}

/** Has no pool a place for the piece? */
export function isFull(state: State, device: DeviceState, piece: Piece): boolean {
  return poolsOf(state, device).every((pool) => {
    const { segments, beyond } = roomFor(state, device, pool, piece);
    return segments === 0 && !beyond;
  });
}
