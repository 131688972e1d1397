/** Scatter/gather tables: what they hold. Source: lib/scatterlist.c, lib/sg_split.c. */
import type { Violation } from '../../../contract/law.ts';
import { hex } from '../../../contract/numbers.ts';
import type { OpOf } from '../../../contract/operations.ts';
import type { Outcome, Pieces } from '../../../contract/outcome.ts';
import { OK } from '../../../contract/outcome.ts';
import type { Piece, TableState } from '../mappings.ts';
import { lengthOf, partOf } from '../mappings.ts';
import type { Legality, Rule } from '../rule.ts';
import { broken, outcomeText } from '../rule.ts';
import type { State } from '../state.ts';
import { type Building, pageCount, sizeOf, wantedEntries } from '../table-entries.ts';
import { handleNamesIt, ownerLegality } from './alloc.ts';
import { exact } from './exact.ts';

/** Is the data of the pages it lists, from the first of them to the last? */
function buildLegality(state: State, op: Building): Legality {
  const buffer = state.buffers.get(op.buffer);
  if (!state.hasPages || buffer === undefined || !buffer.mapped) return 'meaningless';
  const { pageSize } = state.machine;
  const end = Math.ceil(buffer.size / pageSize);
  if (buffer.start % pageSize !== 0) return 'undefined';
  if (op.pages.some(([first, count]) => first + count > end)) return 'undefined';
  const pages = pageCount(state, op);
  const size = sizeOf(state, op);
  const fits = op.offset < pageSize && size > 0;
  return fits && Math.ceil((op.offset + size) / pageSize) === pages ? 'legal' : 'undefined';
}

function checkEntries(wanted: readonly Piece[], outcome: Outcome): Violation | null {
  const entries = outcome.is === 'ok' ? outcome.entries : undefined;
  if (entries === undefined) return broken('any/form', 'ok with entries', outcomeText(outcome));
  if (sameEntries(wanted, entries)) return null;
  return broken('table/entries', piecesText(asPieces(wanted)), piecesText(entries));
}

const asPieces = (pieces: readonly Piece[]): Pieces =>
  pieces.map(({ start, length }) => [start, length] as const);

function sameEntries(wanted: readonly Piece[], entries: Pieces): boolean {
  return (
    wanted.length === entries.length &&
    wanted.every(({ start, length }, i) => entries[i]![0] === start && entries[i]![1] === length)
  );
}

function piecesText(pieces: Pieces): string {
  const shown = pieces.slice(0, 4).map(([start, length]) => `${hex(start)}+${length}`);
  return shown.join(' ') + (pieces.length > 4 ? ` and ${pieces.length - 4} more` : '');
}

function segmentTooShort(state: State, op: Building): boolean {
  return op.max_segment < state.machine.pageSize;
}

function checkBuild(state: State, op: Building, before: readonly Piece[], outcome: Outcome) {
  const refused = outcome.is === 'error' && outcome.errno === 'EINVAL';
  if (refusesBuild(state, op)) {
    return refused ? null : broken('table/refusal', 'EINVAL', outcomeText(outcome));
  }
  if (outcome.is !== 'ok') return broken('table/refusal', 'a table', outcomeText(outcome));
  return checkEntries(wantedEntries(state, op, before), outcome);
}

/** Data goes on inside a page only in the first entry of all. */
function refusesBuild(state: State, op: Building): boolean {
  return segmentTooShort(state, op) || (op.op === 'sg_append' && op.offset > 0);
}

function addTable(state: State, table: Omit<TableState, 'pageSize'>): void {
  state.tables.set(table.label, { ...table, pageSize: state.machine.pageSize });
}

const fromOutcome = (outcome: Outcome, otherwise: readonly Piece[]): readonly Piece[] =>
  outcome.is === 'ok' && outcome.entries !== undefined
    ? outcome.entries.map(([start, length]) => ({ start, length }))
    : otherwise;

export const sgFromPages: Rule<'sg_from_pages'> = {
  legality: buildLegality,
  check: (state, op, outcome) => checkBuild(state, op, [], outcome),
  adopt: (state, op, outcome) => {
    if (outcome.is !== 'ok') return;
    const entries = fromOutcome(outcome, wantedEntries(state, op, []));
    const more = op.more === 0 ? null : op.more;
    addTable(state, { label: op.out, entries, buffers: [op.buffer], more });
  },
};

