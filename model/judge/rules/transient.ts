/**
 * Bounce pools that live as long as one mapping, and what a mapping that found no slots leaves to
 * be done. Source: kernel/dma/swiotlb.c:swiotlb_find_slots, :swiotlb_del_transient.
 */
import type { Violation } from '../../../contract/law.ts';
import { sizeText } from '../../../contract/numbers.ts';
import type { Event, Outcome } from '../../../contract/outcome.ts';
import { mayMiss, poolsOf, SEGMENT, SLOT, slotBytes } from '../bounce.ts';
import { checkPoolMemory, isDynamic, isFull, mustFind, poolOf, withTransient } from '../dynamic.ts';
import type { MappingState, Piece } from '../mappings.ts';
import type { Due, SlotsState } from '../memory.ts';
import { runText } from '../place.ts';
import { deviceFor, isLinear, type Mapping, mustBounce, piecesOf } from '../reach.ts';
import { broken } from '../rule.ts';
import type { DeviceState, State } from '../state.ts';
import { streamLimit } from '../view.ts';

const LAW = 'bounce/transient';
const NO_EVENTS: readonly Event[] = [];

function eventText({ event, of, bytes }: Event): string {
  return `${event} of ${sizeText(bytes)} for ${of ?? 'nobody'}`;
}

/** Holds the memory that was taken for a mapping against what may be taken. */
export function checkMade(state: State, op: Mapping, outcome: Outcome): Violation | null {
  const device = deviceFor(state, op);
  let now = state;
  for (const event of outcome.events ?? NO_EVENTS) {
    const isPool = event.event === 'bounce-pool' && event.of === 'transient';
    if (!isPool || outcome.is !== 'ok' || !isDynamic(state, device)) {
      return broken(LAW, 'no such event', eventText(event));
    }
    const violation = checkPoolMemory(now, LAW, event, streamLimit(device));
    if (violation !== null) return violation;
    now = withTransient(now, [poolOf(state, event)]);
  }
  return null;
}

/** Is the pool for this piece, which came after `before` other bounces, as it must be? */
export function checkTransient(
  state: State,
  device: DeviceState,
  piece: Piece,
  pool: SlotsState,
  before: number,
): Violation | null {
  const bytes = slotBytes(device, piece);
  const found = runText([pool.start, pool.end]);
  if (pool.end - pool.start !== bytes) return broken(LAW, `a pool of ${sizeText(bytes)}`, found);
  if (!mustFind(state, device, piece, before)) return null;
  return broken(LAW, 'slots of a pool that has room', `a pool of its own at ${found}`);
}

/** Each pool that was made has its piece. `used`: pools of the pieces, in order. */
export function checkUsed(
  made: readonly SlotsState[],
  used: readonly SlotsState[],
): Violation | null {
  const idle = made.find((pool) => used.filter((one) => one === pool).length !== 1);
  if (idle === undefined) return null;
  const times = `${used.filter((one) => one === idle).length} of them`;
  return broken(LAW, `one piece in ${runText([idle.start, idle.end])}`, times);
}

/** Pools that end with the mapping, all of them and no others. */
export function checkGone(state: State, mapping: MappingState, outcome: Outcome): Violation | null {
  const events = outcome.events ?? NO_EVENTS;
  const own = ownPools(state, mapping);
  const isOf = (pool: SlotsState) => (event: Event) =>
    event.event === 'bounce-pool-gone' &&
    event.phys === pool.start &&
    event.bytes === pool.end - pool.start;
  const odd = events.find((event) => own.filter((pool) => isOf(pool)(event)).length !== 1);
  if (odd !== undefined) return broken(LAW, 'no such event', eventText(odd));
  if (!state.accounted) return null;
  const kept = own.find((pool) => events.filter(isOf(pool)).length !== 1);
  if (kept === undefined) return null;
  const text = runText([kept.start, kept.end]);
  return broken(LAW, `the end of the pool at ${text}`, `${events.length} events`);
}

export function ownPools({ memory }: State, { pieces }: MappingState): readonly SlotsState[] {
  const pools = pieces.flatMap(({ bounce }) => (bounce === null ? [] : [bounce.pool]));
  return pools.filter((pool) => memory.transient.includes(pool));
}

/** Remembers whether growth was asked for: by every search that found nothing. */
export function noteNeed(state: State, op: Mapping, outcome: Outcome): void {
  const { memory } = state;
  if (memory.bounceDue === 'yes' || !isDynamic(state, deviceFor(state, op))) return;
  const due = needAfter(state, op, outcome);
  if (due !== 'no') memory.bounceDue = due;
}

function needAfter(state: State, op: Mapping, outcome: Outcome): Due {
  if ((outcome.events ?? NO_EVENTS).length > 0) return 'yes';
  const device = deviceFor(state, op);
  if (device.mask === null) return 'no';
  const misses = poolsOf(state, device).some((pool) => mayMiss(state, device, pool));
  if (outcome.is === 'ok' && !misses) return 'no';
  const bounced = piecesOf(state, op).filter((piece) =>
    mustBounce(state, device, piece, op.direction),
  );
  // No search for what cannot be copied, and no growth for what no pool can hold.
  const searched = bounced.filter(
    (piece) => isLinear(state, piece) && slotBytes(device, piece) <= SEGMENT * SLOT,
  );
  if (searched.every((piece) => mustFind(state, device, piece, bounced.length - 1))) return 'no';
  const alone = bounced.length === 1 && outcome.is !== 'ok';
  return alone && isFull(state, device, searched[0]!) ? 'yes' : 'maybe';
}
