/** Reads single properties the way the kernel's helpers do. */
import { cellsOf } from './cells.ts';
import type { FdtNode } from './fdt/tree.ts';

/**
 * Strings of a list. A last one without NUL counts up to the end of the value: the kernel would
 * read on into the next token, which is nothing to imitate.
 */
export function stringsOf(value: Uint8Array | undefined): string[] {
  const strings: string[] = [];
  let text = '';
  for (const byte of value ?? []) {
    if (byte === 0) {
      strings.push(text);
      text = '';
    } else text += String.fromCharCode(byte);
  }
  if (text !== '') strings.push(text);
  return strings;
}

/** The first string; undefined without the property, empty for an empty one. */
export function stringOf(node: FdtNode, property: string): string | undefined {
  const value = node.get(property);
  return value === undefined ? undefined : (stringsOf(value)[0] ?? '');
}

/** Compared without case. Source: drivers/of/fdt.c:of_fdt_is_compatible. */
export function isCompatible(node: FdtNode, name: string): boolean {
  return stringsOf(node.get('compatible')).some((one) => one.toLowerCase() === name);
}

/** This node alone, not its ancestors. Source: drivers/of/base.c:__of_device_is_available. */
export function isAvailable(node: FdtNode): boolean {
  const status = node.get('status');
  if (status === undefined) return true;
  const text = stringsOf(status)[0] ?? '';
  return text === 'okay' || text === 'ok';
}

/** A cell count: at least four bytes, of which four count. */
function cellCount(node: FdtNode, property: string): number | undefined {
  const value = node.get(property);
  return value === undefined || value.length < 4 ? undefined : cellsOf(value.subarray(0, 4))[0];
}

/** What `reg` of the children uses: searched upwards. drivers/of/base.c:of_bus_n_addr_cells. */
export function busAddressCells(bus: FdtNode): number {
  return searchCells(bus, '#address-cells');
}

/** Source: drivers/of/base.c:of_bus_n_size_cells. */
export function busSizeCells(bus: FdtNode): number {
  return searchCells(bus, '#size-cells');
}

/** What `reg` of the node itself uses. Source: drivers/of/base.c:of_n_addr_cells. */
export function addressCells(node: FdtNode): number {
  return busAddressCells(node.parent ?? node);
}

/** Source: drivers/of/base.c:of_n_size_cells. */
export function sizeCells(node: FdtNode): number {
  return busSizeCells(node.parent ?? node);
}

/** One cell each when nobody says otherwise. Source: include/linux/of.h. */
const CELLS_DEFAULT = 1;

function searchCells(bus: FdtNode, property: string): number {
  for (let node: FdtNode | null = bus; node !== null; node = node.parent) {
    const count = cellCount(node, property);
    if (count !== undefined) return count;
  }
  return CELLS_DEFAULT;
}

/** Cell count that a node declares for phandle lists (`#iommu-cells`), if it does. */
export function ownCells(node: FdtNode, property: string): number | undefined {
  return cellCount(node, property);
}
