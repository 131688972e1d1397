/**
 * Finds memory for a region without address, as the boot allocator does.
 * Source: drivers/of/of_reserved_mem.c:__reserved_mem_alloc_size, __reserved_mem_alloc_in_range;
 * mm/memblock.c:memblock_find_in_range_node.
 */
import { alignDown, alignUp, isPowerOfTwo, UNLIMITED } from '../../contract/numbers.ts';
import { cellsOf, numberAt, sizeOf, wrap64 } from '../cells.ts';
import type { FdtNode } from '../fdt/tree.ts';
import type { Declared, RootCells } from './declared.ts';

/** Bytes; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What the node asks for, or why it cannot be read. */
export interface Wish {
  readonly size: number;
  /** A power of two. */
  readonly alignment: number;
  /** In order; null: anywhere. */
  readonly ranges: readonly Span[] | null;
}

/** SMP_CACHE_BYTES on arm64: the alignment of a region that names none. */
const DEFAULT_ALIGNMENT = 64;
const RANGES_MAX = 256;

/**
 * Reads size, alignment and alloc-ranges. The kernel wants `alignment` to be as long as an
 * address, although the binding says a size: trees where the two differ are refused.
 */
export function wishOf(region: Declared, cells: RootCells, cmaAlignment: number): Wish | string {
  const { node } = region;
  const size = numberOf(node, 'size', cells.size);
  if (size === undefined) return `size is not ${cells.size} cells long`;
  let alignment = 0;
  if (node.has('alignment')) {
    const wanted = numberOf(node, 'alignment', cells.address);
    if (wanted === undefined) return `alignment is not ${cells.address} cells long`;
    alignment = wanted;
  }
  // A CMA area must start at a page block, whatever alignment the tree asks for.
  if (region.sharedPool && region.reusable && !region.noMap) {
    alignment = Math.max(alignment, cmaAlignment);
  }
  if (alignment === 0) alignment = DEFAULT_ALIGNMENT;
  // The kernel masks with alignment - 1, which places at random for any other number.
  if (!isPowerOfTwo(alignment)) return `alignment ${alignment} is no power of two`;
  const ranges = rangesOf(node, cells);
  return ranges === undefined
    ? 'alloc-ranges is no list of whole tuples'
    : { size, alignment, ranges };
}

function numberOf(node: FdtNode, property: string, cells: number): number | undefined {
  const value = node.get(property);
  if (value === undefined || value.length !== cells * 4) return undefined;
  return sizeOf(numberAt(cellsOf(value), 0, cells));
}

function rangesOf(node: FdtNode, cells: RootCells): Span[] | null | undefined {
  const value = node.get('alloc-ranges');
  if (value === undefined) return null;
  const count = cells.address + cells.size;
  if (count === 0 || value.length % (count * 4) !== 0) return undefined;
  const words = cellsOf(value);
  const ranges: Span[] = [];
  for (let at = 0; at < words.length && ranges.length < RANGES_MAX; at += count) {
    const start = numberAt(words, at, cells.address);
    const end = wrap64(start + numberAt(words, at + cells.address, cells.size));
    // The sum may wrap to 0, and an end of 0 means anywhere.
    ranges.push({ start: sizeOf(start), end: end === 0n ? UNLIMITED : sizeOf(end) });
  }
  return ranges;
}

/**
 * The base of the region, or undefined. `free`: ascending and disjoint. `placed`: regions placed
 * before this one; static ones are not recorded yet when the kernel asks.
 */
export function place(
  wish: Wish,
  free: readonly Span[],
  placed: readonly Span[],
  pageSize: number,
): number | undefined {
  if (wish.ranges === null) return highest(wish, free, { start: pageSize, end: UNLIMITED });
  for (const range of wish.ranges) {
    // The first page is never given out: address 0 means failure.
    const start = Math.max(range.start, pageSize);
    const within = { start, end: Math.max(range.end, start) };
    const found = lowestFirst(range, placed)
      ? lowest(wish, free, within)
      : highest(wish, free, within);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Does the range start, and not end, at or inside a region placed before? Both edges count. */
function lowestFirst(range: Span, placed: readonly Span[]): boolean {
  const touches = (at: number) => placed.some(({ start, end }) => at >= start && at <= end);
  return touches(range.start) && !touches(range.end);
}

function highest(wish: Wish, free: readonly Span[], within: Span): number | undefined {
  for (let index = free.length - 1; index >= 0; index -= 1) {
    const start = Math.max(free[index]!.start, within.start);
    const end = Math.min(free[index]!.end, within.end);
    if (end - start < wish.size) continue;
    const base = alignDown(end - wish.size, wish.alignment);
    if (base >= start) return base;
  }
  return undefined;
}

function lowest(wish: Wish, free: readonly Span[], within: Span): number | undefined {
  for (const span of free) {
    const base = alignUp(Math.max(span.start, within.start), wish.alignment);
    const end = Math.min(span.end, within.end);
    if (base < end && end - base >= wish.size) return base;
  }
  return undefined;
}
