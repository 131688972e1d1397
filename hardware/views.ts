/**
 * What the CPU's loads and stores of a mapping go through. The linear map of memory is cached. A
 * mapping for write-combining, or one that is not cached at all, goes straight to RAM: both hold no
 * lines, and how stores are merged on the way shows to nobody. Two views of one memory do not know
 * of each other: a line of the cached one hides what the uncached one stores.
 */
import type { CpuCache } from './cache.ts';
import type { Ram } from './ram.ts';
import type { Run } from './run-map.ts';

/** Loads and stores, by physical address. */
export interface CpuView {
  /** A load. */
  read(start: number, size: number): Run[];
  /** A store of `size` bytes `value`. */
  fill(start: number, size: number, value: number): void;
  /** A store of the bytes of `runs`, in order. */
  write(start: number, runs: readonly Readonly<Run>[]): void;
  /** memmove within the view. */
  copy(from: number, to: number, size: number): void;
}

export class CpuViews {
  readonly cached: CpuView;
  readonly uncached: CpuView;
  readonly #cache: CpuCache;

  constructor(ram: Ram, cache: CpuCache) {
    this.cached = cache;
    this.uncached = ram;
    this.#cache = cache;
  }

  /**
   * To be called before [start, start + size) gets an uncached view: lines of its linear alias are
   * written back, so that the new view shows what was stored, and dropped, so that none of them
   * comes back over what it stores. Source: include/linux/dma-map-ops.h:arch_dma_prep_coherent.
   */
  beginUncached(start: number, size: number): void {
    this.#cache.cleanInvalidate(start, size);
  }
}
