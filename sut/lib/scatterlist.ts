/**
 * Scatter/gather tables and their chained arrays. Source: lib/scatterlist.c, Linux 6.12.
 *
 * A table has a CPU view, its first `origNents` entries (page, offset, length), and a device view,
 * its first `nents` entries (DMA address and length). The kernel stores entries in arrays of at
 * most a page; the last place of an array that is followed by another one is a link. Arrays are
 * asked for and given back exactly as the kernel does, and counted by whoever lends them; the
 * entries themselves are columns (`scatterlist-columns.ts`).
 *
 * Addresses and page frames are safe integers; offsets and lengths are below 2^32.
 */
import { SgColumns } from './scatterlist-columns.ts';

/** Bytes of an entry where addresses have 64 bits. Source: include/linux/scatterlist.h. */
const ENTRY_BYTES = 32;
/** Entries of an array of the mempool. Source: include/linux/scatterlist.h:SG_CHUNK_SIZE. */
const SG_CHUNK_SIZE = 128;

export type SgErrno = 'EINVAL' | 'ENOMEM' | 'EOPNOTSUPP';

/** Lends the arrays that entries are kept in. */
export interface SgArrays {
  /** An array of so many places (>= 1), links included; false: no memory. */
  take(places: number): boolean;
  /** Gives an array of so many places back. */
  give(places: number): void;
}

/** Memory never runs out. */
export const SG_ARRAYS: SgArrays = { take: () => true, give: () => undefined };

/** Where the kernel stops, or would follow a pointer that leads nowhere. */
export class SgBug extends Error {
  override readonly name = 'SgBug';
}

export class SgTable {
  readonly pageSize: number;
  readonly arrays: SgArrays;
  /** Entries of the device view: all of them until a map says how many it made. */
  nents = 0;
  /** Entries of the CPU view. After a failed `sgAllocTable` both counters are stale. */
  origNents = 0;
  /** Entries a walk meets, the one marked as the end included; 0 without arrays. */
  end = 0;
  columns = new SgColumns(0);
  /** Places of each array held, in the order of the chain. */
  #held: number[] = [];

  constructor(pageSize: number, arrays: SgArrays = SG_ARRAYS) {
    this.pageSize = pageSize;
    this.arrays = arrays;
  }

  /** Page frame of an entry. Source: include/linux/scatterlist.h:sg_page. */
  pfn(index: number): number {
    return this.columns.pfn[index]!;
  }

  /** Bytes from the start of that page to the first byte. */
  offset(index: number): number {
    return this.columns.offset[index]!;
  }

  length(index: number): number {
    return this.columns.length[index]!;
  }

  /** Address of the first byte. Source: include/linux/scatterlist.h:sg_phys. */
  phys(index: number): number {
    return this.pfn(index) * this.pageSize + this.offset(index);
  }

  /** The DMA fields stay. Source: include/linux/scatterlist.h:sg_set_page. */
  setPage(index: number, pfn: number, length: number, offset: number): void {
    this.columns.pfn[index] = pfn;
    this.columns.length[index] = length;
    this.columns.offset[index] = offset;
  }

  /** Source: include/linux/scatterlist.h:sg_dma_address. */
  dmaAddress(index: number): number {
    return this.columns.dma.address[index] ?? 0;
  }

  /** Source: include/linux/scatterlist.h:sg_dma_len. */
  dmaLength(index: number): number {
    return this.columns.dma.length[index] ?? 0;
  }

  setDma(index: number, address: number, length: number): void {
    const dma = this.columns.dmaForWriting();
    dma.address[index] = address;
    dma.length[index] = length;
  }

  /** 1: a bus address of a peer; 2: bounced under an IOMMU; 3: both. */
  dmaFlags(index: number): number {
    return this.columns.dma.flags[index] ?? 0;
  }

  setDmaFlags(index: number, flags: number): void {
    this.columns.dmaForWriting().flags[index] = flags;
  }

  /** For those who build tables: one more array at the end of the chain; false: no memory. */
  takeArray(places: number): boolean {
    if (!this.arrays.take(places)) return false;
    this.#held.push(places);
    return true;
  }

  /** For those who free tables: all arrays, and with them all entries. The counters stay. */
  giveArrays(): void {
    for (const places of this.#held) this.arrays.give(places);
    this.#forget();
  }

  /** For those who build tables: empty entries behind the arrays taken, the last one the end. */
  fill(nents: number): void {
    this.nents = nents;
    this.origNents = nents;
    this.end = nents;
    this.columns = new SgColumns(nents);
  }

  /** What `other` holds is from now on held here, and there no more. */
  takeOver(other: SgTable): void {
    this.#held = other.#held;
    this.columns = other.columns;
    this.nents = other.nents;
    this.origNents = other.origNents;
    this.end = other.end;
    other.#forget();
  }

  #forget(): void {
    this.#held = [];
    this.columns = new SgColumns(0);
    this.end = 0;
  }
}

/** Most entries of one array. Source: include/linux/scatterlist.h:SG_MAX_SINGLE_ALLOC. */
export const sgMaxSingleAlloc = (pageSize: number): number => pageSize / ENTRY_BYTES;

/**
 * `nents` empty entries for a table that holds none; null is success. EINVAL for 0 entries; ENOMEM
 * leaves no array held and stale counters. Source: lib/scatterlist.c:sg_alloc_table.
 */
export function sgAllocTable(table: SgTable, nents: number): SgErrno | null {
  return allocArrays(table, nents, sgMaxSingleAlloc(table.pageSize), 0);
}

/**
 * The same in arrays of a mempool, after a first array of `firstChunk` places that the caller has;
 * one that has room for a link only holds nothing. Freed like any other table: the first array was
 * never taken. @throws SgBug for 0 entries. Source: lib/sg_pool.c:sg_alloc_table_chained.
 */
export function sgAllocTableChained(
  table: SgTable,
  nents: number,
  firstChunk: number,
): SgErrno | null {
  if (nents === 0) throw new SgBug('a chained table of no entries');
  // A first array of one place becomes a link, or holds the only entry: no case of its own.
  return allocArrays(table, nents, SG_CHUNK_SIZE, firstChunk);
}

/**
 * Arrays of `most` places, the first one of `first` places that are there already if not 0.
 * Source: lib/scatterlist.c:__sg_alloc_table.
 */
function allocArrays(
  table: SgTable,
  nents: number,
  most: number,
  first: number,
): 'EINVAL' | 'ENOMEM' | null {
  table.origNents = 0;
  table.nents = 0;
  if (nents === 0) return 'EINVAL';
  let given = first;
  while (table.origNents < nents) {
    const left = nents - table.origNents;
    const places = Math.min(left, given === 0 ? most : given);
    if (given === 0 && !table.takeArray(places)) {
      // The place meant for the link to this array counts after all.
      if (table.origNents > 0) table.origNents++;
      table.nents = table.origNents;
      table.giveArrays();
      return 'ENOMEM';
    }
    given = 0;
    table.origNents += places < left ? places - 1 : places;
  }
  table.fill(nents);
  return null;
}

/** Nothing if it holds none; the counters stay. Source: lib/scatterlist.c:sg_free_table. */
export function sgFreeTable(table: SgTable): void {
  table.giveArrays();
}