/** Of an open table whose data ends where a page ends; its last pages fill theirs. */
export const sgAppend: Rule<'sg_append'> = {
  legality: (state, op) => {
    const table = state.tables.get(op.table);
    const legality = buildLegality(state, op);
    if (table === undefined || legality === 'meaningless') return 'meaningless';
    if (table.more === null || legality === 'undefined') return 'undefined';
    const last = table.entries.at(-1)!;
    const { pageSize } = state.machine;
    const pages = pageCount(state, op);
    const isWhole = (last.start + last.length) % pageSize === 0;
    const fills = sizeOf(state, op) === pages * pageSize - op.offset;
    const promised = pages + op.more <= table.more;
    return isWhole && fills && promised && holds(state, table) ? 'legal' : 'undefined';
  },
  check: (state, op, outcome) =>
    checkBuild(state, op, state.tables.get(op.table)!.entries, outcome),
  adopt: (state, op, outcome) => {
    if (outcome.is !== 'ok') return;
    const table = state.tables.get(op.table)!;
    const entries = fromOutcome(outcome, wantedEntries(state, op, table.entries));
    const more = op.more === 0 ? null : op.more;
    addTable(state, { ...table, entries, buffers: [...table.buffers, op.buffer], more });
  },
};

export const sgOfBuffer: Rule<'sg_of_buffer'> = {
  legality: (state, op) => {
    const legality = ownerLegality(state, op);
    if (!state.hasPages || legality !== 'legal') return legality;
    const buffer = state.buffers.get(op.buffer)!;
    if (buffer.how !== 'alloc_coherent') return 'meaningless';
    // The page is found by the handle.
    const named = op.via < 0 && buffer.touchable > 0 && handleNamesIt(state, buffer);
    return named ? 'legal' : 'undefined';
  },
  check: (state, op, outcome) => checkEntries([wholeBuffer(state, op.buffer)], outcome),
  adopt: (state, op, outcome) => {
    const entries = fromOutcome(outcome, [wholeBuffer(state, op.buffer)]);
    if (outcome.is === 'ok') {
      addTable(state, { label: op.out, entries, buffers: [op.buffer], more: null });
    }
  },
};

function wholeBuffer(state: State, label: number): Piece {
  const { start, size } = state.buffers.get(label)!;
  const { pageSize } = state.machine;
  return { start, length: Math.ceil(size / pageSize) * pageSize };
}

/** Do all pages of the table still belong to somebody? */
export function holds(state: State, { buffers }: TableState): boolean {
  return buffers.every((label) => state.buffers.has(label));
}

/** A closed table of living pages. */
export function tableLegality(state: State, label: number): Legality {
  const table = state.tables.get(label);
  if (table === undefined) return 'meaningless';
  return table.more === null && holds(state, table) ? 'legal' : 'undefined';
}

/** The bytes asked for, an entry each; empty where there are not so many. */
function splitOf(table: TableState, op: OpOf<'sg_split'>): Piece[] {
  if (op.skip + op.size > lengthOf(table.entries)) return [];
  return partOf(table.entries, op.skip, op.size).map(([start, end]) => ({
    start,
    length: end - start,
  }));
}

/** Too much at the end has a law of its own. */
function checkSplit(wanted: readonly Piece[], outcome: Outcome): Violation | null {
  const violation = checkEntries(wanted, outcome);
  if (violation?.law !== 'table/entries' || outcome.is !== 'ok') return violation;
  const given = (outcome.entries ?? []).map(([start, length]) => ({ start, length }));
  const first = partOf(given, 0, lengthOf(wanted)).map(([start, end]) => ({
    start,
    length: end - start,
  }));
  const isLonger = sameEntries(first, asPieces(wanted));
  return isLonger ? { ...violation, law: 'table/split-end' } : violation;
}

export const sgSplit: Rule<'sg_split'> = {
  legality: (state, op) => {
    const legality = tableLegality(state, op.table);
    if (legality !== 'legal') return legality;
    const { label, entries } = state.tables.get(op.table)!;
    const busy = [...state.mappings.values()].some(({ table }) => table === label);
    // An entry is skipped only if more than all of it is to be: what is left then has no bytes.
    let at = 0;
    const borders = entries.map(({ length }) => {
      at += length;
      return at;
    });
    return busy || borders.includes(op.skip) ? 'undefined' : 'legal';
  },
  check: (state, op, outcome) => {
    const wanted = splitOf(state.tables.get(op.table)!, op);
    if (wanted.length > 0) return checkSplit(wanted, outcome);
    const refused = outcome.is === 'error' && outcome.errno === 'EINVAL';
    return refused ? null : broken('table/refusal', 'EINVAL', outcomeText(outcome));
  },
  adopt: (state, op, outcome) => {
    const table = state.tables.get(op.table)!;
    if (outcome.is !== 'ok') return;
    const entries = fromOutcome(outcome, splitOf(table, op));
    addTable(state, { ...table, label: op.out, entries });
  },
};

export const sgFree: Rule<'sg_free'> = exact<'sg_free'>({
  legality: (state, op) => {
    if (!state.tables.has(op.table)) return 'meaningless';
    const busy = [...state.mappings.values()].some(({ table }) => table === op.table);
    return busy ? 'undefined' : 'legal';
  },
  expect: () => ({ law: 'any/form', allowed: [OK], because: 'freeing a table returns nothing' }),
  adopt: (state, op) => void state.tables.delete(op.table),
});
