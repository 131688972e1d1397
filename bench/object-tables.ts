/**
 * Tables from pages as one would write them: an object per entry in one array, and the kernel's own
 * two passes (count the runs, allocate chained arrays, find each run again) on objects. Baselines
 * of the bench of scatter/gather tables.
 */
import { sgMaxSingleAlloc } from '../sut/lib/scatterlist.ts';

export interface ObjectEntry {
  pfn: number;
  offset: number;
  length: number;
  dmaAddress: number;
  dmaLength: number;
  flags: number;
  /** The array the list goes on in, if this place is a link. */
  next: ObjectEntry[] | null;
}

const entryOf = (pfn: number, offset: number, length: number): ObjectEntry => {
  return { pfn, offset, length, dmaAddress: 0, dmaLength: 0, flags: 0, next: null };
};

/** Runs in one pass, an object pushed for each. */
export function pushedTable(
  pfns: Float64Array,
  pageSize: number,
  size: number,
  pagesMax: number,
): ObjectEntry[] {
  const entries: ObjectEntry[] = [];
  let left = size;
  for (let first = 0; first < pfns.length; ) {
    const page = runEnd(pfns, first, pagesMax);
    const full = (page - first) * pageSize;
    entries.push(entryOf(pfns[first]!, 0, Math.min(left, full)));
    left -= full;
    first = page;
  }
  return entries;
}

function runEnd(pfns: Float64Array, first: number, pagesMax: number): number {
  const stop = Math.min(pfns.length, first + pagesMax);
  let page = first + 1;
  while (page < stop && pfns[page] === pfns[page - 1]! + 1) page++;
  return page;
}

/** The kernel's way; the first of the chained arrays, and the number of entries. */
export function chainedTable(
  pfns: Float64Array,
  pageSize: number,
  size: number,
  pagesMax: number,
): { readonly sgl: ObjectEntry[]; readonly nents: number } {
  let nents = 0;
  for (let at = 0; at < pfns.length; at = runEnd(pfns, at, pagesMax)) nents++;
  const most = sgMaxSingleAlloc(pageSize);
  const arrayOf = (need: number) =>
    Array.from({ length: Math.min(need, most) }, () => entryOf(0, 0, 0));
  const sgl = arrayOf(nents);
  let array = sgl;
  let at = 0;
  let left = size;
  let first = 0;
  for (let index = 0; index < nents; index++) {
    if (at === array.length - 1 && nents - index > 1) {
      const next = arrayOf(nents - index);
      array[at]!.next = next;
      array = next;
      at = 0;
    }
    const end = runEnd(pfns, first, pagesMax);
    const full = (end - first) * pageSize;
    const entry = array[at++]!;
    entry.pfn = pfns[first]!;
    entry.length = Math.min(left, full);
    left -= full;
    first = end;
  }
  return { sgl, nents };
}
