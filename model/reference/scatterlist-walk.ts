/**
 * Walks over scatter/gather lists, literally (mapping.md §1.5): pages are counted up within an
 * entry and carried over to the next one, and the mapping iterator takes page after page.
 */
import { entriesOf, type ReferenceEntry } from './scatterlist.ts';

type Sgl = ReferenceEntry[] | null;

export const referenceNents = (sgl: Sgl): number => entriesOf(sgl).length;

export function referenceNentsForLen(sgl: Sgl, length: number): number | 'EINVAL' {
  if (length === 0) return 0;
  let nents = 0;
  let total = 0;
  for (const entry of entriesOf(sgl)) {
    nents += 1;
    total += entry.length;
    if (total >= length) return nents;
  }
  return 'EINVAL';
}

/** Which pages of which entry: the CPU's or the device's. */
type PageCount = (entry: ReferenceEntry) => number;

const cpuPages =
  (pageSize: number): PageCount =>
  ({ offset, length }) =>
    Math.ceil((offset + length) / pageSize);

const dmaPages =
  (pageSize: number): PageCount =>
  ({ offset, dmaLength }) =>
    Math.ceil((offset + dmaLength) / pageSize);

class PageIter {
  entries: ReferenceEntry[];
  page: number;
  advance = 0;
  readonly count: PageCount;

  constructor(sgl: Sgl, nents: number, pgoffset: number, count: PageCount) {
    this.entries = entriesOf(sgl).slice(0, nents);
    this.page = pgoffset;
    this.count = count;
  }

  get entry(): ReferenceEntry {
    return this.entries[0]!;
  }

  next(): boolean {
    if (this.entries.length === 0) return false;
    this.page += this.advance;
    this.advance = 1;
    while (this.page >= this.count(this.entry)) {
      this.page -= this.count(this.entry);
      this.entries = this.entries.slice(1);
      if (this.entries.length === 0) return false;
    }
    return true;
  }
}

/** Page frames. */
export function referencePages(sgl: Sgl, nents: number, pgoffset: number, pageSize: number) {
  const iter = new PageIter(sgl, nents, pgoffset, cpuPages(pageSize));
  const pages: number[] = [];
  while (iter.next()) pages.push(iter.entry.pfn + iter.page);
  return pages;
}

/** Bus addresses. */
export function referenceDmaPages(sgl: Sgl, nents: number, pgoffset: number, pageSize: number) {
  const iter = new PageIter(sgl, nents, pgoffset, dmaPages(pageSize));
  const addresses: number[] = [];
  while (iter.next()) addresses.push(iter.entry.dmaAddress + iter.page * pageSize);
  return addresses;
}

export class ReferenceMiter {
  private readonly iter: PageIter;
  private readonly pageSize: number;
  private offset = 0;
  private remaining = 0;
  private mapped = false;
  length = 0;
  consumed = 0;

  constructor(sgl: Sgl, nents: number, pageSize: number) {
    this.iter = new PageIter(sgl, nents, 0, cpuPages(pageSize));
    this.pageSize = pageSize;
  }

  /** Physical address of the piece. */
  get phys(): number {
    return (this.iter.entry.pfn + this.iter.page) * this.pageSize + this.offset;
  }

  private nextPage(): boolean {
    if (this.remaining > 0) return true;
    if (!this.iter.next()) return false;
    const { entry } = this.iter;
    this.offset = this.iter.page > 0 ? 0 : entry.offset;
    this.iter.page += Math.floor(this.offset / this.pageSize);
    this.offset %= this.pageSize;
    const before = this.iter.page * this.pageSize + this.offset;
    const left = entry.offset + entry.length - before;
    this.remaining = Math.min(left, this.pageSize - this.offset);
    return true;
  }

  skip(bytes: number): boolean {
    this.stop();
    let left = bytes;
    while (left > 0) {
      if (!this.nextPage()) return false;
      const passed = Math.min(left, this.remaining);
      this.offset += passed;
      this.remaining -= passed;
      left -= passed;
    }
    return true;
  }

  next(): boolean {
    this.stop();
    if (!this.nextPage()) return false;
    this.length = this.remaining;
    this.consumed = this.remaining;
    this.mapped = true;
    return true;
  }

  stop(): void {
    if (!this.mapped) return;
    this.offset += this.consumed;
    this.remaining -= this.consumed;
    this.length = 0;
    this.consumed = 0;
    this.mapped = false;
  }
}

/** What copying moves: place and length of each piece, those without bytes as well. */
export function referenceCopyPieces(
  sgl: Sgl,
  nents: number,
  buflen: number,
  skip: number,
  pageSize: number,
): [phys: number, length: number][] {
  const miter = new ReferenceMiter(sgl, nents, pageSize);
  const pieces: [number, number][] = [];
  if (!miter.skip(skip)) return pieces;
  let done = 0;
  while (done < buflen && miter.next()) {
    const length = Math.min(miter.length, buflen - done);
    pieces.push([miter.phys, length]);
    done += length;
  }
  return pieces;
}

/**
 * Does the kernel lose its place in this list? An entry of no bytes behind a whole number of pages
 * has no page for the iterator to be at: it carries one page too many over to the next entry.
 */
export function losesItsPlace(sgl: Sgl, pageSize: number): boolean {
  return entriesOf(sgl).some(({ offset, length }) => {
    return length === 0 && offset > 0 && offset % pageSize === 0;
  });
}
