/**
 * Whole-machine accounting: what is free of everything memory can come from. Together with
 * "inside" and "disjoint" it says that every page is in one place.
 */
import type { Census } from '../../../contract/outcome.ts';
import { OK } from '../../../contract/outcome.ts';
import type { Arena } from '../arena.ts';
import { total, without } from '../arena.ts';
import {
  ATOMIC_NAMES,
  areaArena,
  atomicAvail,
  atomicSize,
  pageArena,
  slotArena,
} from '../memory.ts';
import type { Rule } from '../rule.ts';
import { broken, outcomeText } from '../rule.ts';
import type { PoolState, State } from '../state.ts';
import { poolArena } from '../state.ts';

/** Bytes of a slot of a restricted pool. */
const SLOT = 2048;

const freeBytes = ({ parts, taken }: Arena) => total(without(parts, taken));

/** What must be free, by name. */
export function censusOf(state: State): Map<string, number> {
  const { memory, machine, pools } = state;
  const { pageSize, regions } = machine;
  const counts = new Map<string, number>();
  for (const zone of memory.zones) {
    counts.set(zone.name, freeBytes(pageArena(memory, pageSize, [zone])) / pageSize);
  }
  for (const area of memory.areas.filter(({ start, end }) => start < end)) {
    counts.set(`cma:${regions[area.region]!.name}`, freeBytes(areaArena(memory, area)) / pageSize);
  }
  for (const name of ATOMIC_NAMES.filter((one) => atomicSize(memory, one) > 0)) {
    counts.set(`atomic:${name}`, atomicAvail(memory, name) / pageSize);
  }
  for (const pool of pools) {
    counts.set(poolName(state, pool), freeBytes(poolArena(pool, pageSize)) / pageSize);
  }
  for (const slots of memory.slots.values()) {
    counts.set(`slots:${regions[slots.region]!.name}`, freeBytes(slotArena(slots, 0)) / SLOT);
  }
  return counts;
}

function poolName({ machine, devices }: State, { origin, owner }: PoolState): string {
  if (origin === 'declared') return `declared:${devices[owner]!.spec.name}`;
  return `pool:${machine.regions[owner]!.name}`;
}

function text(counts: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): string {
  const names = [...new Set([...counts.keys(), ...other.keys()])];
  const differing = names.filter((name) => counts.get(name) !== other.get(name));
  return differing.map((name) => `${name} ${counts.get(name) ?? 'not named'}`).join(', ');
}

function checkCensus(state: State, observed: Census) {
  const expected = censusOf(state);
  const found = new Map(observed);
  if (found.size !== observed.length) return broken('any/form', 'every source once', 'twice');
  const [want, got] = [text(expected, found), text(found, expected)];
  return want === got ? null : broken('account/pages', `free: ${want}`, got);
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
  assume: () => OK,
};
