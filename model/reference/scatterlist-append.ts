/**
 * Tables from pages, literally (mapping.md §1.3 and §1.4): first all runs are counted, then each is
 * found again and put into the next place. Sizes are 64 bits without a sign, as in the kernel.
 */
import {
  chain,
  emptyTable,
  entryAt,
  freeTable,
  markEnd,
  type ReferenceArrays,
  type ReferenceEntry,
  type ReferencePlace,
  type ReferenceTable,
  referenceMaxSingleAlloc,
  sgNext,
  takeArray,
} from './scatterlist.ts';

export interface ReferencePage {
  readonly pfn: number;
  /** Of its device memory; 0: ordinary memory. */
  readonly owner: number;
}

export interface ReferenceAppend {
  readonly sgt: ReferenceTable;
  prv: ReferencePlace | null;
  totalNents: number;
}

export interface ReferenceLayout {
  readonly offset: number;
  readonly size: number;
  readonly maxSegment: number;
}

export const emptyAppend = (): ReferenceAppend => ({ sgt: emptyTable(), prv: null, totalNents: 0 });

const mergeable = (page: ReferencePage, before: ReferencePage) =>
  page.pfn === before.pfn + 1 && page.owner === before.owner;

/** Number of pages of the run that begins at `pages[start]`. */
function runLength(pages: readonly ReferencePage[], start: number, pagesMax: number): number {
  let count = 1;
  while (
    count < pagesMax &&
    start + count < pages.length &&
    mergeable(pages[start + count]!, pages[start + count - 1]!)
  ) {
    count += 1;
  }
  return count;
}

function countRuns(pages: readonly ReferencePage[], pagesMax: number): number {
  let runs = 0;
  for (let at = 0; at < pages.length; at += runLength(pages, at, pagesMax)) runs += 1;
  return runs;
}

/** The place after `cur`; null: no memory. The last place of all is kept if more may come. */
function nextPlace(
  append: ReferenceAppend,
  cur: ReferencePlace | null,
  need: number,
  maxEntries: number,
  arrays: ReferenceArrays,
): ReferencePlace | null {
  const next = cur === null ? null : sgNext(cur);
  if (cur !== null && next === null) throw new RangeError('the list is closed');
  if (next !== null && (!entryAt(next).end || need === 1)) return next;
  const places = Math.min(need, maxEntries);
  const array = takeArray(places, arrays);
  if (array === null) return null;
  if (next === null) {
    append.sgt.sgl = array;
    append.totalNents = places;
  } else {
    append.totalNents += places - 1;
    chain(next, array);
  }
  return { array, at: 0 };
}

/** 0: success. `chaining`: can the architecture link arrays? */
export function appendPages(
  append: ReferenceAppend,
  pages: readonly ReferencePage[],
  { offset, size, maxSegment }: ReferenceLayout,
  leftPages: number,
  pageSize: number,
  arrays: ReferenceArrays,
  chaining = true,
): 'EINVAL' | 'ENOMEM' | 'EOPNOTSUPP' | 0 {
  const segment = Math.floor(maxSegment / pageSize) * pageSize;
  if (segment < pageSize) return 'EINVAL';
  if (!chaining && append.prv !== null) return 'EOPNOTSUPP';
  if (append.prv !== null && offset !== 0) return 'EINVAL';
  const prv = append.prv === null ? null : entryAt(append.prv);
  const lengthBefore = prv?.length ?? 0;
  const rest = prv === null ? pages : withoutAbsorbed(prv, pages, segment, pageSize);
  if (rest.length > 0) {
    const runs = countRuns(rest, segment / pageSize);
    const asked = { rest, runs, offset, size, segment, leftPages };
    const last = placeRuns(append, asked, pageSize, arrays);
    if (last === null) {
      if (prv !== null) prv.length = lengthBefore;
      return 'ENOMEM';
    }
    append.sgt.nents += runs;
    append.sgt.origNents = append.sgt.nents;
    append.prv = last;
  }
  if (leftPages === 0) markEnd(append.prv!);
  return 0;
}

interface Runs {
  readonly rest: readonly ReferencePage[];
  readonly runs: number;
  readonly offset: number;
  readonly size: number;
  readonly segment: number;
  readonly leftPages: number;
}

/** Puts each run into the next place; the last place, or null: no memory. */
function placeRuns(
  append: ReferenceAppend,
  { rest, runs, offset, size, segment, leftPages }: Runs,
  pageSize: number,
  arrays: ReferenceArrays,
): ReferencePlace | null {
  const maxEntries = referenceMaxSingleAlloc(pageSize);
  let cur = append.prv;
  let left = BigInt(size);
  let at = 0;
  for (let run = 0; run < runs; run++) {
    cur = nextPlace(append, cur, runs - run + leftPages, maxEntries, arrays);
    if (cur === null) return null;
    const count = runLength(rest, at, segment / pageSize);
    const before = run === 0 ? offset : 0;
    const full = BigInt(count * pageSize - before);
    const entry = entryAt(cur);
    entry.pfn = rest[at]!.pfn;
    entry.owner = rest[at]!.owner;
    entry.offset = before;
    entry.length = Number(left < full ? left : full);
    left = BigInt.asUintN(64, left - full);
    at += count;
  }
  return cur;
}

/** Lengthens `prv` page by page; the pages that are left. */
function withoutAbsorbed(
  prv: ReferenceEntry,
  pages: readonly ReferencePage[],
  segment: number,
  pageSize: number,
): readonly ReferencePage[] {
  const end = prv.pfn * pageSize + prv.offset + prv.length;
  const next = Math.floor(end / pageSize);
  let before: ReferencePage = { pfn: next - 1, owner: prv.owner };
  let rest = pages;
  while (rest.length > 0 && mergeable(rest[0]!, before) && prv.length + pageSize <= segment) {
    prv.length += pageSize;
    before = rest[0]!;
    rest = rest.slice(1);
  }
  return rest;
}

/** By the count of places, which is right as long as all arrays but the last are full-sized. */
export function freeAppend(
  append: ReferenceAppend,
  pageSize: number,
  arrays: ReferenceArrays,
): void {
  const most = referenceMaxSingleAlloc(pageSize);
  freeTable(append.sgt, most, 0, append.totalNents, arrays);
}

/** All pages at once; on failure the table is untouched. 0: success. */
export function tableFromPages(
  table: ReferenceTable,
  pages: readonly ReferencePage[],
  layout: ReferenceLayout,
  pageSize: number,
  arrays: ReferenceArrays,
): 'EINVAL' | 'ENOMEM' | 'EOPNOTSUPP' | 0 {
  const append = emptyAppend();
  const error = appendPages(append, pages, layout, 0, pageSize, arrays);
  if (error !== 0) {
    freeAppend(append, pageSize, arrays);
    return error;
  }
  Object.assign(table, append.sgt);
  return 0;
}
