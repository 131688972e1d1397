/**
 * Linux's own choices in memory behind the pools, as far as they do not depend on history: the
 * lowest run of an area, the newest chunk of an atomic pool. Where the page allocator and slots
 * place things depends on what was freed before; lockstep holds them to the literal lists.
 */
import type { Violation } from '../contract/law.ts';
import { hex } from '../contract/numbers.ts';
import type { Arena, Wish } from '../model/judge/arena.ts';
import { fits } from '../model/judge/arena.ts';
import type { AreaState, AtomicName } from '../model/judge/memory.ts';
import { areaArena, chunkArena } from '../model/judge/memory.ts';
import { areaWish, orderWish, sourceAt } from '../model/judge/place.ts';
import { broken } from '../model/judge/rule.ts';
import { atomicSequence } from '../model/judge/rules/refusal.ts';
import type { DeviceState, State } from '../model/judge/state.ts';
import { coherentOk } from '../model/judge/view.ts';

const LAW = 'placement/first-run';

/** `phys`: what was answered to a request of `size` bytes for pages. */
export function placedInArea(
  state: State,
  area: AreaState | null,
  size: number,
  phys: number,
): Violation | null {
  if (area === null || sourceAt(state, phys) !== area) return null;
  return same(lowest(areaArena(state.memory, area), areaWish(state, size)), phys);
}

/** Each pool of the sequence is asked once: for the first run of its newest chunk with one. */
export function placedInAtomicPool(
  state: State,
  device: DeviceState,
  size: number,
  phys: number,
): Violation | null {
  const wish = orderWish(state, size);
  const [sequence] = atomicSequence(state, device);
  const runs = sequence!.map((pool) => firstRun(state, pool, wish));
  const reachable = runs.find((at) => at !== null && coherentOk(device, at, wish.length).mayBeTrue);
  return same(reachable ?? null, phys);
}

function firstRun({ memory }: State, pool: AtomicName, wish: Wish): number | null {
  const chunks = memory.chunks.filter((chunk) => chunk.pool === pool).toReversed();
  const runs = chunks.map((chunk) => lowest(chunkArena(chunk), wish));
  return runs.find((at) => at !== null) ?? null;
}

function lowest(arena: Arena, wish: Wish): number | null {
  const starts = fits(arena, wish).map(([first]) => first);
  return starts.length === 0 ? null : Math.min(...starts);
}

function same(wanted: number | null, observed: number): Violation | null {
  if (wanted === observed) return null;
  return broken(LAW, wanted === null ? 'none' : hex(wanted), hex(observed));
}

/**
 * The highest zone with a block serves, and a lower one only where it has none; on each rung that
 * is asked. `arenas`: for each rung the zones it may use, high to low.
 */
export function placedInZone(
  arenas: readonly (readonly Arena[])[],
  wish: Wish,
  phys: number,
): Violation | null {
  const served = arenas.flatMap(
    (zones) => zones.find((arena) => fits(arena, wish).length > 0) ?? [],
  );
  const holds = ({ parts }: Arena) => parts.some(([from, to]) => from <= phys && phys < to);
  if (served.some(holds)) return null;
  const wanted = served.map(({ parts }) => parts.map(([from]) => hex(from)).join(', '));
  return broken('placement/highest-zone', `the zone at ${wanted.join(' or ')}`, hex(phys));
}
