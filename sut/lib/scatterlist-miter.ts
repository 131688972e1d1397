/**
 * The mapping iterator: piece by piece through the bytes of a list, with a caller that may take
 * less than it is offered. Source: lib/scatterlist.c:sg_miter_start and below, Linux 6.12.
 *
 * Not kept: flags, which only decide about warnings and flushes of virtually indexed caches.
 *
 * An entry without bytes behind a whole number (>= 1) of pages, which splitting makes, confuses the
 * kernel's count of pages: it passes over the first page of the next entry. Here it does not.
 */
import type { SgTable } from './scatterlist.ts';

export class SgMappingIter {
  readonly #table: SgTable;
  readonly #end: number;
  /** The entry looked at; -1 before the first one. */
  #index = -1;
  /** Bytes of it that are passed, and those that are not. */
  #passed = 0;
  #left = 0;
  #length = 0;
  /** Bytes of the piece that the caller used: all, unless it says otherwise before going on. */
  consumed = 0;

  /** Source: lib/scatterlist.c:sg_miter_start. */
  constructor(table: SgTable, nents: number) {
    this.#table = table;
    this.#end = Math.min(nents, table.end);
  }

  /** Physical address of the piece. */
  get phys(): number {
    return this.#table.phys(this.#index) + this.#passed;
  }

  /** Bytes of the piece: within a page and an entry; 0 for an entry of none, and when stopped. */
  get length(): number {
    return this.#length;
  }

  /** Is there another piece? Goes to it. Source: lib/scatterlist.c:sg_miter_next. */
  next(): boolean {
    this.stop();
    if (!this.#look()) return false;
    this.#length = this.#piece();
    this.consumed = this.#length;
    return true;
  }

  /**
   * Passes over `bytes` from where the caller stopped; false: the list has fewer. Then `next` is to
   * be called. Source: lib/scatterlist.c:sg_miter_skip.
   */
  skip(bytes: number): boolean {
    this.stop();
    let wanted = bytes;
    while (wanted > 0) {
      if (!this.#look()) return false;
      const passed = Math.min(wanted, this.#left);
      this.#pass(passed);
      wanted -= passed;
    }
    return true;
  }

  /** What was consumed is passed. Source: lib/scatterlist.c:sg_miter_stop. */
  stop(): void {
    this.#pass(this.consumed);
    this.#length = 0;
    this.consumed = 0;
  }

  #pass(bytes: number): void {
    this.#passed += bytes;
    this.#left -= bytes;
  }

  #piece(): number {
    const { pageSize } = this.#table;
    return Math.min(this.#left, pageSize - (this.phys % pageSize));
  }

  /** At an entry with something left, or at the next one that covers a page at all. */
  #look(): boolean {
    const table = this.#table;
    while (this.#left === 0) {
      if (this.#index + 1 >= this.#end) return false;
      this.#index++;
      this.#passed = 0;
      this.#left = table.length(this.#index);
      if (this.#left === 0 && table.offset(this.#index) > 0) return true;
    }
    return true;
  }
}
