/** Memory that was handed out: is it the right one, right there, and clean? */
import type { Violation } from '../../../contract/law.ts';
import { ADDRESS_END, BEYOND, endsWithin, hex, sizeText } from '../../../contract/numbers.ts';
import type { Ok, Runs } from '../../../contract/outcome.ts';
import { fits } from '../arena.ts';
import type { DmaAlloc, Wanted } from '../dispatch.ts';
import { askedRungs, someUnreachable } from '../ladder.ts';
import type { AreaState, SlotsState } from '../memory.ts';
import { areaArena, chunkArena, slotArena } from '../memory.ts';
import { areaWish, blockFor, checkRun, orderWish, sourceAt, wholePages } from '../place.ts';
import type { Seen } from '../rule.ts';
import { broken } from '../rule.ts';
import type { DeviceState, PoolState, Source, State } from '../state.ts';
import { poolArena } from '../state.ts';
import { coherentLimit, firstTranslation, translations, untranslations } from '../view.ts';

export function checkGrant(
  state: State,
  op: DmaAlloc,
  wanted: Wanted,
  outcome: Ok,
  seen: Seen,
): Violation | null {
  if (wanted.from === 'nothing') return broken(wanted.law, `none: ${wanted.why}`, 'ok');
  const cleared = wanted.from !== 'pages' || wanted.cleared;
  for (const field of ['phys', 'handle', ...(cleared ? (['bytes'] as const) : [])] as const) {
    if (seen.has(field) && outcome[field] === undefined) {
      return broken('any/form', `ok with ${field}`, `no ${field}`);
    }
  }
  const device = state.devices[op.device]!;
  const start = seen.has('phys') ? outcome.phys! : physOf(device, wanted, outcome.handle!);
  const handle = seen.has('handle') ? outcome.handle! : null;
  return (
    checkPlace(state, device, op.size, wanted, start) ??
    (handle === null ? null : checkHandle(state, device, wanted, op.size, start, handle)) ??
    (seen.has('bytes') && cleared ? checkZero(op.size, outcome.bytes!) : null)
  );
}

/** Where the memory is, told by the handle alone; a subject reports one of the two. */
export function physOf(device: DeviceState, wanted: Wanted, handle: number): number {
  if (wanted.from === 'pool') return physInPool(device, wanted.pool, handle);
  return untranslations(device, handle)[0] ?? BEYOND;
}

function physInPool(device: DeviceState, pool: PoolState, handle: number): number {
  const base = pool.deviceBase ?? firstTranslation(device, pool.base);
  // Without a window Linux counts from all ones, and all ones plus n is n - 1.
  if (base === null) return handle === BEYOND ? pool.base : pool.base + handle + 1;
  return pool.base + (handle - base);
}

function checkPlace(
  state: State,
  device: DeviceState,
  size: number,
  wanted: Wanted,
  start: number,
): Violation | null {
  switch (wanted.from) {
    case 'pool': {
      const { alignment } = orderWish(state, size);
      const arena = poolArena(wanted.pool, state.machine.pageSize);
      return checkRun('pool', arena, { alignment, length: alignment }, start);
    }
    case 'slots':
      return inSlots(state, device, wanted.slots, size, start);
    case 'atomic':
      return inAtomicPool(state, size, start);
    case 'pages':
      return inPages(state, device, wanted.area, size, start);
    default:
      return null;
  }
}

function inSlots(
  state: State,
  device: DeviceState,
  slots: SlotsState,
  size: number,
  start: number,
): Violation | null {
  const arena = slotArena(slots, firstTranslation(device, slots.start)!);
  const { pageSize } = state.machine;
  if (start % pageSize !== 0) return broken('slots/aligned', 'whole pages', hex(start));
  const wish = orderWish(state, size);
  // Aligned to its order it crosses a boundary only if it is longer than what lies between two.
  const boundary = device.spec.segmentBoundary + 1;
  if (wish.length > boundary) {
    const most = `at most ${sizeText(boundary)}: the device's segments end there`;
    return broken('slots/inside', most, sizeText(wish.length));
  }
  return checkRun('slots', arena, wish, start);
}

function inAtomicPool(state: State, size: number, start: number): Violation | null {
  const source = sourceAt(state, start);
  // Where chunks are is told by who tells everything; of others they are somewhere in memory.
  if (!state.accounted) return somewhereInMemory(state, source, size, start);
  if (source.kind !== 'atomic') {
    return broken('alloc/source', 'memory of an atomic pool', sourceText(state, source, start));
  }
  return checkRun('atomic', chunkArena(source), orderWish(state, size), start);
}

