/** Phandles: numbers that name nodes, alone or followed by cells. */
import { hex } from '../contract/numbers.ts';
import { cellsOf } from './cells.ts';
import { BoardError } from './errors.ts';
import { type FdtNode, walk } from './fdt/tree.ts';
import { PHANDLE_LIST_MAX } from './limits.ts';
import type { Notebook } from './notes.ts';
import { ownCells } from './property.ts';

const PHANDLE_NONE = 0xffffffff;

export type PhandleTable = ReadonlyMap<number, FdtNode>;

/** All phandles of a tree; of duplicates the first node in file order counts. */
export function phandleTable(root: FdtNode, notes: Notebook): PhandleTable {
  const table = new Map<number, FdtNode>();
  for (const node of walk(root)) {
    const phandle = phandleOf(node);
    if (phandle === undefined) continue;
    const first = table.get(phandle);
    if (first === undefined) table.set(phandle, node);
    else notes.add('duplicate-phandle', node.path, `${hex(phandle)} is ${first.path}, too`);
  }
  return table;
}

/** Source: drivers/of/fdt.c:populate_properties. */
function phandleOf(node: FdtNode): number | undefined {
  const value = node.get('phandle') ?? node.get('linux,phandle');
  if (value === undefined || value.length !== 4) return undefined;
  const [phandle = 0] = cellsOf(value);
  return phandle === 0 || phandle === PHANDLE_NONE ? undefined : phandle;
}

/**
 * Entries of a list of bare phandles (`memory-region`); negative without the property, as
 * include/linux/of.h:of_count_phandle_with_args answers -ENOENT.
 */
export function phandleCount(node: FdtNode, property: string): number {
  const value = node.get(property);
  return value === undefined ? -1 : Math.min(Math.floor(value.length / 4), PHANDLE_LIST_MAX);
}

/** The first `count` entries of a list that must be there. */
export function phandleList(node: FdtNode, property: string, count: number): readonly number[] {
  const value = node.get(property);
  if (value === undefined) {
    throw new BoardError(`${node.path}:${property}`, 'no such property', `${count} phandles`);
  }
  return cellsOf(value.subarray(0, count * 4));
}

export interface PhandleEntry {
  readonly target: FdtNode;
  readonly cells: readonly number[];
}

/**
 * A list of phandles with arguments, as far as it can be read: `broken` says that an entry leads
 * nowhere, has no cell count, or is cut off. An entry of phandle 0 stands for nothing.
 * Source: drivers/of/base.c:of_phandle_iterator_next.
 */
export function phandleEntries(
  node: FdtNode,
  property: string,
  cellsProperty: string,
  table: PhandleTable,
): { readonly entries: readonly (PhandleEntry | null)[]; readonly broken: boolean } {
  const cells = cellsOf(node.get(property) ?? new Uint8Array());
  const entries: (PhandleEntry | null)[] = [];
  for (let at = 0; at < cells.length && entries.length < PHANDLE_LIST_MAX; ) {
    const phandle = cells[at]!;
    at += 1;
    if (phandle === 0) {
      entries.push(null);
      continue;
    }
    const target = table.get(phandle);
    const count = target && ownCells(target, cellsProperty);
    if (target === undefined || count === undefined || at + count > cells.length) {
      return { entries, broken: true };
    }
    entries.push({ target, cells: cells.slice(at, at + count) });
    at += count;
  }
  return { entries, broken: false };
}
