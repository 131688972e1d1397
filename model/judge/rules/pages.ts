/**
 * Pages for the kernel itself: blocks, exact numbers of pages, ranges, and pages of areas that
 * somebody uses. Source: mm/page_alloc.c, mm/page_isolation.c.
 */
import type { Violation } from '../../../contract/law.ts';
import { pageblockOrder } from '../../../contract/machine.ts';
import { hex } from '../../../contract/numbers.ts';
import type { OpOf } from '../../../contract/operations.ts';
import type { Outcome } from '../../../contract/outcome.ts';
import type { Arena, Wish } from '../arena.ts';
import { fits, partOf, total, without } from '../arena.ts';
import { rungArena } from '../ladder.ts';
import type { AreaState } from '../memory.ts';
import { areaArena, pageArena } from '../memory.ts';
import { blockFor, blockWish, checkRun, runText, wholePages } from '../place.ts';
import type { Legality, Rule } from '../rule.ts';
import { broken, outcomeText } from '../rule.ts';
import type { State } from '../state.ts';
import type { Interval } from '../system-ram.ts';
import { addBuffer, isMapped, removeBuffer } from './alloc.ts';

const modelled = (state: State): Legality => (state.hasPages ? 'legal' : 'meaningless');

/** A block of the zones up to the one named, or none where there is no such block. */
function checkBlock(
  state: State,
  op: OpOf<'alloc_pages' | 'alloc_exact'>,
  block: Wish | null,
  outcome: Outcome,
): Violation | null {
  const arena = rungArena(state, op.zone, block?.length ?? 0);
  if (outcome.is === 'none') {
    if (!state.accounted || block === null || fits(arena, block).length === 0) return null;
    const free = runText([fits(arena, block)[0]![0], fits(arena, block)[0]![0] + block.length]);
    return broken('pages/complete', `success: ${free} is free`, 'none');
  }
  if (outcome.is !== 'ok' || outcome.phys === undefined) {
    return broken('any/form', 'none, or ok with phys', outcomeText(outcome));
  }
  if (block === null) return broken('pages/inside', 'none: no block is as large', 'ok');
  return checkRun('pages', arena, block, outcome.phys);
}

function take(
  state: State,
  op: OpOf<'alloc_pages' | 'alloc_exact' | 'alloc_contig'>,
  start: number,
  length: number,
): void {
  addBuffer(state, {
    label: op.out,
    how: op.op,
    source: state.memory.pages,
    device: -1,
    viaGlobal: false,
    size: length,
    start,
    length,
    handles: [],
    mapped: true,
    touchable: length,
  });
}

export const allocPages: Rule<'alloc_pages'> = {
  legality: modelled,
  check: (state, op, outcome) => checkBlock(state, op, blockWish(state, op.order), outcome),
  adopt: (state, op, outcome) => {
    const length = blockWish(state, op.order)?.length ?? 0;
    if (outcome.is === 'ok' && length > 0) take(state, op, outcome.phys!, length);
  },
};

export const allocExact: Rule<'alloc_exact'> = {
  legality: modelled,
  check: (state, op, outcome) => checkBlock(state, op, blockFor(state, op.size), outcome),
  adopt: (state, op, outcome) => {
    if (outcome.is === 'ok') take(state, op, outcome.phys!, wholePages(state, op.size));
  },
};

function rangeOf(state: State, op: OpOf<'alloc_contig'>): Interval {
  return [op.phys, op.phys + op.pages * state.machine.pageSize];
}

function isFree(arena: Arena, [start, end]: Interval): boolean {
  return total(without([[start, end]], without(arena.parts, arena.taken))) === 0;
}

function inOneZone({ memory, machine: { pageSize } }: State, [start, end]: Interval): boolean {
  return memory.zones.some((z) => z.start * pageSize <= start && end <= z.end * pageSize);
}

/** Whole pageblocks are emptied for a range: a user anywhere in them may be in the way. */
function blocksAround(state: State, [start, end]: Interval): Interval {
  const { pageSize } = state.machine;
  const block = pageSize * 2 ** pageblockOrder(pageSize);
  return [Math.floor(start / block) * block, Math.ceil(end / block) * block];
}

