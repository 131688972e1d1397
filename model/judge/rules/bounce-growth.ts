/** How bounce pools are added. Source: kernel/dma/swiotlb.c:swiotlb_dyn_alloc. */
import type { Violation } from '../../../contract/law.ts';
import { maxPageOrder } from '../../../contract/machine.ts';
import { sizeText } from '../../../contract/numbers.ts';
import type { Event } from '../../../contract/outcome.ts';
import { SEGMENT, SLOT } from '../bounce.ts';
import { checkPoolMemory, mustHave, poolOf } from '../dynamic.ts';
import type { SlotsState } from '../memory.ts';
import { broken } from '../rule.ts';
import type { State } from '../state.ts';
import { lowLimit, SLOTS_MIN } from './bounce-pool.ts';

const LAW = 'bounce/growth';

/** Bytes to ask for, in turn: like the default pool, at most a block, then halves. */
function sizesOf({ machine, memory }: State): readonly number[] {
  const [like] = memory.bounce;
  if (like === undefined) return [];
  const most = (machine.pageSize * 2 ** maxPageOrder(machine.pageSize)) / SLOT;
  const sizes: number[] = [];
  let slots = Math.min((like.end - like.start) / SLOT, most);
  for (;;) {
    sizes.push(slots * SLOT);
    if (slots <= SLOTS_MIN) return sizes;
    slots = Math.ceil(Math.floor(slots / 2) / SEGMENT) * SEGMENT;
  }
}

const mustGet = (state: State, bytes: number) =>
  mustHave(state, [{ bytes, limit: lowLimit(state.machine) }]);

/** Is this what growth may add now? */
export function checkGrown(state: State, event: Event): Violation | null {
  const found = `${sizeText(event.bytes)} for ${event.of ?? 'nobody'}`;
  if (state.memory.bounceDue === 'no' || event.of !== 'grown') {
    return broken(LAW, 'no new pool', found);
  }
  const sizes = sizesOf(state);
  if (!sizes.includes(event.bytes)) return broken(LAW, sizes.map(sizeText).join(' or '), found);
  const larger = sizes.find((bytes) => bytes > event.bytes && mustGet(state, bytes));
  if (state.accounted && larger !== undefined) return broken(LAW, sizeText(larger), found);
  return checkPoolMemory(state, LAW, event, lowLimit(state.machine));
}

/** Growth that is due and did not happen: there was no memory. */
export function checkNotGrown(state: State): Violation | null {
  if (state.memory.bounceDue !== 'yes') return null;
  const bytes = sizesOf(state).find((size) => mustGet(state, size));
  return bytes === undefined ? null : broken(LAW, `a pool of ${sizeText(bytes)}`, 'no new pool');
}

/** The state with one more pool, and no more of them asked for. */
export function withGrown(state: State, pool: SlotsState): State {
  const bounce = [...state.memory.bounce, pool];
  return { ...state, memory: { ...state.memory, bounce, bounceDue: 'no' } };
}

export function adoptGrown(state: State, events: readonly Event[]): void {
  const grown = events.filter(({ event }) => event === 'bounce-pool');
  state.memory.bounce.push(...grown.map((event) => poolOf(state, event)));
  state.memory.bounceDue = 'no';
}
