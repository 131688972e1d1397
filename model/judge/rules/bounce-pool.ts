/** Where booting puts the bounce pool. Source: kernel/dma/swiotlb.c:swiotlb_init_remap. */
import type { Violation } from '../../../contract/law.ts';
import type { Machine } from '../../../contract/machine.ts';
import { PROFILES } from '../../../contract/machine.ts';
import { hex, sizeText } from '../../../contract/numbers.ts';
import type { Event } from '../../../contract/outcome.ts';
import { SEGMENT, SLOT } from '../bounce.ts';
import { newMemory, unreserved, within } from '../memory.ts';
import { runText } from '../place.ts';
import { broken } from '../rule.ts';
import type { State } from '../state.ts';
import type { Interval } from '../system-ram.ts';

/** The fewest slots worth having (IO_TLB_MIN_SLABS). */
export const SLOTS_MIN = 512;

/** The last byte of low memory (ARCH_LOW_ADDRESS_LIMIT). */
export function lowLimit({ profile, zoneDmaLimit, banks }: Machine): number {
  if (!PROFILES[profile].lowIsZoneDma) return 2 ** 32 - 1;
  const ends = banks.map(({ base, size }) => base + size);
  return Math.min(zoneDmaLimit, Math.max(...ends) - 1);
}

/**
 * Low memory that is free then. memblock takes the limit for an end, so that its byte, and the page
 * of it, is left (mm/memblock.c:memblock_alloc_low); page 0 is never given
 * (:memblock_find_in_range_node).
 */
function holes({ machine, ram }: State): readonly Interval[] {
  return within(unreserved(machine, ram.mapped), [machine.pageSize, lowLimit(machine)]);
}

/** Bytes of the pool: half as many again and again, until there is room. Null: never. */
function sizeOf(state: State): number | null {
  const { machine } = state;
  if (machine.swiotlb === null) return null;
  for (let { slots } = machine.swiotlb; ; slots = Math.ceil(slots / 2 / SEGMENT) * SEGMENT) {
    const fits = holes(state).some(([from, to]) => {
      return Math.ceil(from / machine.pageSize) * machine.pageSize + slots * SLOT <= to;
    });
    if (fits) return slots * SLOT;
    if (slots <= SLOTS_MIN) return null;
  }
}

const poolIn = (events: readonly Event[]) =>
  events.filter(({ event, phys }) => event === 'bounce-pool' && phys !== undefined);

export function checkBootBounce(state: State, events: readonly Event[]): Violation | null {
  const pools = poolIn(events);
  const size = sizeOf(state);
  // Of a subject that does not tell of its memory, what it does not say is no lie.
  if (pools.length === 0 && !state.accounted) return null;
  if (pools.length !== (size === null ? 0 : 1)) {
    const expected = size === null ? 'no bounce pool' : `one of ${sizeText(size)}`;
    return broken('bounce/pool', expected, `${pools.length} of them`);
  }
  const [pool] = pools;
  if (pool === undefined) return null;
  const run: Interval = [pool.phys!, pool.phys! + pool.bytes];
  if (pool.bytes !== size) return broken('bounce/pool', sizeText(size!), sizeText(pool.bytes));
  const inside = holes(state).some(([from, to]) => from <= run[0] && run[1] <= to);
  if (inside && run[0] % state.machine.pageSize === 0) return null;
  return broken(
    'bounce/pool',
    `free pages that end by ${hex(lowLimit(state.machine))}`,
    runText(run),
  );
}

export function adoptBounce(state: State, events: readonly Event[]): void {
  const [pool] = poolIn(events);
  if (pool === undefined) return;
  const held: Interval = [pool.phys!, pool.phys! + pool.bytes];
  const mapped = state.hasPages ? state.ram.mapped : [];
  state.memory = newMemory(state.machine, mapped, [held]);
}
