/**
 * The kernel's general purpose allocator of special memory: a list of chunks, each with a bitmap of
 * granules, and a search algorithm that can be exchanged. Source: lib/genalloc.c, Linux 6.12.
 *
 * Addresses and sizes are bytes, safe integers. Chunks do not overlap; a chunk has fewer than 2^31
 * granules, so that the kernel's 32-bit count of granules never wraps (trap G-T7). Nothing runs at
 * the same time here, so the kernel's retry after a lost race has no counterpart.
 */
import { ceilLog2 } from '../../contract/numbers.ts';
import { Bitmap } from './bitmap.ts';

/**
 * A search: the first of `nr` (>= 1) clear bits of `map` at or after `start`, all below `size`;
 * `size` or more for none. Source: include/linux/genalloc.h:genpool_algo_t.
 */
export type GenAlgo = (
  map: Bitmap,
  size: number,
  start: number,
  nr: number,
  chunk: GenChunk,
  pool: GenPool,
) => number;

/** A stretch of memory. Source: include/linux/genalloc.h:gen_pool_chunk. */
export class GenChunk {
  /** Virtual address of the first byte. */
  readonly start: number;
  /** Virtual address of the last byte. */
  readonly end: number;
  /** Physical address of the first byte; null: unknown. */
  readonly phys: number | null;
  /** Bytes not handed out, those of a last part granule included (it never can be). */
  avail: number;
  /** One bit per whole granule; set: handed out. */
  readonly bits: Bitmap;

  constructor(start: number, phys: number | null, size: number, granule: number) {
    this.start = start;
    this.end = start + size - 1;
    this.phys = phys;
    this.avail = size;
    this.bits = new Bitmap(Math.floor(size / granule));
  }
}

/** Where the kernel's BUG_ON stops it. */
export class GenPoolBug extends Error {
  override readonly name = 'GenPoolBug';
}

/** Lowest run, no alignment. Source: lib/genalloc.c:gen_pool_first_fit. */
export const genPoolFirstFit: GenAlgo = (map, size, start, nr) =>
  map.findNextZeroAreaOff(size, start, nr, 0, 0);

/**
 * Lowest run whose *address* is a multiple of `align` bytes, a power of two; less than a granule
 * means a granule. Source: lib/genalloc.c:gen_pool_first_fit_align.
 */
export function genPoolFirstFitAlign(align: number): GenAlgo {
  return (map, size, start, nr, chunk, pool) => {
    const mask = Math.ceil(align / pool.granule) - 1;
    const off = Math.floor((chunk.start % align) / pool.granule);
    return map.findNextZeroAreaOff(size, start, nr, mask, off);
  };
}

/**
 * Lowest run that begins at a multiple of `nr` rounded up to a power of two, counted from the start
 * of the chunk (trap G-T2). It occupies `nr` bits only (trap G-T1).
 * Source: lib/genalloc.c:gen_pool_first_fit_order_align.
 */
export const genPoolFirstFitOrderAlign: GenAlgo = (map, size, start, nr) =>
  map.findNextZeroAreaOff(size, start, nr, 2 ** ceilLog2(nr) - 1, 0);

/**
 * Start of the shortest maximal clear run that has `nr` bits, the leftmost of several. Looking ends
 * at a run of exactly `nr`. Source: lib/genalloc.c:gen_pool_best_fit.
 */
export const genPoolBestFit: GenAlgo = (map, size, start, nr) => {
  let best = size;
  let shortest = size + 1;
  let at = map.findNextZeroAreaOff(size, start, nr, 0, 0);
  while (at < size && shortest > nr) {
    const end = map.findNextBit(size, at + nr);
    if (end - at < shortest) {
      shortest = end - at;
      best = at;
    }
    at = map.findNextZeroAreaOff(size, end + 1, nr, 0, 0);
  }
  return best;
};

/**
 * Only the run `offset` bytes into the chunk, from which alone the kernel's own search starts. An
 * offset that is no multiple of the granule finds nothing (and warns in the kernel).
 * Source: lib/genalloc.c:gen_pool_fixed_alloc.
 */
export function genPoolFixedAlloc(offset: number): GenAlgo {
  return (map, size, start, nr, _chunk, pool) => {
    const bit = start + offset / pool.granule;
    const end = bit + nr;
    const fits = offset % pool.granule === 0 && end <= size;
    return fits && map.findNextBit(end, bit) === end ? bit : size;
  };
}

export class GenPool {
  /** Bytes that a bit stands for. */
  readonly granule: number;
  /** Newest first. */
  readonly #chunks: GenChunk[] = [];
  #algo: GenAlgo = genPoolFirstFit;
  #avail = 0;
  #size = 0;