export const allocContig: Rule<'alloc_contig'> = {
  legality: (state, op) => {
    if (!state.hasPages) return 'meaningless';
    const range = rangeOf(state, op);
    const isRam = total(without([range], state.ram.system)) === 0;
    const isWhole = op.phys % state.machine.pageSize === 0;
    return isWhole && inOneZone(state, range) && isRam ? 'legal' : 'undefined';
  },
  check: (state, op, outcome) => {
    const { memory, machine } = state;
    const range = rangeOf(state, op);
    const arena = pageArena(memory, machine.pageSize, memory.zones);
    if (outcome.is === 'ok') {
      if (isFree(arena, range)) return null;
      return broken('contig/exact', `EBUSY: a page of ${runText(range)} is in use`, 'ok');
    }
    const around = blocksAround(state, range);
    const may = !inOneZone(state, around) || !isFree(arena, around);
    const busy = outcome.is === 'error' && outcome.errno === 'EBUSY';
    if (busy && (!state.accounted || may)) return null;
    const expected = may ? 'EBUSY' : `success: all of ${runText(around)} is free`;
    return broken('contig/exact', expected, outcomeText(outcome));
  },
  adopt: (state, op, outcome) => {
    const [start, end] = rangeOf(state, op);
    if (outcome.is === 'ok') take(state, op, start, end - start);
  },
};

export const freePages: Rule<'free_pages'> = {
  legality: (state, op) => {
    const buffer = state.buffers.get(op.buffer);
    if (buffer === undefined || buffer.device >= 0) return 'meaningless';
    return isMapped(state, op.buffer) ? 'undefined' : 'legal';
  },
  check: (_state, _op, outcome) =>
    outcome.is === 'ok' ? null : broken('any/form', 'ok', outcomeText(outcome)),
  adopt: (state, op) => removeBuffer(state, state.buffers.get(op.buffer)!),
};

type Pinning = OpOf<'pin' | 'unpin'>;

/** The area and the bytes meant, or null where there is no such area or it ends before. */
function pinned(state: State, op: Pinning): { area: AreaState; range: Interval } | null {
  const { pageSize } = state.machine;
  const area = state.memory.areas.find(({ region }) => region === op.region);
  if (!state.hasPages || area === undefined) return null;
  const start = area.start + op.page * pageSize;
  const range: Interval = [start, start + op.pages * pageSize];
  const arena = areaArena(state.memory, area);
  return partOf(arena, start, range[1] - start) === undefined ? null : { area, range };
}

export const pin: Rule<'pin'> = {
  legality: (state, op) => (pinned(state, op) === null ? 'meaningless' : 'legal'),
  check: (state, op, outcome) => {
    const { area, range } = pinned(state, op)!;
    const free = isFree(areaArena(state.memory, area), range);
    const busy = outcome.is === 'error' && outcome.errno === 'EBUSY';
    if (free ? outcome.is === 'ok' || !state.accounted : busy) return null;
    const expected = free ? 'success: the pages are free' : 'EBUSY: not every page is free';
    return broken('contig/exact', `${expected} of ${hex(range[0])}`, outcomeText(outcome));
  },
  adopt: (state, op, outcome) => {
    const { area, range } = pinned(state, op)!;
    if (outcome.is === 'ok') area.pinned = [...area.pinned, range];
  },
};

export const unpin: Rule<'unpin'> = {
  legality: (state, op) => {
    const found = pinned(state, op);
    if (found === null) return 'meaningless';
    return total(without([found.range], found.area.pinned)) === 0 ? 'legal' : 'meaningless';
  },
  check: (_state, _op, outcome) =>
    outcome.is === 'ok' ? null : broken('any/form', 'ok', outcomeText(outcome)),
  adopt: (state, op) => {
    const { area, range } = pinned(state, op)!;
    area.pinned = without(area.pinned, [range]);
  },
};
