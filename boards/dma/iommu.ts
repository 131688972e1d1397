/**
 * Is the device translated? Source: drivers/iommu/of_iommu.c:of_iommu_configure.
 *
 * A tree names the unit but not its page sizes or aperture, which are the driver's: the loader
 * assumes what most arm64 units do, and says so in a note.
 */
import type { Iommu } from '../../contract/machine.ts';
import { cellsOf } from '../cells.ts';
import type { FdtNode } from '../fdt/tree.ts';
import type { Notebook } from '../notes.ts';
import { type PhandleTable, phandleEntries } from '../phandles.ts';
import { isAvailable, ownCells } from '../property.ts';

/** 4 KiB granule, 48-bit aperture: the common ground of SMMU v2 and v3. */
export const ASSUMED_IOMMU: Iommu = {
  granule: 4096,
  apertureStart: 0,
  apertureEnd: 2 ** 48 - 1,
};

/** A device outside PCI: its own `iommus`; no walk up the tree. The first error means none. */
export function iommuOf(node: FdtNode, table: PhandleTable, notes: Notebook): Iommu | null {
  if (!node.has('iommus')) return null;
  const { entries, broken } = phandleEntries(node, 'iommus', '#iommu-cells', table);
  if (broken || entries.length === 0) {
    notes.add('iommu-broken', node.path, 'iommus leads nowhere');
    return null;
  }
  const usable = entries.every((entry) => entry !== null && isAvailable(entry.target));
  return usable ? assume(node, notes) : null;
}

/**
 * A PCI function: `iommu-map` of its host, entries of (first id, unit, stream, count). Linux 6.12
 * knows one cell for the stream; trees of 2026 have as many as the unit's `#iommu-cells` says.
 * Which ids are mapped does not matter here, only that some unit translates.
 */
export function pciIommuOf(host: FdtNode, table: PhandleTable, notes: Notebook): Iommu | null {
  const map = host.get('iommu-map');
  if (map === undefined) return null;
  const cells = cellsOf(map);
  const unit = table.get(cells[1] ?? 0);
  const streamCells = (unit && ownCells(unit, '#iommu-cells')) ?? 1;
  const whole = cells.length % 4 === 0 || cells.length % (3 + streamCells) === 0;
  if (unit === undefined || cells.length < 4 || !whole) {
    notes.add('iommu-broken', host.path, 'iommu-map leads nowhere');
    return null;
  }
  return isAvailable(unit) ? assume(host, notes) : null;
}

function assume(node: FdtNode, notes: Notebook): Iommu {
  let root = node;
  while (root.parent !== null) root = root.parent;
  notes.add('iommu-assumed', root.path, 'granule 4K, aperture 48 bits');
  return ASSUMED_IOMMU;
}
