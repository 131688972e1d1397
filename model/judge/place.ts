/** Where an answer lies: the source it names, and the rules every run of memory obeys. */
import type { Violation } from '../../contract/law.ts';
import { maxPageOrder } from '../../contract/machine.ts';
import { hex, orderOf, sizeText } from '../../contract/numbers.ts';
import type { Arena, Wish } from './arena.ts';
import { isAligned, partOf } from './arena.ts';
import { broken } from './rule.ts';
import type { Source, State } from './state.ts';
import type { Interval } from './system-ram.ts';

/** Laws of runs: `${kind}/inside`, `/aligned` and `/disjoint`. */
export type RunKind = 'pool' | 'pages' | 'cma' | 'atomic' | 'slots';

/** Inside one part, aligned, and of nobody else. */
export function checkRun(kind: RunKind, arena: Arena, wish: Wish, start: number): Violation | null {
  const { length, alignment } = wish;
  if (partOf(arena, start, length) === undefined) {
    const parts = arena.parts.map(runText);
    const more = parts.length > 3 ? [`${parts.length - 3} more`] : [];
    const where = parts.length === 0 ? 'nothing' : [...parts.slice(0, 3), ...more].join(', ');
    return broken(`${kind}/inside`, `inside ${where}`, runText([start, start + length]));
  }
  if (!isAligned(arena, wish, start)) {
    const from = arena.origin === 0 ? '' : ` from ${hex(arena.origin)}`;
    return broken(`${kind}/aligned`, `a multiple of ${sizeText(alignment)}${from}`, hex(start));
  }
  const clash = arena.taken.find(([from, to]) => from < start + length && start < to);
  if (clash === undefined) return null;
  const observed = runText([start, start + length]);
  return broken(`${kind}/disjoint`, `nothing of ${runText(clash)}: it is taken`, observed);
}

export function runText([start, end]: Interval): string {
  return `${hex(start)}+${sizeText(end - start)}`;
}

/** What the bytes belong to, as far as is known. */
export function sourceAt(state: State, start: number): Source {
  const { memory, pools, machine } = state;
  const holds = ({ start: from, end }: { start: number; end: number }) =>
    from <= start && start < end;
  return (
    memory.chunks.find(holds) ??
    memory.areas.find(holds) ??
    [...memory.slots.values()].find(holds) ??
    pools.find((p) => holds({ start: p.base, end: p.base + p.pages * machine.pageSize })) ??
    (memory.pages.parts.some(([from, to]) => from <= start && start < to)
      ? memory.pages
      : memory.unseen)
  );
}

/** Bytes in whole pages. */
export function wholePages(state: State, size: number): number {
  const { pageSize } = state.machine;
  return Math.ceil(size / pageSize) * pageSize;
}

/** A block of 2^order pages, or null where no block is as large. */
export function blockWish(state: State, order: number): Wish | null {
  const { pageSize } = state.machine;
  if (order > maxPageOrder(pageSize)) return null;
  const length = pageSize * 2 ** order;
  return { alignment: length, length };
}

export function blockFor(state: State, size: number): Wish | null {
  return blockWish(state, orderOf(size, state.machine.pageSize));
}

/** CONFIG_CMA_ALIGNMENT: areas align to at most 2^this pages. */
const CMA_ALIGNMENT_ORDER = 8;

/** As many pages as asked for, aligned to their order up to a cap (trap M-I2). */
export function areaWish(state: State, size: number): Wish {
  const { pageSize } = state.machine;
  const order = Math.min(orderOf(size, pageSize), CMA_ALIGNMENT_ORDER);
  return { alignment: pageSize * 2 ** order, length: wholePages(state, size) };
}

/** As many pages as asked for, aligned to their order: atomic pools and restricted ones. */
export function orderWish(state: State, size: number): Wish {
  const { pageSize } = state.machine;
  return {
    alignment: pageSize * 2 ** orderOf(size, pageSize),
    length: wholePages(state, size),
  };
}