/** Whole pages, of the page allocator or the default area, that nobody else has. */
function somewhereInMemory(
  state: State,
  source: Source,
  size: number,
  start: number,
): Violation | null {
  const { memory, machine, buffers } = state;
  if (source !== memory.pages && source !== memory.defaultArea) {
    return broken('alloc/source', 'memory of an atomic pool', sourceText(state, source, start));
  }
  const length = wholePages(state, size);
  const live = [...buffers.values()].map((b) => [b.start, b.start + b.length] as const);
  const pinned = memory.areas.flatMap((area) => area.pinned);
  const arena = { parts: [[0, ADDRESS_END] as const], origin: 0, taken: [...live, ...pinned] };
  return checkRun('pages', arena, { alignment: machine.pageSize, length }, start);
}

function inPages(
  state: State,
  device: DeviceState,
  area: AreaState | null,
  size: number,
  start: number,
): Violation | null {
  const source = sourceAt(state, start);
  const wish = areaWish(state, size);
  if (area !== null && source === area)
    return checkRun('cma', areaArena(state.memory, area), wish, start);
  if (source.kind !== 'pages' && source.kind !== 'unseen') {
    const expected = area === null ? 'pages of no area or pool' : 'pages, or its own area';
    return broken('alloc/source', expected, sourceText(state, source, start));
  }
  const missed = area === null ? null : missedArea(state, device, area, size);
  if (missed !== null) return missed;
  const block = blockFor(state, size);
  if (block === null) return broken('pages/inside', 'none: no block is as large', hex(start));
  const asked = askedRungs(state, device, block, wholePages(state, size)).flat();
  const results = asked.map((arena) => checkRun('pages', arena, block, start));
  return results.includes(null) ? null : results[0]!;
}

/** Pages although the area has room, all of it within reach. */
function missedArea(
  state: State,
  device: DeviceState,
  area: AreaState,
  size: number,
): Violation | null {
  const arena = areaArena(state.memory, area);
  const wish = areaWish(state, size);
  if (!state.accounted || fits(arena, wish).length === 0) return null;
  if (someUnreachable(device, arena, wish, wish.length)) return null;
  const name = state.machine.regions[area.region]!.name;
  return broken('alloc/source', `memory of the area ${name}, which has room`, 'pages');
}

function sourceText(state: State, source: Source, start: number): string {
  const names = { atomic: 'an atomic pool', pages: 'pages', unseen: 'no memory of the machine' };
  if (source.kind === 'pool') return `${hex(start)} of a coherent pool`;
  if (source.kind === 'cma' || source.kind === 'slots') {
    return `${hex(start)} of ${state.machine.regions[source.region]!.name}`;
  }
  return `${hex(start)} of ${names[source.kind]}`;
}

function checkHandle(
  state: State,
  device: DeviceState,
  wanted: Wanted,
  size: number,
  start: number,
  handle: number,
): Violation | null {
  if (wanted.from === 'pool') return checkPoolHandle(device, wanted.pool, start, size, handle);
  const length = wholePages(state, size);
  const possible = translations(device, start, length);
  if (!possible.includes(handle)) {
    const expected = possible.length === 0 ? 'none: no window holds it' : texts(possible);
    return broken('alloc/handle', expected, hex(handle));
  }
  const limit = coherentLimit(device);
  if (endsWithin(handle, length, limit)) return null;
  return broken('alloc/reachable', `an end at or below ${hex(limit)}`, hex(handle + length - 1));
}

function texts(addresses: readonly number[]): string {
  return [...new Set(addresses.map(hex))].join(' or ');
}

/**
 * A translation of the buffer; or what Linux counts from the translated base of the pool, or from
 * all ones without one. The two differ only where the window that holds the base does not hold
 * the pool (deviations P-T6, P-T7: kept).
 */
function checkPoolHandle(
  device: DeviceState,
  pool: PoolState,
  start: number,
  size: number,
  handle: number,
): Violation | null {
  const offset = start - pool.base;
  const base = pool.deviceBase ?? firstTranslation(device, pool.base);
  const linux = base !== null ? base + offset : offset === 0 ? BEYOND : offset - 1;
  const right = pool.deviceBase === null ? translations(device, start, size) : [];
  const possible = [...right, linux];
  return possible.includes(handle) ? null : broken('pool/handle', texts(possible), hex(handle));
}

function checkZero(size: number, bytes: Runs): Violation | null {
  let at = 0;
  for (const [value, count] of bytes) {
    if (value !== 0) {
      return broken('pool/zeroed', 'zeros', `${hex(value)} in byte ${at} of ${size}`);
    }
    at += count;
  }
  return at === size ? null : broken('any/form', `${size} bytes`, `${at} bytes`);
}
