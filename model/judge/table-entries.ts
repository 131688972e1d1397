/** The entries a table must have. Source: lib/scatterlist.c:sg_alloc_append_table_from_pages. */
import type { OpOf } from '../../contract/operations.ts';
import type { Piece } from './mappings.ts';
import { lengthOf } from './mappings.ts';
import type { State } from './state.ts';

export type Building = OpOf<'sg_from_pages' | 'sg_append'>;

/** Pages of the buffer that are listed, in their order: the first one's address, and how many. */
function spansOf(state: State, op: Building): Piece[] {
  const { start, size } = state.buffers.get(op.buffer)!;
  const { pageSize } = state.machine;
  const all = Math.ceil(size / pageSize);
  const spans = op.pages.length > 0 ? op.pages : [[0, all] as const];
  return spans.map(([first, count]) => ({
    start: start + first * pageSize,
    length: count * pageSize,
  }));
}

/** How many pages are listed. */
export function pageCount(state: State, op: Building): number {
  return lengthOf(spansOf(state, op)) / state.machine.pageSize;
}

/** Bytes of the data. */
export function sizeOf(state: State, op: Building): number {
  return op.size < 0 ? lengthOf(spansOf(state, op)) - op.offset : op.size;
}

/**
 * Pages as runs of neighbours, none longer than the limit allows in whole pages. They go on from
 * the last entry of `before`, where they follow it and there is room.
 */
function runsOf(state: State, op: Building, before: readonly Piece[]): Piece[] {
  const { pageSize } = state.machine;
  const most = Math.floor(op.max_segment / pageSize) * pageSize;
  const runs = [...before];
  for (const span of spansOf(state, op)) {
    const end = span.start + span.length;
    for (let at = span.start; at < end; ) {
      const last = runs.at(-1);
      const follows = last !== undefined && last.start + last.length === at;
      // An entry that starts inside a page has room for one page less.
      const room = follows ? Math.floor((most - last.length) / pageSize) * pageSize : 0;
      const length = Math.min(end - at, room > 0 ? room : most);
      if (room > 0) runs[runs.length - 1] = { start: last!.start, length: last!.length + length };
      else runs.push({ start: at, length });
      at += length;
    }
  }
  return runs;
}

/** All entries: what there was, and the data of the pages. */
export function wantedEntries(state: State, op: Building, before: readonly Piece[]): Piece[] {
  const runs = runsOf(state, op, before);
  const [first, ...others] = runs;
  const started =
    before.length > 0
      ? runs
      : [{ start: first!.start + op.offset, length: first!.length - op.offset }, ...others];
  const last = started.at(-1)!;
  // What the data does not need of its last page.
  const spare = lengthOf(spansOf(state, op)) - op.offset - sizeOf(state, op);
  return [...started.slice(0, -1), { start: last.start, length: last.length - spare }];
}
