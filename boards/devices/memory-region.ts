/**
 * `memory-region`: which regions a device may attach, by position.
 * Source: drivers/of/of_reserved_mem.c:of_reserved_mem_device_init_by_idx.
 */
import { hex } from '../../contract/numbers.ts';
import type { FdtNode } from '../fdt/tree.ts';
import type { Notebook } from '../notes.ts';
import { type PhandleTable, phandleCount, phandleList } from '../phandles.ts';
import { isAvailable } from '../property.ts';
import type { RegionList } from '../reserved/regions.ts';

const PROPERTY = 'memory-region';

/** What resolving a list needs to know. */
export interface RegionLookup {
  readonly table: PhandleTable;
  readonly regions: RegionList;
  readonly notes: Notebook;
  /** Placeholders for phandles that lead nowhere. */
  readonly missing: Map<number, number>;
}

/**
 * Indexes of regions, one per entry, so that positions stay what the tree says. An entry that
 * leads to no region becomes a placeholder: attaching it fails, or, when the node is disabled,
 * answers 0 and binds nothing. (A phandle without node answers -ENODEV in Linux, which a machine
 * cannot say in the middle of a list.)
 */
export function regionsOf(node: FdtNode, lookup: RegionLookup): number[] {
  const count = phandleCount(node, PROPERTY);
  if (count <= 0) return [];
  return phandleList(node, PROPERTY, count).map((phandle) => regionOf(node, phandle, lookup));
}

function regionOf(user: FdtNode, phandle: number, lookup: RegionLookup): number {
  const { table, regions, notes, missing } = lookup;
  const target = table.get(phandle);
  if (target === undefined) {
    notes.add('phandle-missing', `${user.path}:${PROPERTY}`, `phandle ${hex(phandle)}`);
    const known = missing.get(phandle);
    if (known !== undefined) return known;
    const name = `phandle@${phandle.toString(16)}`;
    const index = regions.addPlaceholder(null, 'plain', false, name);
    missing.set(phandle, index);
    return index;
  }
  const known = regions.indexOf(target);
  const index = known ?? regions.addPlaceholder(target, 'plain', !isAvailable(target));
  if (regions.infos[index]?.origin === 'placeholder') {
    notes.add('user-of-skipped', `${user.path}:${PROPERTY}`, target.path);
  }
  return index;
}

/**
 * Position of the restricted pool that is bound without asking: the first available one, or null.
 * A device without the property has none (counting its entries answers a negative number).
 * Source: drivers/of/device.c:of_dma_set_restricted_buffer.
 */
export function restrictedEntry(node: FdtNode, lookup: RegionLookup): number | null {
  const count = phandleCount(node, PROPERTY);
  if (count > 0) {
    for (const [position, phandle] of phandleList(node, PROPERTY, count).entries()) {
      const target = lookup.table.get(phandle);
      const index = target && lookup.regions.indexOf(target);
      const info = index === undefined ? undefined : lookup.regions.infos[index];
      if (info?.region.kind === 'restricted' && !info.region.disabled) return position;
    }
  }
  return null;
}
