/**
 * gen_pool, literally (pools.md §4.1): chunks of granules that are taken or not, newest first, and
 * searches that try every granule.
 */

/** How to search. Bytes; `align` is a power of two. */
export type Algorithm =
  | { readonly kind: 'first-fit' | 'order-align' | 'best-fit' }
  | { readonly kind: 'align'; readonly align: number }
  | { readonly kind: 'fixed'; readonly offset: number };

export interface ReferenceChunk {
  readonly start: number;
  readonly size: number;
  readonly phys: number | null;
  avail: number;
  /** Granule by granule: taken? */
  readonly taken: boolean[];
}

export class ReferenceGenPool {
  readonly granule: number;
  readonly chunks: ReferenceChunk[] = [];
  algorithm: Algorithm = { kind: 'first-fit' };

  constructor(minAllocOrder: number) {
    this.granule = 2 ** minAllocOrder;
  }

  addVirt(start: number, phys: number | null, size: number): void {
    const granules = Math.floor(size / this.granule);
    const taken = new Array<boolean>(granules).fill(false);
    this.chunks.unshift({ start, size, phys, avail: size, taken });
  }

  /** Address; null: none. What begins at address 0 is taken, and looks like none. */
  alloc(size: number, algorithm: Algorithm = this.algorithm): number | null {
    if (size === 0) return null;
    const n = Math.ceil(size / this.granule);
    for (const chunk of this.chunks) {
      if (size > chunk.avail) continue;
      const bit = this.find(chunk, n, algorithm);
      if (bit === null) continue;
      chunk.taken.fill(true, bit, bit + n);
      chunk.avail -= n * this.granule;
      const address = chunk.start + bit * this.granule;
      return address === 0 ? null : address;
    }
    return null;
  }

  /** Granule of the chunk where `n` of them begin; null: none. */
  find(chunk: ReferenceChunk, n: number, algorithm: Algorithm): number | null {
    if (algorithm.kind === 'best-fit') return bestFit(chunk.taken, n);
    for (let bit = 0; bit + n <= chunk.taken.length; bit++) {
      if (this.allows(chunk, bit, n, algorithm) && isFree(chunk.taken, bit, n)) return bit;
    }
    return null;
  }

  /** May `n` granules begin here? */
  private allows(chunk: ReferenceChunk, bit: number, n: number, algorithm: Algorithm): boolean {
    switch (algorithm.kind) {
      case 'align': {
        const granules = Math.ceil(algorithm.align / this.granule);
        const before = Math.floor((chunk.start % algorithm.align) / this.granule);
        return (bit + before) % granules === 0;
      }
      case 'order-align':
        return bit % nextPowerOfTwo(n) === 0;
      case 'fixed':
        return bit * this.granule === algorithm.offset;
      default:
        return true;
    }
  }

  /** Does the kernel stop there: no such chunk, beyond its end, or not taken? */
  stopsAtFree(address: number, size: number): boolean {
    const chunk = this.chunkOf(address);
    if (chunk === undefined || address + size > chunk.start + chunk.size) return true;
    const { bit, n } = this.granulesOf(chunk, address, size);
    for (let k = bit; k < bit + n; k++) if (chunk.taken[k] !== true) return true;
    return false;
  }

  /** Nothing the kernel stops at. */
  free(address: number, size: number): void {
    const chunk = this.chunkOf(address)!;
    const { bit, n } = this.granulesOf(chunk, address, size);
    chunk.taken.fill(false, bit, bit + n);
    chunk.avail += n * this.granule;
  }

  private granulesOf(chunk: ReferenceChunk, address: number, size: number) {
    const bit = Math.floor((address - chunk.start) / this.granule);
    return { bit, n: Math.ceil(size / this.granule) };
  }

  hasAddr(address: number, size: number): boolean {
    const chunk = this.chunkOf(address);
    return chunk !== undefined && address + size <= chunk.start + chunk.size;
  }

  virtToPhys(address: number): number | null {
    const chunk = this.chunkOf(address);
    if (chunk === undefined || chunk.phys === null) return null;
    return chunk.phys + (address - chunk.start);
  }

  avail(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.avail, 0);
  }

  size(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.size, 0);
  }

  /** Does the kernel stop at destroying it, because something is taken? */
  stopsAtDestroy(): boolean {
    return this.chunks.some(({ taken }) => taken.includes(true));
  }

  private chunkOf(address: number): ReferenceChunk | undefined {
    return this.chunks.find(({ start, size }) => address >= start && address < start + size);
  }
}

function isFree(taken: readonly boolean[], bit: number, n: number): boolean {
  for (let k = bit; k < bit + n; k++) if (taken[k] !== false) return false;
  return true;
}

/** Start of the shortest run of free granules that has `n`, the first of several. */
function bestFit(taken: readonly boolean[], n: number): number | null {
  let best: { start: number; length: number } | null = null;
  for (let start = 0; start < taken.length; start++) {
    if (taken[start] || (start > 0 && !taken[start - 1])) continue;
    let length = 0;
    while (taken[start + length] === false) length++;
    if (length >= n && (best === null || length < best.length)) best = { start, length };
  }
  return best?.start ?? null;
}

function nextPowerOfTwo(n: number): number {
  let power = 1;
  while (power < n) power *= 2;
  return power;
}
