/** Memory for devices, and its way back. Source: kernel/dma/mapping.c, direct.c, coherent.c. */
import type { Violation } from '../../../contract/law.ts';
import { hex } from '../../../contract/numbers.ts';
import type { OpOf } from '../../../contract/operations.ts';
import type { Ok, Outcome } from '../../../contract/outcome.ts';
import { OK } from '../../../contract/outcome.ts';
import { cpuStore } from '../bytes.ts';
import type { DmaAlloc, Wanted } from '../dispatch.ts';
import { wantedBy } from '../dispatch.ts';
import { blockFor, orderWish, sourceAt, wholePages } from '../place.ts';
import type { Legality, Rule } from '../rule.ts';
import { broken, outcomeText } from '../rule.ts';
import type { BufferState, Source, State } from '../state.ts';
import { usesGlobal } from '../state.ts';
import { translations, untranslations } from '../view.ts';
import { exact } from './exact.ts';
import { checkGrant, physOf } from './grant.ts';
import { noteUse } from './growth.ts';
import { checkRefusal } from './refusal.ts';

function rule<N extends DmaAlloc['op']>(
  legality: (state: State, op: OpOf<N> & DmaAlloc) => Legality,
): Rule<N> {
  const wanted = (state: State, op: OpOf<N>) => wantedBy(state, op as DmaAlloc);
  return {
    legality: (state, op) => legality(state, op as OpOf<N> & DmaAlloc),
    maySkip: (state, op) => wanted(state, op).from === 'foreign',
    check: (state, op, outcome, seen) => {
      const from = wanted(state, op);
      if (from.from === 'foreign') return checkForeign(state, outcome);
      if (outcome.is === 'none') return checkRefusal(state, op as DmaAlloc, from);
      if (outcome.is !== 'ok') return broken('any/form', 'ok or none', outcomeText(outcome));
      return checkGrant(state, op as DmaAlloc, from, outcome, seen);
    },
    adopt: (state, op, outcome) => {
      const from = wanted(state, op);
      const refused = from.from === 'foreign' || from.from === 'nothing';
      if (outcome.is === 'ok' && !refused) adoptGrant(state, op as DmaAlloc, from, outcome);
    },
  };
}

export const allocCoherent = rule<'alloc_coherent'>((state, op) => {
  const wanted = wantedBy(state, op);
  // Where there is no pool to take from by mistake either, nothing can be said of other allocators.
  if (wanted.from === 'foreign') return state.globalPool !== null ? 'legal' : 'meaningless';
  const device = state.devices[op.device]!;
  const sleeps = op.gfp === 'atomic' && !device.coherent;
  // Slots are mapped anew, which may sleep (deviation restricted-remap-sleeps).
  if (wanted.from === 'slots' && sleeps) return 'undefined';
  return slotsLegality(state, op, wanted);
});

export const allocNoncoherent = rule<'alloc_noncoherent'>((state, op) => {
  if (!state.hasPages || state.devices[op.device]!.spec.iommu !== null) return 'meaningless';
  return slotsLegality(state, op, wantedBy(state, op));
});

/** Slots are counted from the device's address of the first: there must be one, and one only. */
function slotsLegality(state: State, op: DmaAlloc, wanted: Wanted): Legality {
  const { slots, pool } = state.devices[op.device]!;
  // The search for no slots at all stops the kernel (deviation restricted-size-zero).
  const asked = slots !== null && (pool === null || op.op === 'alloc_noncoherent');
  if (asked && op.size === 0) return 'undefined';
  if (wanted.from !== 'slots') return 'legal';
  const { start, end } = wanted.slots;
  const device = state.devices[op.device]!;
  const whole = translations(device, start, end - start);
  return whole.length === 1 && translations(device, start, 1).length === 1 ? 'legal' : 'undefined';
}

/** Memory of other allocators: nobody may be given a pool's instead. */
function checkForeign(state: State, outcome: Outcome): Violation | null {
  if (outcome.is === 'none') return null;
  if (outcome.is !== 'ok') return broken('any/form', 'ok or none', outcomeText(outcome));
  const source = outcome.phys === undefined ? null : sourceAt(state, outcome.phys);
  if (source?.kind !== 'pool') return null;
  const found = `${hex(outcome.phys!)} of the pool at ${hex(source.base)}`;
  return broken('alloc/final', 'memory of no pool: none serves this request', found);
}

function adoptGrant(state: State, op: DmaAlloc, wanted: Wanted, outcome: Ok): void {
  const device = state.devices[op.device]!;
  const start = outcome.phys ?? physOf(device, wanted, outcome.handle!);
  const source = sourceOf(state, wanted, start);
  const pages = wholePages(state, op.size);
  const cleared = wanted.from !== 'pages' || wanted.cleared;
  const viaGlobal = wanted.from === 'pool' && wanted.viaGlobal;
  const buffer: BufferState = {
    label: op.out,
    how: op.op,
    source,
    device: op.device,
    viaGlobal,
    size: op.size,
    start,
    length: wanted.from === 'atomic' ? pages : lengthOf(state, source, op.size),
    handles: outcome.handle === undefined ? translations(device, start, 1) : [outcome.handle],
    mapped: cleared,
    touchable: !cleared ? 0 : state.hasPages ? pages : op.size,
  };
  addBuffer(state, buffer);
  if (cleared) clear(state, buffer, clearedBytes(state, wanted, op.size, pages));
  if (source.kind === 'atomic') noteUse(state, source);
}

