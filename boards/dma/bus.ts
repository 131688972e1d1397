/**
 * How addresses of a bus look and match. PCI, ISA and every other bus with three address cells
 * keep flags in the first cell; the number is in the rest.
 * Source: drivers/of/address.c:of_busses, of_match_bus.
 */
import { highCell, lowCell, numberAt, U64_MAX, wrap64 } from '../cells.ts';
import { baseName, type FdtNode } from '../fdt/tree.ts';
import { addressCells, busAddressCells, sizeCells, stringOf } from '../property.ts';

export type BusKind = 'pci' | 'isa' | 'flags' | 'plain';

/** OF_BAD_ADDR: what an address that cannot be translated becomes. */
export const BAD_ADDRESS = U64_MAX;

/** Address cells a translation can hold (OF_MAX_ADDR_CELLS). */
export const ADDRESS_CELLS_MAX = 4;

const PCI_TYPES = ['pci', 'pciex', 'vci', 'ht'];

export function busKind(bus: FdtNode): BusKind {
  if (isPci(bus)) return 'pci';
  if (baseName(bus) === 'isa') return 'isa';
  return busAddressCells(bus) === 3 ? 'flags' : 'plain';
}

/** A node named `pcie` is one even without device_type. Source: address.c:of_bus_pci_match. */
export function isPci(node: FdtNode): boolean {
  const type = stringOf(node, 'device_type');
  return (type !== undefined && PCI_TYPES.includes(type)) || baseName(node) === 'pcie';
}

export function flagCells(kind: BusKind): number {
  return kind === 'plain' ? 0 : 1;
}

/** Cells of an address and a size that `node`, a child of a bus of this kind, uses. */
export function countCells(kind: BusKind, node: FdtNode): { address: number; size: number } {
  if (kind === 'pci') return { address: 3, size: 2 };
  if (kind === 'isa') return { address: 2, size: 1 };
  return { address: addressCells(node), size: sizeCells(node) };
}

/** One tuple of `dma-ranges` as cells: child address, parent address, size. */
export interface RangeShape {
  readonly address: number;
  readonly parentAddress: number;
  readonly size: number;
}

/**
 * Offset of an address within a range, or undefined when the range does not have it. Buses with
 * flags compare those first: with three cells the first one may be a bank number, and ignoring
 * it would match the wrong bank.
 * Source: drivers/of/address.c:of_bus_default_map, of_bus_default_flags_map, of_bus_pci_map.
 */
export function offsetInRange(
  kind: BusKind,
  address: readonly number[],
  range: readonly number[],
  shape: RangeShape,
): bigint | undefined {
  if (!flagsMatch(kind, address[0] ?? 0, range[0] ?? 0)) return undefined;
  const flags = flagCells(kind);
  const start = numberAt(range, flags, shape.address - flags);
  const size = numberAt(range, shape.address + shape.parentAddress, shape.size);
  const wanted = numberAt(address, flags, shape.address - flags);
  // The kernel's sum wraps: a range that reaches 2^64 matches nothing.
  return wanted < start || wanted >= wrap64(start + size) ? undefined : wanted - start;
}

function flagsMatch(kind: BusKind, address: number, range: number): boolean {
  if (kind === 'pci') return pciSpace(address) === pciSpace(range);
  if (kind === 'isa') return address % 2 === range % 2;
  return kind === 'plain' || address === range;
}

/** Bits 24 and 25: 0 configuration, 1 I/O, 2 and 3 memory. */
function pciSpace(flags: number): 'configuration' | 'io' | 'memory' {
  const code = Math.floor(flags / 2 ** 24) % 4;
  if (code === 0) return 'configuration';
  return code === 1 ? 'io' : 'memory';
}

/** What must be equal for two tuples to merge. Source: address.c:of_bus_pci_get_flags. */
export function resourceFlags(kind: BusKind, flags: number): number {
  if (kind === 'plain') return 0;
  if (kind === 'isa') return flags % 2;
  if (kind === 'flags') return flags;
  const prefetch = Math.floor(flags / 2 ** 30) % 2;
  return (Math.floor(flags / 2 ** 24) % 4) * 2 + prefetch;
}

/** Adds to an address in place-of; flags stay. Source: address.c:of_bus_default_translate. */
export function addOffset(
  kind: BusKind,
  address: readonly number[],
  count: number,
  offset: bigint,
): number[] {
  const flags = flagCells(kind);
  const sum = wrap64(numberAt(address, flags, count - flags) + offset);
  const result = new Array<number>(count).fill(0);
  if (flags === 1) result[0] = address[0] ?? 0;
  if (count - flags > 1) result[count - 2] = highCell(sum);
  if (count - flags > 0) result[count - 1] = lowCell(sum);
  return result;
}
