/** What the CPU sees of a buffer: mmap geometry, writes and reads. */
import type { Violation } from '../../../contract/law.ts';
import { hex } from '../../../contract/numbers.ts';
import type { OpOf } from '../../../contract/operations.ts';
import type { Runs } from '../../../contract/outcome.ts';
import { failed, OK } from '../../../contract/outcome.ts';
import type { Legality, Rule } from '../rule.ts';
import { broken, outcomeText } from '../rule.ts';
import type { BufferState, Contents, State } from '../state.ts';
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
  assume: (state, op) => {
    const pfn = frameOf(state, op);
    return pfn === null ? failed('ENXIO') : { is: 'ok', pfn };
  },
};

function rangeLegality(state: State, op: OpOf<'write' | 'read'>): Legality {
  const buffer = state.buffers.get(op.buffer);
  if (buffer === undefined) return 'meaningless';
  return op.offset + op.length <= lengthOf(buffer.contents) ? 'legal' : 'undefined';
}

export const write = exact<'write'>({
  legality: rangeLegality,
  expect: () => ({ law: 'any/form', allowed: [OK], because: 'a store returns nothing' }),
  adopt: (state, op) => {
    const buffer = state.buffers.get(op.buffer)!;
    // Bytes that are somebody else's as well stay unknown.
    if (sharersOf(state, buffer).length === 0) buffer.contents = overwrite(buffer.contents, op);
  },
});

export const read: Rule<'read'> = {
  legality: rangeLegality,
  check: (state, op, outcome, seen) => {
    if (!seen.has('bytes')) return null;
    const bytes = outcome.is === 'ok' ? outcome.bytes : undefined;
    if (bytes === undefined) return broken('any/form', 'ok with bytes', outcomeText(outcome));
    return checkRead(state.buffers.get(op.buffer)!, op, bytes);
  },
  adopt: () => {},
  assume: () => OK,
};

function checkRead(buffer: BufferState, op: OpOf<'read'>, bytes: Runs): Violation | null {
  const total = bytes.reduce((sum, [, count]) => sum + count, 0);
  if (total !== op.length) return broken('any/form', `${op.length} bytes`, `${total} bytes`);
  const wanted = slice(buffer.contents, op.offset, op.length);
  const seen = bytes.map(([value, length]) => ({ value, length }));
  // Where nothing is known, everything is right.
  const known = text(mask(seen, wanted));
  return text(wanted) === known ? null : broken('cpu/contents', text(wanted), text(seen));
}

/** The runs of `seen`, with null wherever `wanted` has it. */
function mask(seen: Contents, wanted: Contents): Contents {
  let at = 0;
  return wanted.flatMap(({ value, length }) => {
    const from = at;
    at += length;
    return value === null ? [{ value, length }] : slice(seen, from, length);
  });
}

/** `value*length` runs, neighbours of one value joined: equal texts mean equal bytes. */
function text(contents: Contents): string {
  const joined: { value: number | null; length: number }[] = [];
  for (const run of contents) {
    const last = joined.at(-1);
    if (run.length === 0) continue;
    if (last?.value === run.value) last.length += run.length;
    else joined.push({ ...run });
  }
  const word = (value: number | null) => (value === null ? 'anything' : hex(value));
  return joined.map((run) => `${word(run.value)}*${run.length}`).join(' ');
}

function lengthOf(contents: Contents): number {
  return contents.reduce((sum, run) => sum + run.length, 0);
}

function slice(contents: Contents, from: number, length: number): Contents {
  const end = from + length;
  let at = 0;
  return contents.map((run) => {
    const start = at;
    at += run.length;
    return { value: run.value, length: Math.max(0, Math.min(end, at) - Math.max(from, start)) };
  });
}

function overwrite(contents: Contents, op: OpOf<'write'>): Contents {
  const total = lengthOf(contents);
  const end = op.offset + op.length;
  const parts = [
    ...slice(contents, 0, op.offset),
    { value: op.value, length: op.length },
    ...slice(contents, end, total - end),
  ];
  return parts.filter((run) => run.length > 0);
}
