/** Allocation and free: the heart. Source: kernel/dma/coherent.c. */
import type { Violation } from '../../../contract/law.ts';
import { BEYOND, hex, orderOf } from '../../../contract/numbers.ts';
import type { OpOf } from '../../../contract/operations.ts';
import type { Ok, Outcome, Runs } from '../../../contract/outcome.ts';
import { NONE, OK } from '../../../contract/outcome.ts';
import type { Rule, Seen } from '../rule.ts';
import { broken, outcomeText } from '../rule.ts';
import type { BufferState, DeviceState, PoolState, State } from '../state.ts';
import { usesGlobal } from '../state.ts';
import { firstTranslation, translations } from '../view.ts';
import { exact } from './exact.ts';
import { deviceOf } from './limits.ts';

type Alloc = OpOf<'alloc_coherent'>;

export const alloc: Rule<'alloc_coherent'> = {
  legality: (state, op) => {
    const served = isServed(state, op);
    // The ladder below the pools (pages, CMA, atomic pools) is not modelled yet: where there is no
    // pool to take from by mistake either, nothing can be said.
    return served || state.globalPool !== null ? 'legal' : 'meaningless';
  },
  maySkip: (state, op) => !isServed(state, op),
  check: (state, op, outcome, seen) => {
    const device = deviceOf(state, op);
    if (!isServed(state, op)) return checkUnserved(state, outcome);
    const pool = device.pool ?? state.globalPool;
    if (outcome.is !== 'none' && outcome.is !== 'ok') {
      return broken('any/form', 'ok or none', outcomeText(outcome));
    }
    if (op.size === 0) {
      return outcome.is === 'none' ? null : broken('pool/size-zero', 'none', 'ok');
    }
    if (pool === null) {
      return outcome.is === 'none' ? null : broken('alloc/final', 'none: no global pool', 'ok');
    }
    if (outcome.is === 'none') return checkRefusal(state, pool, op);
    return checkGrant(state, device, pool, op, outcome, seen);
  },
  adopt: (state, op, outcome) => {
    const device = deviceOf(state, op);
    const pool = device.pool ?? state.globalPool;
    if (outcome.is !== 'ok' || pool === null || op.size === 0 || !isServed(state, op)) return;
    const viaGlobal = device.pool === null;
    adoptGrant(state, pool, op, outcome.phys ?? physOf(device, pool, outcome), viaGlobal);
  },
  assume: (state, op) => {
    const pool = deviceOf(state, op).pool ?? state.globalPool;
    return pool === null || op.size === 0 || !isServed(state, op)
      ? NONE
      : { is: 'ok', phys: pool.base };
  },
};

/** Is the request one for the device's own pool, or for the global one if there is one? */
function isServed(state: State, op: Alloc): boolean {
  const device = deviceOf(state, op);
  if (device.pool !== null) return true;
  return usesGlobal(state, device) && !op.attrs.includes('no-kernel-mapping');
}

/** Other memory than a pool's is for allocators that are not modelled yet: nobody may keep it. */
function checkUnserved(state: State, outcome: Outcome): Violation | null {
  if (outcome.is === 'none') return null;
  if (outcome.is !== 'ok') return broken('any/form', 'ok or none', outcomeText(outcome));
  const { phys } = outcome;
  if (phys === undefined) return null;
  const { pageSize } = state.machine;
  const pool = state.pools.find((p) => p.base <= phys && phys < p.base + p.pages * pageSize);
  if (pool === undefined) return null;
  const found = `${hex(phys)} of the pool at ${hex(pool.base)}`;
  return broken('alloc/final', 'memory of no pool: none serves this request', found);
}

function blockPages(state: State, op: Alloc): number {
  return 2 ** orderOf(op.size, state.machine.pageSize);
}

/** The first page a free aligned run of `pages` starts at, or null. */
function firstFit(pool: PoolState, pages: number): number | null {
  const live = [...pool.live].sort((a, b) => a.page - b.page);
  let start = 0;
  for (const block of live) {
    if (start + pages <= block.page) return start;
    // The next multiple of `pages` that is not before the end of this block.
    start = Math.max(start, Math.ceil((block.page + block.pages) / pages) * pages);
  }
  return start + pages <= pool.pages ? start : null;
}

function checkRefusal(state: State, pool: PoolState, op: Alloc): Violation | null {
  const pages = blockPages(state, op);
  const fit = firstFit(pool, pages);
  if (fit === null) return null;
  const free = `pages ${fit}..${fit + pages - 1} of ${pool.pages}`;
  return broken('pool/complete', `success: ${free} are free and aligned`, 'none');
}

/** Where the CPU view is, told by the handle alone; a subject reports one of the two. */
function physOf(device: DeviceState, pool: PoolState, outcome: Ok): number {
  const handle = outcome.handle!;
  const base = pool.deviceBase ?? firstTranslation(device, pool.base);
  // Without a window Linux counts from all ones, and all ones plus n is n - 1.
  if (base === null) return handle === BEYOND ? pool.base : pool.base + handle + 1;
  return pool.base + (handle - base);
}

