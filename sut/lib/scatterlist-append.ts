/**
 * Tables from arrays of pages, at once or batch by batch. Source: lib/scatterlist.c, Linux 6.12.
 *
 * Neighbouring pages share an entry as long as they are consecutive frames of one owner and the
 * entry stays below the largest segment, which counts in whole pages. The pages are read once: runs
 * go straight into the columns, and only then are arrays asked for, in the kernel's order, because
 * the sizes of the arrays depend on the number of runs.
 */
import { alignDown } from '../../contract/numbers.ts';
import {
  SG_ARRAYS,
  type SgArrays,
  SgBug,
  type SgErrno,
  SgTable,
  sgMaxSingleAlloc,
} from './scatterlist.ts';
import type { SgColumns } from './scatterlist-columns.ts';

/** What the short form of the kernel passes: UINT_MAX. */
const LARGEST_SEGMENT = 2 ** 32 - 1;

/** Pages in the order of the buffer. */
export interface SgPages {
  /** Page frames; at least one. */
  readonly pfns: ArrayLike<number>;
  /**
   * Optional. Of each page the owner of its device memory, 0 for ordinary memory; a frame always
   * has the same owner. Without it all is ordinary.
   */
  readonly owners?: ArrayLike<number>;
}

/** How bytes lie in the pages, and how they may be cut. */
export interface SgLayout {
  /** Bytes before the first one, in the first page; below the size of a page. */
  readonly offset: number;
  /** Bytes; meant to end in the last page. */
  readonly size: number;
  /** Most bytes of an entry, rounded down to pages. Below 2^32. */
  readonly maxSegment?: number;
}

/** A table that grows. Source: include/linux/scatterlist.h:sg_append_table. */
export class SgAppendTable {
  readonly sgt: SgTable;
  /** False where the architecture cannot chain arrays. */
  readonly chaining: boolean;
  /** Index of the last populated entry; null at first. */
  prv: number | null = null;
  /** Places of all arrays, links not counted. */
  totalNents = 0;
  /** Owner of the pages of the last populated entry. */
  prvOwner = 0;
  /** Has the last populated entry been marked as the end? */
  closed = false;

  constructor(pageSize: number, arrays: SgArrays = SG_ARRAYS, chaining = true) {
    this.sgt = new SgTable(pageSize, arrays);
    this.chaining = chaining;
  }
}

/**
 * Adds pages, with at most `leftPages` still to come in later calls; with 0 the list is closed.
 * Null is success. EINVAL: a segment below a page, or an offset in a later batch. EOPNOTSUPP: a
 * later batch where arrays cannot be chained. ENOMEM: entries are as before, arrays that were added
 * stay. A further batch has a meaning only if the one before filled its pages.
 * @throws SgBug without pages, and when a closed list would need another entry.
 * Source: lib/scatterlist.c:sg_alloc_append_table_from_pages.
 */
export function sgAllocAppendTableFromPages(
  append: SgAppendTable,
  pages: SgPages,
  { offset, size, maxSegment = LARGEST_SEGMENT }: SgLayout,
  leftPages: number,
): SgErrno | null {
  const { sgt, prv } = append;
  const { pfns, owners } = pages;
  const segment = alignDown(maxSegment, sgt.pageSize);
  if (segment < sgt.pageSize) return 'EINVAL';
  if (prv !== null && !append.chaining) return 'EOPNOTSUPP';
  if (prv !== null && offset !== 0) return 'EINVAL';
  if (pfns.length === 0) throw new SgBug('no pages to append');
  const before = prv === null ? 0 : sgt.length(prv);
  const absorbed = prv === null ? 0 : absorb(append, prv, pages, segment);
  const target = { columns: sgt.columns, pageSize: sgt.pageSize, at: sgt.origNents };
  const added = addRuns(target, pages, absorbed, { offset, size, maxSegment: segment });
  if (added > 0) {
    if (!takePlaces(append, added, leftPages)) {
      if (prv !== null) sgt.columns.length[prv] = before;
      sgt.columns.clear(sgt.origNents, sgt.origNents + added);
      endAt(sgt, append.totalNents);
      return 'ENOMEM';
    }
    sgt.nents += added;
    sgt.origNents = sgt.nents;
    append.prv = sgt.origNents - 1;
    append.prvOwner = owners?.[pfns.length - 1] ?? 0;
  }
  if (leftPages === 0) append.closed = true;
  endAt(sgt, append.closed ? sgt.origNents : append.totalNents);
  return null;
}

/** A list that is not closed ends with its last place, behind entries that are still empty. */
function endAt(table: SgTable, end: number): void {
  while (table.columns.room < end) table.columns.grow();
  table.end = end;
}

