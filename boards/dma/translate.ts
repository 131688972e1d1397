/**
 * Takes an address of a bus up to the CPU, bus by bus along the DMA parents.
 * Source: drivers/of/address.c:__of_translate_address, of_translate_one.
 */
import { cellsOf, numberAt } from '../cells.ts';
import type { FdtNode } from '../fdt/tree.ts';
import { RANGE_TUPLES_MAX } from '../limits.ts';
import {
  ADDRESS_CELLS_MAX,
  addOffset,
  BAD_ADDRESS,
  type BusKind,
  busKind,
  countCells,
  flagCells,
  offsetInRange,
  type RangeShape,
} from './bus.ts';

/**
 * `path` is the DMA path of the node whose `dma-ranges` held the address, that node first. The
 * address is in cells of that node's parent. BAD_ADDRESS when it cannot be translated; on the
 * root it never can.
 */
export function translateToCpu(path: readonly FdtNode[], address: readonly number[]): bigint {
  const [node, first] = path;
  if (node === undefined || first === undefined) return BAD_ADDRESS;
  let kind = busKind(first);
  let cells = countCells(kind, node);
  if (!countsFit(cells) || address.length < cells.address) return BAD_ADDRESS;
  let current = address.slice(0, cells.address);
  for (let level = 1; level + 1 < path.length; level += 1) {
    const bus = path[level]!;
    const parentKind = busKind(path[level + 1]!);
    const parentCells = countCells(parentKind, bus);
    if (!countsFit(parentCells)) return BAD_ADDRESS;
    const shape = { ...cells, parentAddress: parentCells.address };
    const translated = translateOne(bus, kind, parentKind, current, shape);
    if (translated === undefined) return BAD_ADDRESS;
    current = translated;
    kind = parentKind;
    cells = parentCells;
  }
  return numberAt(current, 0, cells.address);
}

/** A bus without addresses, with very wide ones or without sizes cannot be crossed. */
function countsFit(cells: { readonly address: number; readonly size: number }): boolean {
  return cells.address > 0 && cells.address <= ADDRESS_CELLS_MAX && cells.size > 0;
}

function translateOne(
  bus: FdtNode,
  kind: BusKind,
  parentKind: BusKind,
  address: readonly number[],
  shape: RangeShape,
): number[] | undefined {
  const value = bus.get('dma-ranges');
  if (value === undefined || value.length === 0) {
    return keepAddress(parentKind, address, shape);
  }
  const tuple = shape.address + shape.parentAddress + shape.size;
  const cells = cellsOf(value);
  const end = Math.min(cells.length, tuple * RANGE_TUPLES_MAX);
  for (let at = 0; at + tuple <= end; at += tuple) {
    const range = cells.slice(at, at + tuple);
    const offset = offsetInRange(kind, address, range, shape);
    if (offset === undefined) continue;
    const base = range.slice(shape.address, shape.address + shape.parentAddress);
    return addOffset(parentKind, base, shape.parentAddress, offset);
  }
  return undefined;
}

/**
 * Empty or missing `dma-ranges`: 1:1. The flags cell goes along, because the next bus up may
 * match on it.
 */
function keepAddress(parentKind: BusKind, address: readonly number[], shape: RangeShape): number[] {
  const offset = numberAt(address, 0, shape.address);
  const zero = new Array<number>(shape.parentAddress).fill(0);
  if (flagCells(parentKind) === 1) zero[0] = address[0] ?? 0;
  return addOffset(parentKind, zero, shape.parentAddress, offset);
}