  /** Granules of 2^minAllocOrder bytes. Source: lib/genalloc.c:gen_pool_create. */
  constructor(minAllocOrder: number) {
    this.granule = 2 ** minAllocOrder;
  }

  /** What `alloc` searches with; null: first fit. Source: lib/genalloc.c:gen_pool_set_algo. */
  setAlgo(algo: GenAlgo | null): void {
    this.#algo = algo ?? genPoolFirstFit;
  }

  /**
   * Adds a chunk that is searched before all others: `size` bytes (>= 1) at `virt`, `phys` if
   * known. Source: lib/genalloc.c:gen_pool_add_owner.
   */
  addVirt(virt: number, phys: number | null, size: number): void {
    this.#chunks.unshift(new GenChunk(virt, phys, size, this.granule));
    this.#avail += size;
    this.#size += size;
  }

  /** `allocAlgo` with the algorithm of the pool. Source: genalloc.h:gen_pool_alloc. */
  alloc(size: number): number | null {
    return this.allocAlgo(size, this.#algo);
  }

  /**
   * `size` bytes, rounded up to granules, of the newest chunk that has them in one run; null: none,
   * or a size of 0. In the kernel 0 means failure, so the first granule of a chunk at address 0 is
   * taken and never seen by the caller: null here as well (trap G-T4).
   * Source: lib/genalloc.c:gen_pool_alloc_algo_owner.
   */
  allocAlgo(size: number, algo: GenAlgo): number | null {
    if (size === 0) return null;
    const nr = Math.ceil(size / this.granule);
    for (const chunk of this.#chunks) {
      if (size > chunk.avail) continue;
      const end = chunk.bits.length;
      // From 0 in every chunk: where another one was given up means nothing here (trap G-T3).
      const bit = algo(chunk.bits, end, 0, nr, chunk, this);
      if (bit >= end) continue;
      chunk.bits.setRange(bit, nr);
      this.#account(chunk, -nr);
      const addr = chunk.start + bit * this.granule;
      return addr === 0 ? null : addr;
    }
    return null;
  }

  /**
   * Gives back what `alloc` handed out for `size` (any size with as many granules).
   * @throws GenPoolBug where the kernel stops: no chunk has `addr`, the range leaves its chunk, or
   * part of it is not handed out. Source: lib/genalloc.c:gen_pool_free_owner.
   */
  free(addr: number, size: number): void {
    const chunk = this.#chunkOf(addr);
    if (chunk === undefined) throw new GenPoolBug(`free of ${addr}: no chunk has it`);
    if (addr + size - 1 > chunk.end) throw new GenPoolBug(`free of ${addr}: leaves its chunk`);
    const bit = Math.floor((addr - chunk.start) / this.granule);
    const nr = Math.ceil(size / this.granule);
    const end = bit + nr;
    // Behind the whole granules nothing is ever handed out.
    if (end > chunk.bits.length || chunk.bits.findNextZeroBit(end, bit) < end) {
      throw new GenPoolBug(`free of ${addr}: not handed out`);
    }
    chunk.bits.clearRange(bit, nr);
    this.#account(chunk, nr);
  }

  /** Are `size` bytes (>= 1) from `addr` in one chunk? Source: lib/genalloc.c:gen_pool_has_addr. */
  hasAddr(addr: number, size: number): boolean {
    const chunk = this.#chunkOf(addr);
    return chunk !== undefined && addr + size - 1 <= chunk.end;
  }

  /** Null: no chunk has it, or not a known one. Source: lib/genalloc.c:gen_pool_virt_to_phys. */
  virtToPhys(addr: number): number | null {
    const chunk = this.#chunkOf(addr);
    const base = chunk?.phys ?? null;
    return base === null ? null : base + (addr - chunk!.start);
  }

  /** Bytes not handed out. Source: lib/genalloc.c:gen_pool_avail. */
  get avail(): number {
    return this.#avail;
  }

  /** Bytes of all chunks. Source: lib/genalloc.c:gen_pool_size. */
  get size(): number {
    return this.#size;
  }

  /**
   * @throws GenPoolBug when something is still handed out.
   * Source: lib/genalloc.c:gen_pool_destroy.
   */
  destroy(): void {
    for (const { bits, start } of this.#chunks) {
      if (bits.findNextBit(bits.length, 0) < bits.length) {
        throw new GenPoolBug(`destroy: the chunk at ${start} is in use`);
      }
    }
  }

  /** In the order of the searches: newest first. */
  chunks(): readonly GenChunk[] {
    return this.#chunks;
  }

  #chunkOf(addr: number): GenChunk | undefined {
    return this.#chunks.find(({ start, end }) => addr >= start && addr <= end);
  }

  #account(chunk: GenChunk, granules: number): void {
    chunk.avail += granules * this.granule;
    this.#avail += granules * this.granule;
  }
}
