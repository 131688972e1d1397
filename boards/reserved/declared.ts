/**
 * The children of /reserved-memory as the tree declares them.
 * Source: drivers/of/of_reserved_mem.c:fdt_scan_reserved_mem, __reserved_mem_reserve_reg.
 */
import { cellsOf, numberAt } from '../cells.ts';
import { BoardError } from '../errors.ts';
import { childNamed, type FdtNode } from '../fdt/tree.ts';
import { REGIONS_MAX } from '../limits.ts';
import type { Notebook } from '../notes.ts';
import { busAddressCells, busSizeCells, isAvailable, isCompatible, ownCells } from '../property.ts';

/** 64-bit addresses as the tree has them. */
export interface Tuple {
  readonly base: bigint;
  readonly size: bigint;
}

/** - `static`: has `reg`. - `dynamic`: has `size`. - `none`: neither is usable. */
export interface Declared {
  readonly node: FdtNode;
  readonly how: 'static' | 'dynamic' | 'none';
  /** Of a static region: at least one. */
  readonly tuples: readonly Tuple[];
  readonly available: boolean;
  readonly noMap: boolean;
  readonly reusable: boolean;
  readonly sharedPool: boolean;
  readonly restrictedPool: boolean;
  readonly dmaDefault: boolean;
  readonly cmaDefault: boolean;
}

/** Cells of the root: every number in reserved-memory is made of them. */
export interface RootCells {
  readonly address: number;
  readonly size: number;
}

export function rootCells(root: FdtNode): RootCells {
  return { address: busAddressCells(root), size: busSizeCells(root) };
}

/** In tree order. Empty when there is no node, or one the kernel refuses as a whole. */
export function declaredRegions(root: FdtNode, notes: Notebook): readonly Declared[] {
  const parent = childNamed(root, 'reserved-memory');
  if (parent === undefined) return [];
  const cells = rootCells(root);
  if (
    ownCells(parent, '#address-cells') !== cells.address ||
    ownCells(parent, '#size-cells') !== cells.size ||
    !parent.has('ranges')
  ) {
    notes.add('reserved-ignored', parent.path, 'cells differ from the root, or no ranges');
    return [];
  }
  const count = parent.children.length;
  if (count > REGIONS_MAX) {
    throw new BoardError(parent.path, `${count} regions`, `at most ${REGIONS_MAX}`);
  }
  const declared = parent.children.map((node) => declare(node, cells, notes));
  const tuples = declared.reduce((sum, region) => sum + region.tuples.length, 0);
  if (tuples > REGIONS_MAX) {
    throw new BoardError(parent.path, `${tuples} reg tuples`, `at most ${REGIONS_MAX}`);
  }
  return declared;
}

function declare(node: FdtNode, cells: RootCells, notes: Notebook): Declared {
  const tuples = regTuples(node, cells);
  let how: Declared['how'] = 'none';
  if (tuples.length > 0) how = 'static';
  // A reg that cannot be read is not replaced by a size: only a missing one is.
  else if (!node.has('reg') && node.has('size')) how = 'dynamic';
  if (how === 'none') {
    const what = node.has('reg') ? 'reg is no list of whole tuples' : 'neither reg nor size';
    notes.add('region-skipped', node.path, what);
  }
  return {
    node,
    how,
    tuples,
    available: isAvailable(node),
    noMap: node.has('no-map'),
    reusable: node.has('reusable'),
    sharedPool: isCompatible(node, 'shared-dma-pool'),
    restrictedPool: isCompatible(node, 'restricted-dma-pool'),
    dmaDefault: node.has('linux,dma-default'),
    cmaDefault: node.has('linux,cma-default'),
  };
}

/** Empty unless `reg` is one or more whole tuples: an empty reg makes a kernel read past it. */
function regTuples(node: FdtNode, cells: RootCells): Tuple[] {
  const value = node.get('reg') ?? new Uint8Array();
  const count = cells.address + cells.size;
  if (count === 0 || value.length % (count * 4) !== 0) return [];
  const words = cellsOf(value);
  const tuples: Tuple[] = [];
  for (let at = 0; at < words.length; at += count) {
    tuples.push({
      base: numberAt(words, at, cells.address),
      size: numberAt(words, at + cells.address, cells.size),
    });
  }
  return tuples;
}