function checkGrant(
  state: State,
  device: DeviceState,
  pool: PoolState,
  op: Alloc,
  outcome: Ok,
  seen: Seen,
): Violation | null {
  for (const field of ['phys', 'handle', 'bytes'] as const) {
    if (seen.has(field) && outcome[field] === undefined) {
      return broken('any/form', `ok with ${field}`, `no ${field}`);
    }
  }
  const phys = seen.has('phys') ? outcome.phys! : physOf(device, pool, outcome);
  return (
    checkPlace(state, pool, op, phys) ??
    (seen.has('handle') ? checkHandle(device, pool, op, phys, outcome.handle!) : null) ??
    (seen.has('bytes') ? checkZero(op.size, outcome.bytes!) : null)
  );
}

function checkPlace(state: State, pool: PoolState, op: Alloc, phys: number): Violation | null {
  const { pageSize } = state.machine;
  const pages = blockPages(state, op);
  const page = (phys - pool.base) / pageSize;
  if (!(page >= 0 && page + pages <= pool.pages)) {
    const place = `the ${pool.pages} pages at ${hex(pool.base)}`;
    return broken('pool/inside', `${pages} pages inside ${place}`, hex(phys));
  }
  if (page % pages !== 0) {
    return broken('pool/aligned', `a multiple of ${pages} pages from ${hex(pool.base)}`, hex(phys));
  }
  const clash = pool.live.find((b) => b.page < page + pages && page < b.page + b.pages);
  if (clash === undefined) return null;
  const taken = `pages ${clash.page}..${clash.page + clash.pages - 1} are taken by h${clash.label}`;
  return broken('pool/disjoint', taken, `pages ${page}..${page + pages - 1}`);
}

/** The handle must be one of `handlesOf`. */
function checkHandle(
  device: DeviceState,
  pool: PoolState,
  op: Alloc,
  phys: number,
  handle: number,
): Violation | null {
  const possible = handlesOf(device, pool, phys, op.size);
  if (possible.includes(handle)) return null;
  return broken('pool/handle', [...new Set(possible.map(hex))].join(' or '), hex(handle));
}

/**
 * A translation of the buffer; or what Linux counts from the translated base of the pool, or from
 * all ones without one. The two differ only where the window that holds the base does not hold
 * the pool (deviations P-T6, P-T7: kept).
 */
function handlesOf(
  device: DeviceState,
  pool: PoolState,
  phys: number,
  size: number,
): readonly number[] {
  const offset = phys - pool.base;
  if (pool.deviceBase !== null) return [pool.deviceBase + offset];
  const base = firstTranslation(device, pool.base);
  const linux = base !== null ? base + offset : offset === 0 ? BEYOND : offset - 1;
  return [...translations(device, phys, size), linux];
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

function adoptGrant(
  state: State,
  pool: PoolState,
  op: Alloc,
  phys: number,
  viaGlobal: boolean,
): void {
  const { pageSize } = state.machine;
  const pages = blockPages(state, op);
  const { size } = op;
  const page = Math.floor((phys - pool.base) / pageSize);
  const others = overlapping(state, pool, phys, phys + pages * pageSize);
  for (const other of others) other.contents = null;
  const contents = others.length > 0 ? null : [{ value: 0, length: size }];
  const { out: label, device } = op;
  const buffer = { label, pool, device, viaGlobal, size, page, pages, contents };
  pool.live.push(buffer);
  pool.used = true;
  state.buffers.set(label, buffer);
}

/** Live buffers of other pools in the same bytes: what either holds is then unknown. */
function overlapping(state: State, pool: PoolState, start: number, end: number): BufferState[] {
  const { pageSize } = state.machine;
  return [...state.buffers.values()].filter((buffer) => {
    const from = buffer.pool.base + buffer.page * pageSize;
    return buffer.pool !== pool && from < end && start < from + buffer.pages * pageSize;
  });
}

/**
 * Can `device` free or map the buffer? Through the pool it came from: the device's own, or the
 * global one for a device without. Everything else would reach a foreign allocator.
 */
export function ownerLegality(
  state: State,
  op: { readonly buffer: number; readonly via: number },
): 'legal' | 'meaningless' | 'undefined' {
  const buffer = state.buffers.get(op.buffer);
  if (buffer === undefined) return 'meaningless';
  const device = state.devices[op.via < 0 ? buffer.device : op.via]!;
  const right = buffer.viaGlobal
    ? usesGlobal(state, device) && device.pool !== buffer.pool
    : device.pool === buffer.pool;
  return right ? 'legal' : 'undefined';
}

export const free: Rule<'free'> = exact({
  legality: ownerLegality,
  expect: () => ({ law: 'any/form', allowed: [OK], because: 'free returns nothing' }),
  adopt: (state: State, op: OpOf<'free'>, _outcome: Outcome) => {
    const buffer = state.buffers.get(op.buffer)!;
    removeBuffer(state, buffer);
  },
});

function removeBuffer(state: State, buffer: BufferState): void {
  const { live } = buffer.pool;
  live.splice(live.indexOf(buffer), 1);
  state.buffers.delete(buffer.label);
}