/** Lengthens the last entry by what continues it; answers by how many pages. */
function absorb(
  append: SgAppendTable,
  prv: number,
  { pfns, owners }: SgPages,
  segment: number,
): number {
  const { sgt, prvOwner } = append;
  const { pageSize } = sgt;
  const next = Math.floor((sgt.phys(prv) + sgt.length(prv)) / pageSize);
  const most = Math.floor((segment - sgt.length(prv)) / pageSize);
  const end = Math.min(pfns.length, most);
  let count = 0;
  while (count < end && pfns[count] === next + count && (owners?.[count] ?? 0) === prvOwner) {
    count++;
  }
  sgt.columns.length[prv] = sgt.length(prv) + count * pageSize;
  return count;
}

interface Target {
  readonly columns: SgColumns;
  readonly pageSize: number;
  /** Index of the first entry to write. */
  readonly at: number;
}

/**
 * Writes an entry per run of `pages` from number `from` on; answers how many.
 *
 * What is left of `size` is 64 bits without a sign in the kernel. Once it falls below 0 it is
 * nearly 2^64 and stays above any length, so that all later entries are full (spec: the first trap
 * of tables). A number that keeps its sign says the same: below 0 means "more than any run".
 */
function addRuns(
  { columns, pageSize, at }: Target,
  { pfns, owners }: SgPages,
  from: number,
  { offset, size, maxSegment }: Required<SgLayout>,
): number {
  const most = maxSegment / pageSize;
  const end = pfns.length;
  let entry = at;
  let left = size;
  let before = offset;
  for (let first = from; first < end; entry++) {
    const stop = Math.min(end, first + most);
    const page = runEnd(pfns, owners, first, stop);
    const full = (page - first) * pageSize - before;
    if (entry === columns.room) columns.grow();
    columns.pfn[entry] = pfns[first]!;
    columns.offset[entry] = before;
    columns.length[entry] = left < 0 ? full : Math.min(left, full);
    left -= full;
    before = 0;
    first = page;
  }
  return entry - at;
}

/** Number of the first page in (first, stop] that does not continue the run of page `first`. */
function runEnd(
  pfns: ArrayLike<number>,
  owners: ArrayLike<number> | undefined,
  first: number,
  stop: number,
): number {
  const base = pfns[first]! - first;
  let page = first + 1;
  if (owners === undefined) {
    // All that a page of ordinary memory costs.
    while (page < stop && pfns[page] === base + page) page++;
    return page;
  }
  while (page < stop && pfns[page] === base + page && owners[page] === owners[first]) page++;
  return page;
}

/**
 * A place for each of `added` entries. Places before the last one of the last array are simply
 * used; that one is kept for a link unless nothing more can come.
 * Source: lib/scatterlist.c:get_next_sg.
 */
function takePlaces(append: SgAppendTable, added: number, leftPages: number): boolean {
  if (append.closed) throw new SgBug('a closed list has no next entry');
  const { sgt } = append;
  const end = sgt.origNents + added;
  for (let at = sgt.origNents; at < end; ) {
    const last = append.totalNents - 1;
    const need = end - at + leftPages;
    if (at < last || (at === last && need === 1)) {
      at = Math.max(at + 1, Math.min(last, end));
      continue;
    }
    const places = Math.min(need, sgMaxSingleAlloc(sgt.pageSize));
    if (!sgt.takeArray(places)) return false;
    // The place that becomes the link no longer counts.
    append.totalNents += append.totalNents === 0 ? places : places - 1;
  }
  return true;
}

/**
 * Gives all arrays back, those that hold no entry yet as well; nothing the second time.
 *
 * The kernel finds the arrays by counting, as if all but the last one were full-sized. If an
 * estimate of pages to come grows from one batch to the next, a short array may be linked, and the
 * kernel loses what follows; here all arrays are known.
 * Source: lib/scatterlist.c:sg_free_append_table.
 */
export function sgFreeAppendTable(append: SgAppendTable): void {
  append.sgt.giveArrays();
}

/**
 * Fills a table that holds none: the entries of all pages at once. Null is success; after EINVAL
 * (a segment below a page) and ENOMEM the table is untouched.
 * Source: lib/scatterlist.c:sg_alloc_table_from_pages_segment.
 */
export function sgAllocTableFromPages(
  table: SgTable,
  pages: SgPages,
  layout: SgLayout,
): SgErrno | null {
  const append = new SgAppendTable(table.pageSize, table.arrays);
  const error = sgAllocAppendTableFromPages(append, pages, layout, 0);
  if (error === null) table.takeOver(append.sgt);
  else sgFreeAppendTable(append);
  return error;
}
