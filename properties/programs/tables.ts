/** Random operations on scatter/gather tables. */
import type { Op, OpName, Spans } from '../../contract/operations.ts';
import { MAX_SEGMENT } from '../../contract/operations.ts';
import type { Random } from '../random.ts';
import { between, chance, pick } from '../random.ts';
import type { Plan, PlannedBuffer, PlannedTable } from './plan.ts';
import { drawBuffer, drawRange, pagesIn, SLOT } from './ranges.ts';

export type TableOp = Extract<OpName, `sg_${string}`>;

/** All pages, or some of them in an order that makes one entry, many, or neighbours again. */
function drawSpans(random: Random, pages: number): Spans {
  if (pages <= 1 || chance(random, 1, 2)) return [];
  const spans: [number, number][] = [];
  let at = chance(random, 1, 2) ? 0 : between(random, 0, pages - 1);
  while (at < pages && spans.length < 6) {
    const count = between(random, 1, Math.min(pages - at, 4));
    spans.push([at, count]);
    at += count + (chance(random, 1, 2) ? 0 : 1);
  }
  if (chance(random, 1, 3)) spans.reverse();
  return spans;
}

function drawLimit(random: Random, pageSize: number): number {
  if (chance(random, 1, 2)) return MAX_SEGMENT;
  if (chance(random, 1, 20)) return pageSize - 1;
  return pageSize * between(random, 1, 4) + pick(random, [0, 0, 5, pageSize - 1]);
}

function drawPages(random: Random, plan: Plan, buffer: PlannedBuffer, isFirst: boolean) {
  const { pageSize } = plan.machine;
  const all = pagesIn(plan, buffer);
  const pages = drawSpans(random, all);
  const count = pages.length === 0 ? all : pages.reduce((sum, [, n]) => sum + n, 0);
  const offset =
    isFirst && chance(random, 1, 3) ? pick(random, [1, 63, 64, 100, SLOT, pageSize - 1]) : 0;
  const cut = chance(random, 1, 4) ? between(random, 1, pageSize - 1) : 0;
  const length = count * pageSize - offset;
  const least = Math.max(1, (count - 1) * pageSize + 1 - offset);
  const size = cut === 0 ? -1 : Math.max(least, length - cut);
  return { pages, offset, size, length: size < 0 ? length : size };
}

/** Pages of a table at most: what is said of more of them is said of these. */
const TABLE_PAGES_MAX = 2 ** 14;

export function drawTable(random: Random, plan: Plan): Op | null {
  const buffer = drawBuffer(random, plan);
  if (buffer === null || pagesIn(plan, buffer) > TABLE_PAGES_MAX) return null;
  const more = chance(random, 1, 3) ? pick(random, [1, 16, 200, 2000, 2000]) : 0;
  const { length, ...data } = drawPages(random, plan, buffer, true);
  const max_segment = drawLimit(random, plan.machine.pageSize);
  const out = plan.newName();
  if (max_segment >= plan.machine.pageSize) {
    plan.tables.push({ label: out, buffers: [buffer.label], length, more });
  }
  return { op: 'sg_from_pages', out, buffer: buffer.label, ...data, max_segment, more };
}

export function drawOnTable(
  random: Random,
  op: Exclude<TableOp, 'sg_from_pages'>,
  plan: Plan,
): Op | null {
  if (op === 'sg_of_buffer') return drawOfBuffer(random, plan);
  if (op === 'sg_append') return drawAppend(random, plan);
  const closed = plan.tables.filter(({ more }) => more === 0);
  if (closed.length === 0) return null;
  const chosen = pick(random, closed);
  const { label: table, length } = chosen;
  const { offset: skip, length: run } = drawRange(random, length + 1, plan.machine.cacheLine);
  switch (op) {
    case 'sg_free':
      if (plan.mappings.some((mapping) => mapping.table === table)) return null;
      plan.tables.splice(plan.tables.indexOf(chosen), 1);
      return { op, table };
    case 'sg_nents_for_len':
      return { op, table, length: run };
    case 'sg_read':
      return { op, table, skip, length: run };
    case 'sg_write':
      return { op, table, skip, length: run, value: between(random, 1, 255) };
    case 'sg_split': {
      const out = plan.newName();
      const piece: PlannedTable = { ...chosen, label: out, length: run };
      if (skip + run <= length) plan.tables.push(piece);
      return { op, out, table, skip, size: run };
    }
  }
}

function drawOfBuffer(random: Random, plan: Plan): Op | null {
  const buffer = drawBuffer(random, plan);
  const small = buffer !== null && pagesIn(plan, buffer) <= TABLE_PAGES_MAX;
  if (buffer === null || buffer.device < 0 || !small) return null;
  const out = plan.newName();
  const length = pagesIn(plan, buffer) * plan.machine.pageSize;
  plan.tables.push({ label: out, buffers: [buffer.label], length, more: 0 });
  return { op: 'sg_of_buffer', out, buffer: buffer.label, via: -1 };
}

/** Whole pages: half of the time what closes the table. */
function drawAppend(random: Random, plan: Plan): Op | null {
  const index = plan.tables.findLastIndex(({ more }) => more > 0);
  const others = plan.live.filter(
    ({ label, size }) => size > 0 && !plan.tables[index]?.buffers.includes(label),
  );
  const other = others.length > 0 && chance(random, 1, 2) ? pick(random, others) : null;
  const buffer = other ?? drawBuffer(random, plan);
  if (index < 0 || buffer === null || pagesIn(plan, buffer) > TABLE_PAGES_MAX) return null;
  const table = plan.tables[index]!;
  const { pages } = drawPages(random, plan, buffer, false);
  const { pageSize } = plan.machine;
  const count = pages.length === 0 ? pagesIn(plan, buffer) : pages.reduce((n, [, k]) => n + k, 0);
  const more = chance(random, 3, 4) ? 0 : Math.max(0, table.more - count);
  const offset = chance(random, 1, 20) ? 1 : 0;
  const max_segment = drawLimit(random, pageSize);
  if (offset === 0 && max_segment >= pageSize && count + more <= table.more) {
    const buffers = [...table.buffers, buffer.label];
    const length = table.length + count * pageSize;
    plan.tables[index] = { label: table.label, buffers, length, more };
  }
  const data = { pages, offset, size: -1, max_segment, more };
  return { op: 'sg_append', table: table.label, buffer: buffer.label, ...data };
}
