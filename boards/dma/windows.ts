/**
 * The windows of a bus: which bus addresses reach which CPU addresses.
 * Source: drivers/of/address.c:of_dma_get_range, of_range_parser_one.
 */
import type { Window } from '../../contract/machine.ts';
import { addressOf, cellsOf, numberAt, sizeOf, wrap64 } from '../cells.ts';
import type { FdtNode } from '../fdt/tree.ts';
import { RANGE_TUPLES_MAX } from '../limits.ts';
import type { Notebook } from '../notes.ts';
import { addressCells, busAddressCells, busSizeCells } from '../property.ts';
import { BAD_ADDRESS, busKind, flagCells, resourceFlags } from './bus.ts';
import { translateToCpu } from './translate.ts';

/**
 * What a bus says about its masters. `none`: nothing (-ENODEV). `broken`: windows, none of which
 * leads to the CPU (-EINVAL). Devices of the platform and of PCI go on without a map in both.
 */
export type BusWindows =
  | { readonly is: 'none' }
  | { readonly is: 'broken' }
  | { readonly is: 'map'; readonly windows: readonly Window[]; readonly end: number };

/** A tuple as the kernel holds it: 64 bits each. */
export interface BusRange {
  readonly flags: number;
  readonly dma: bigint;
  readonly cpu: bigint;
  readonly size: bigint;
}

/** `path`: DMA path of the bus a device sits on (of a PCI host: the host itself first). */
export function windowsOf(path: readonly FdtNode[], notes: Notebook): BusWindows {
  const level = levelWithRanges(path);
  if (level < 0) return { is: 'none' };
  const bus = path[level]!;
  const where = `${bus.path}:dma-ranges`;
  const usable: BusRange[] = [];
  for (const range of mergeContiguous(readRanges(path.slice(level), notes))) {
    if (range.cpu === BAD_ADDRESS) {
      notes.add('window-untranslatable', where, `bus address 0x${range.dma.toString(16)}`);
    } else usable.push(range);
  }
  if (usable.length === 0) {
    notes.add('window-none', where, 'no tuple leads to the CPU');
    return { is: 'broken' };
  }
  return mapOf(usable, where, notes);
}

/**
 * Level of the bus whose `dma-ranges` counts, or -1. Empty ones are skipped (1:1). A bus without
 * the property ends the search, except that the first one looked at may lack it.
 */
export function levelWithRanges(path: readonly FdtNode[]): number {
  for (const [level, bus] of path.entries()) {
    const value = bus.get('dma-ranges');
    if (value !== undefined && value.length > 0) return level;
    if (value === undefined && level > 0) return -1;
  }
  return -1;
}

/** The tuples of the first node of the path, translated along the rest. */
export function readRanges(path: readonly FdtNode[], notes: Notebook): BusRange[] {
  const bus = path[0]!;
  const kind = busKind(bus);
  const address = busAddressCells(bus);
  const parentAddress = addressCells(bus);
  const size = busSizeCells(bus);
  const cells = cellsOf(bus.get('dma-ranges') ?? new Uint8Array());
  const tuple = address + parentAddress + size;
  const flags = flagCells(kind);
  const ranges: BusRange[] = [];
  if (tuple === 0) return ranges;
  for (let at = 0; at + tuple <= cells.length; at += tuple) {
    if (ranges.length === RANGE_TUPLES_MAX) {
      notes.add('limit', `${bus.path}:dma-ranges`, `only ${RANGE_TUPLES_MAX} tuples are used`);
      break;
    }
    const parent = cells.slice(at + address, at + address + parentAddress);
    ranges.push({
      flags: resourceFlags(kind, cells[at]!),
      dma: numberAt(cells, at + flags, address - flags),
      cpu: translateToCpu(path, parent),
      size: numberAt(cells, at + address + parentAddress, size),
    });
  }
  return ranges;
}

/** Neighbours that continue each other on both sides become one. */
export function mergeContiguous(ranges: readonly BusRange[]): BusRange[] {
  const merged: BusRange[] = [];
  for (const range of ranges) {
    const last = merged.at(-1);
    if (
      last !== undefined &&
      last.flags === range.flags &&
      range.dma === wrap64(last.dma + last.size) &&
      range.cpu === wrap64(last.cpu + last.size)
    ) {
      merged[merged.length - 1] = { ...last, size: wrap64(last.size + range.size) };
    } else merged.push(range);
  }
  return merged;
}

/**
 * The map of a device, and its highest bus address. A window of size 0 ends both: the kernel
 * takes it for the terminator. Source: drivers/of/device.c, dma-direct.h:dma_range_map_max.
 */
function mapOf(ranges: readonly BusRange[], where: string, notes: Notebook): BusWindows {
  const stop = ranges.findIndex((range) => range.size === 0n);
  if (stop >= 0) notes.add('window-terminated', where, `tuple ${stop} of ${ranges.length}`);
  const live = stop < 0 ? ranges : ranges.slice(0, stop);
  let end = 0n;
  for (const { dma, size } of live) {
    const last = wrap64(dma + size - 1n);
    if (last > end) end = last;
  }
  const windows = (stop < 0 ? ranges : ranges.slice(0, stop + 1)).map((range) => ({
    cpu: addressOf(range.cpu, where),
    dma: addressOf(range.dma, where),
    size: sizeOf(range.size),
  }));
  return { is: 'map', windows, end: sizeOf(end) };
}