function sourceOf(state: State, wanted: Wanted, start: number): Source {
  if (wanted.from === 'pool') return wanted.pool;
  if (wanted.from === 'slots') return wanted.slots;
  return sourceAt(state, start);
}

/** Coherent pools and the page allocator give powers of two, the others what was asked for. */
function lengthOf(state: State, source: Source, size: number): number {
  if (source.kind === 'pool') return orderWish(state, size).alignment;
  if (source.kind === 'pages') return blockFor(state, size)?.length ?? wholePages(state, size);
  return wholePages(state, size);
}

/** A device's own pool clears what was asked for, everything else whole pages. */
function clearedBytes(state: State, wanted: Wanted, size: number, pages: number): number {
  if (!state.hasPages) return size;
  return wanted.from !== 'pool' || wanted.viaGlobal ? pages : size;
}

/** Unless they are bytes of others as well. */
function clear(state: State, buffer: BufferState, length: number): void {
  if (sharersOf(state, buffer).length > 0) return;
  cpuStore(state, [[buffer.start, buffer.start + length]], [0]);
}

/** A new live buffer: who knows what its bytes hold, and those it shares with others. */
export function addBuffer(state: State, buffer: BufferState): void {
  const { source, start, length } = buffer;
  cpuStore(state, [[start, start + length]], null);
  for (const other of sharersOf(state, buffer)) {
    cpuStore(state, [[other.start, other.start + other.length]], null);
  }
  source.live.push(buffer);
  if (source.kind === 'pool') source.used = true;
  state.buffers.set(buffer.label, buffer);
}

/** Live buffers of other sources in the same bytes. */
export function sharersOf(state: State, { source, start, length }: BufferState): BufferState[] {
  return [...state.buffers.values()].filter(
    (other) =>
      other.source !== source && other.start < start + length && start < other.start + other.length,
  );
}

/**
 * Can `device` free or map the buffer? Memory of a coherent pool through any device that is bound
 * to the pool in the same manner. Other memory only through the device it was made for, and only
 * while the way back leads to where it came from: it is found anew when it is freed.
 */
export function ownerLegality(
  state: State,
  op: { readonly buffer: number; readonly via: number },
): 'legal' | 'meaningless' | 'undefined' {
  const buffer = state.buffers.get(op.buffer);
  if (buffer === undefined || buffer.device < 0) return 'meaningless';
  const device = state.devices[op.via < 0 ? buffer.device : op.via]!;
  const { source } = buffer;
  if (source.kind === 'pool') {
    const right = buffer.viaGlobal
      ? usesGlobal(state, device) && device.pool !== source
      : device.pool === source;
    return right ? 'legal' : 'undefined';
  }
  const same = device.index === buffer.device && leadsBack(state, buffer);
  return same ? 'legal' : 'undefined';
}

/** Source: kernel/dma/direct.c:dma_direct_free, kernel/dma/contiguous.c:dma_free_contiguous. */
function leadsBack(state: State, buffer: BufferState): boolean {
  const { source, device, how, mapped } = buffer;
  const { area, slots } = state.devices[device]!;
  if (source.kind === 'atomic') return true;
  if (source.kind === 'cma' && (area ?? state.memory.defaultArea) !== source) return false;
  if (source.kind === 'slots' && slots !== source) return false;
  // A cookie stands for the page itself, unless a restricted pool has been bound meanwhile.
  if (!mapped) return slots === null;
  if (how === 'alloc_noncoherent') return true;
  return handleNamesIt(state, buffer);
}

/** Pages are found by the handle, which must mean this page and no other, whichever it was. */
export function handleNamesIt({ devices }: State, buffer: BufferState): boolean {
  return buffer.handles.every((handle) => {
    const found = untranslations(devices[buffer.device]!, handle);
    return found.length === 1 && found[0] === buffer.start;
  });
}

/** Does some device have bytes of the buffer? */
export function isMapped(state: State, label: number): boolean {
  return [...state.mappings.values()].some(({ buffers }) => buffers.includes(label));
}

export const free: Rule<'free'> = exact({
  legality: (state: State, op: OpOf<'free'>) =>
    isMapped(state, op.buffer) ? 'undefined' : ownerLegality(state, op),
  expect: () => ({ law: 'any/form', allowed: [OK], because: 'free returns nothing' }),
  adopt: (state: State, op: OpOf<'free'>, _outcome: Outcome) => {
    removeBuffer(state, state.buffers.get(op.buffer)!);
  },
});

export function removeBuffer(state: State, buffer: BufferState): void {
  const { live } = buffer.source;
  live.splice(live.indexOf(buffer), 1);
  state.buffers.delete(buffer.label);
}
