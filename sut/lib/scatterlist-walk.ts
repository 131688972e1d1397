/**
 * Walks over scatter/gather lists: counting, the pieces a copy is made of, pages. They end after
 * `nents` entries or with the list. Source: lib/scatterlist.c, Linux 6.12.
 */
import type { SgTable } from './scatterlist.ts';

/** Entries up to the one marked as the end. Source: lib/scatterlist.c:sg_nents. */
export function sgNents(table: SgTable): number {
  return table.end;
}

/**
 * The fewest entries with `len` bytes, by their CPU lengths; EINVAL: the list is shorter.
 * Source: lib/scatterlist.c:sg_nents_for_len.
 */
export function sgNentsForLen(table: SgTable, len: number): number | 'EINVAL' {
  const { length } = table.columns;
  let left = len;
  let nents = 0;
  while (left > 0) {
    if (nents === table.end) return 'EINVAL';
    left -= length[nents++]!;
  }
  return nents;
}

/** Bytes in a row: physical address of the first one, and how many. */
export type SgPiece = readonly [phys: number, length: number];

/**
 * Where the bytes lie that copying between a buffer of `buflen` bytes and the first `nents` entries
 * moves, from byte `skip` of the list on: pieces in order, none empty, none across a page or an
 * entry. Their lengths add up to what the copy returns. Source: lib/scatterlist.c:sg_copy_buffer.
 */
export function* sgCopyPieces(
  table: SgTable,
  nents: number,
  buflen: number,
  skip: number,
): Generator<SgPiece> {
  const { pageSize } = table;
  const end = Math.min(nents, table.end);
  let passed = skip;
  let left = buflen;
  for (let index = 0; index < end && left > 0; index++) {
    const length = table.length(index);
    const first = table.phys(index);
    // What is skipped is passed at once, where the kernel goes page by page.
    for (let at = Math.min(passed, length); at < length && left > 0; ) {
      const inPage = pageSize - ((first + at) % pageSize);
      const piece = Math.min(inPage, length - at, left);
      yield [first + at, piece];
      at += piece;
      left -= piece;
    }
    passed = Math.max(0, passed - length);
  }
}

/**
 * Page frames of the CPU view, without the first `pgoffset` ones. Pages before the first byte
 * count, too, if an offset exceeds a page. Source: lib/scatterlist.c:__sg_page_iter_next.
 */
export function* sgPages(table: SgTable, nents = table.origNents, pgoffset = 0): Generator<number> {
  yield* pagesOf(
    table,
    nents,
    pgoffset,
    (index) => table.length(index),
    (index) => [table.pfn(index), 1],
  );
}

/**
 * Bus addresses of the device view, a page apart in each entry, whatever place in a page the first
 * one has. How many an entry has is reckoned with the offset of the CPU view.
 * Source: lib/scatterlist.c:__sg_page_iter_dma_next.
 */
export function* sgDmaPages(table: SgTable, nents = table.nents, pgoffset = 0): Generator<number> {
  yield* pagesOf(
    table,
    nents,
    pgoffset,
    (index) => table.dmaLength(index),
    (index) => [table.dmaAddress(index), table.pageSize],
  );
}

function* pagesOf(
  table: SgTable,
  nents: number,
  pgoffset: number,
  lengthOf: (index: number) => number,
  startOf: (index: number) => readonly [first: number, step: number],
): Generator<number> {
  const end = Math.min(nents, table.end);
  let passed = pgoffset;
  for (let index = 0; index < end; index++) {
    const pages = Math.ceil((table.offset(index) + lengthOf(index)) / table.pageSize);
    const [first, step] = startOf(index);
    for (let page = passed; page < pages; page++) yield first + page * step;
    passed = Math.max(0, passed - pages);
  }
}
