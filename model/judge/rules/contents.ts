/** What the CPU sees of a buffer: mmap geometry, writes and reads. */
import type { Violation } from '../../../contract/law.ts';
import { hex } from '../../../contract/numbers.ts';
import type { OpOf } from '../../../contract/operations.ts';
import type { Outcome } from '../../../contract/outcome.ts';
import { OK } from '../../../contract/outcome.ts';
import { total } from '../arena.ts';
import { cpuStore, wrongByte } from '../bytes.ts';
import type { Legality, Rule } from '../rule.ts';
import { broken, outcomeText } from '../rule.ts';
import type { BufferState, State } from '../state.ts';
import type { Interval } from '../system-ram.ts';
import type { View } from '../views.ts';
import { handleNamesIt, ownerLegality, sharersOf } from './alloc.ts';
import { exact } from './exact.ts';

type Mmap = OpOf<'mmap'>;

/** The page frame mmap must answer, or null for ENXIO. */
function frameOf(state: State, op: Mmap): number | null {
  const { pageSize } = state.machine;
  const buffer = state.buffers.get(op.buffer)!;
  const count = Math.ceil((op.size < 0 ? buffer.size : op.size) / pageSize);
  if (op.offset >= count || op.pages > count - op.offset) return null;
  return Math.floor(buffer.start / pageSize) + op.offset;
}

/** Other memory is found by the handle (direct.c:dma_direct_mmap), or is known by its page. */
function namesItsPage(state: State, buffer: BufferState): boolean {
  return buffer.how === 'alloc_noncoherent' || handleNamesIt(state, buffer);
}

export const mmap: Rule<'mmap'> = {
  legality: (state, op) => {
    const legality = ownerLegality(state, op);
    if (legality !== 'legal') return legality;
    const buffer = state.buffers.get(op.buffer)!;
    const { source, start, size } = buffer;
    if (source.kind !== 'pool') return namesItsPage(state, buffer) ? 'legal' : 'undefined';
    const room = source.base + source.pages * state.machine.pageSize - start;
    // Past the end of the pool the call is for another allocator.
    return (op.size < 0 ? size : op.size) <= room ? 'legal' : 'undefined';
  },
  check: (state, op, outcome) => {
    const frame = frameOf(state, op);
    if (frame === null) {
      const refused = outcome.is === 'error' && outcome.errno === 'ENXIO';
      return refused ? null : broken('mmap/bounds', 'ENXIO', outcomeText(outcome));
    }
    if (outcome.is !== 'ok') {
      return broken('mmap/bounds', `success at page frame ${hex(frame)}`, outcomeText(outcome));
    }
    if (outcome.pfn === frame) return null;
    return broken('mmap/frame', hex(frame), hex(outcome.pfn ?? -1));
  },
  adopt: () => {},
};

function rangeLegality(state: State, op: OpOf<'write' | 'read'>): Legality {
  const buffer = state.buffers.get(op.buffer);
  if (buffer === undefined) return 'meaningless';
  return op.offset + op.length <= buffer.touchable ? 'legal' : 'undefined';
}

function rangeOf(state: State, op: OpOf<'write' | 'read'>): Interval {
  const start = state.buffers.get(op.buffer)!.start + op.offset;
  return [start, start + op.length];
}

export const write = exact<'write'>({
  legality: rangeLegality,
  expect: () => ({ law: 'any/form', allowed: [OK], because: 'a store returns nothing' }),
  adopt: (state, op) => {
    const buffer = state.buffers.get(op.buffer)!;
    // Bytes that are somebody else's as well stay unknown.
    const values = sharersOf(state, buffer).length === 0 ? [op.value] : null;
    cpuStore(state, [rangeOf(state, op)], values);
  },
});

export const read: Rule<'read'> = {
  legality: rangeLegality,
  check: (state, op, outcome, seen) => {
    if (!seen.has('bytes')) return null;
    return checkRead('cpu/contents', state.bytes.cpu, [rangeOf(state, op)], outcome);
  },
  adopt: () => {},
};

/** All bytes of the ranges are answered, and each may hold what it is said to. */
export function checkRead(
  law: string,
  view: View,
  ranges: readonly Interval[],
  outcome: Outcome,
): Violation | null {
  const bytes = outcome.is === 'ok' ? outcome.bytes : undefined;
  if (bytes === undefined) return broken('any/form', 'ok with bytes', outcomeText(outcome));
  const length = total(ranges);
  const got = bytes.reduce((sum, [, count]) => sum + count, 0);
  if (got !== length) return broken('any/form', `${length} bytes`, `${got} bytes`);
  const wrong = wrongByte(view, ranges, bytes);
  if (wrong === null) return null;
  const { at, allowed, value } = wrong;
  return broken(law, `${allowed.map(hex).join(' or ')} at ${hex(at)}`, hex(value));
}
