/** RAM banks. Source: drivers/of/fdt.c:early_init_dt_scan_memory, early_init_dt_add_memory_arch. */
import type { Bank } from '../contract/machine.ts';
import { ADDRESS_END, alignDown, alignUp, hex, sizeText } from '../contract/numbers.ts';
import { addressOf, cellsOf, numberAt, sizeOf } from './cells.ts';
import type { FdtNode } from './fdt/tree.ts';
import { BANKS_MAX } from './limits.ts';
import type { Notebook } from './notes.ts';
import { busAddressCells, busSizeCells, isAvailable, stringOf } from './property.ts';

export interface TreeMemory {
  /** Ascending, disjoint, whole pages. Empty: the boot loader fills it in. */
  readonly banks: readonly Bank[];
  /** Lowest address of any memory node, also of one with size 0; null without any. */
  readonly nodeBase: number | null;
}

export function memoryOf(root: FdtNode, pageSize: number, notes: Notebook): TreeMemory {
  const banks: Bank[] = [];
  let nodeBase: number | null = null;
  for (const node of root.children) {
    if (stringOf(node, 'device_type') !== 'memory' || !isAvailable(node)) continue;
    for (const { base, size } of memoryTuples(root, node)) {
      nodeBase = Math.min(nodeBase ?? base, base);
      const bank = wholePages(base, size, pageSize);
      if (bank.base !== base || bank.size !== size) {
        notes.add('bank-trimmed', node.path, `${hex(base)}+${sizeText(size)}`);
      }
      if (bank.size <= 0) continue;
      if (banks.length < BANKS_MAX) banks.push(bank);
      else notes.add('limit', node.path, `only ${BANKS_MAX} banks are used`);
    }
  }
  return { banks: mergeBanks(banks, notes), nodeBase };
}

/** `linux,usable-memory` replaces `reg`. A tail shorter than a tuple is ignored. */
function* memoryTuples(root: FdtNode, node: FdtNode): Generator<{ base: number; size: number }> {
  const property = node.has('linux,usable-memory') ? 'linux,usable-memory' : 'reg';
  const cells = cellsOf(node.get(property) ?? new Uint8Array());
  const address = busAddressCells(root);
  const tuple = address + busSizeCells(root);
  if (tuple === 0) return;
  for (let at = 0; at + tuple <= cells.length; at += tuple) {
    const base = addressOf(numberAt(cells, at, address), `${node.path}:${property}`);
    // Nothing lies above the last address: memblock cuts a bank that would.
    const size = sizeOf(numberAt(cells, at + address, tuple - address));
    yield { base, size: Math.min(size, ADDRESS_END - base) };
  }
}

/** Base up, end down. A size of 0 or less: nothing is left. */
function wholePages(base: number, size: number, pageSize: number): Bank {
  const start = alignUp(base, pageSize);
  const end = alignDown(base + size, pageSize);
  return size === 0 ? { base, size } : { base: start, size: end - start };
}

/** Memblock keeps memory sorted and disjoint, whatever the tree says. */
export function mergeBanks(banks: readonly Bank[], notes: Notebook): Bank[] {
  const merged: Bank[] = [];
  for (const bank of [...banks].sort((a, b) => a.base - b.base)) {
    const last = merged.at(-1);
    if (last === undefined || bank.base >= last.base + last.size) {
      merged.push(bank);
      continue;
    }
    notes.add('bank-overlap', '/', `${hex(bank.base)}+${sizeText(bank.size)}`);
    const end = Math.max(last.base + last.size, bank.base + bank.size);
    merged[merged.length - 1] = { base: last.base, size: end - last.base };
  }
  return merged;
}
