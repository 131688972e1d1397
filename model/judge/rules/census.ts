/**
 * Whole-machine accounting: what is free of everything memory can come from. Together with
 * "inside" and "disjoint" it says that every page is in one place.
 */
import type { Violation } from '../../../contract/law.ts';
import type { Census } from '../../../contract/outcome.ts';
import type { AreaState, ChunkState, SlotsState } from '../memory.ts';
import { ATOMIC_NAMES, atomicAvail, atomicSize, bounceBlocks, rest, within } from '../memory.ts';
import type { Rule } from '../rule.ts';
import { broken, outcomeText } from '../rule.ts';
import type { PoolState, State } from '../state.ts';
import type { Zone } from '../zones.ts';

/** Bytes of a slot. */
const SLOT = 2048;

/** What must be free, by name. */
export function censusOf(state: State): [source: string, free: number][] {
  const { memory, machine, pools } = state;
  const { pageSize, regions } = machine;
  const areas = memory.areas.filter(({ start, end }) => start < end);
  const counts: [string, number][] = [];
  for (const [index, zone] of memory.zones.entries()) {
    counts.push([zone.name, freeInZone(state, zone, memory.managed[index]!) / pageSize]);
    const [from, to] = [zone.start * pageSize, zone.end * pageSize];
    const lent = areas.filter(({ start }) => from <= start && start < to);
    const unused = lent.reduce((sum, area) => sum + freeInArea(state, area), 0);
    if (lent.length > 0) counts.push([`lent:${zone.name}`, unused / pageSize]);
  }
  for (const area of areas) {
    counts.push([`cma:${regions[area.region]!.name}`, freeInArea(state, area) / pageSize]);
  }
  for (const name of ATOMIC_NAMES) {
    if (atomicSize(memory, name) === 0) continue;
    counts.push([`atomic:${name}`, atomicAvail(memory, name) / pageSize]);
  }
  for (const pool of pools) {
    const { pages, live } = pool;
    counts.push([poolName(state, pool), rest(pages * pageSize, live) / pageSize]);
  }
  for (const slots of memory.slots.values()) {
    counts.push([`slots:${regions[slots.region]!.name}`, freeSlots(slots)]);
  }
  if (memory.bounce.length > 0) {
    counts.push(['slots', memory.bounce.reduce((sum, slots) => sum + freeSlots(slots), 0)]);
  }
  return counts;
}

function freeSlots({ start, end, live, bounces }: SlotsState): number {
  const bounced = bounces.map(([from, to]) => ({ length: to - from }));
  return rest(end - start, [...live, ...bounced]) / SLOT;
}

function freeInArea({ memory }: State, area: AreaState): number {
  const chunks = memory.chunks.filter(({ from }) => from === area);
  const pinned = area.pinned.map(([from, to]) => ({ length: to - from }));
  return rest(area.end - area.start, [...area.live, ...chunks.map(lengthOf), ...pinned]);
}

const lengthOf = ({ start, end }: Run) => ({ length: end - start });

type Run = Pick<ChunkState, 'start' | 'end'>;

function freeInZone({ memory, machine }: State, zone: Zone, managed: number): number {
  const { pages, chunks } = memory;
  const [from, to] = [zone.start * machine.pageSize, zone.end * machine.pageSize];
  const own = chunks.filter(
    (chunk) => chunk.from === pages && from <= chunk.start && chunk.end <= to,
  );
  const live = pages.live.filter(({ start }) => from <= start && start < to);
  const bounce = within(bounceBlocks(memory), [from, to]).map(([start, end]) => ({ start, end }));
  return rest(managed, [...live, ...[...own, ...bounce].map(lengthOf)]);
}

function poolName({ machine, devices }: State, { origin, owner }: PoolState): string {
  if (origin === 'declared') return `declared:${devices[owner]!.spec.name}`;
  return `pool:${machine.regions[owner]!.name}`;
}

function checkCensus(state: State, observed: Census): Violation | null {
  const found = new Map(observed);
  if (found.size !== observed.length) return broken('any/form', 'every source once', 'twice');
  for (const [name, free] of censusOf(state)) {
    const seen = found.get(name);
    if (seen !== free) {
      return broken('account/pages', `${free} free of ${name}`, `${seen ?? 'nothing said'}`);
    }
    found.delete(name);
  }
  const [more] = found.keys();
  return more === undefined ? null : broken('account/pages', `nothing called ${more}`, more);
}

export const census: Rule<'census'> = {
  legality: (state) => (state.hasPages && state.accounted ? 'legal' : 'meaningless'),
  check: (state, _op, outcome) => {
    if (outcome.is === 'ok' && outcome.census !== undefined) {
      return checkCensus(state, outcome.census);
    }
    return broken('any/form', 'ok with census', outcomeText(outcome));
  },
  adopt: () => {},
};
