/**
 * The CPU's data cache, in front of RAM: write-back, and lines are allocated by loads and stores
 * alike. It holds any number of lines and never drops one by itself: a line leaves when a program
 * says so (`evict`), and arrives unasked when a program says so (`prefetch`), so that a case means
 * the same in every run.
 *
 * Two maps of runs are the whole state: what the lines hold (ABSENT where no line is valid) and
 * which are dirty. Both change by whole lines only, except that a store changes single bytes of
 * lines that are valid by then. So costs follow the runs met, and 64 MiB that were filled are one
 * run and not a million lines. A clean line may differ from RAM: somebody else wrote there.
 *
 * Every operation is about all lines that meet its range; an empty range meets none.
 */
import { alignDown, alignUp, isPowerOfTwo } from '../contract/numbers.ts';
import type { Ram } from './ram.ts';
import { append, type Run, RunMap, sizeOf } from './run-map.ts';

/** What an invalid line holds: no byte. */
const ABSENT = -1;

const CLEAN = 0;
const DIRTY = 1;

/** Whole lines in a row: both numbers are multiples of the line. */
interface Lines {
  readonly start: number;
  readonly size: number;
}

export class CpuCache {
  /** Bytes of a line. */
  readonly line: number;
  readonly #ram: Ram;
  readonly #bytes = new RunMap(ABSENT);
  readonly #dirty = new RunMap(CLEAN);

  /** `line`: bytes of a line, a power of two; RangeError otherwise. */
  constructor(ram: Ram, line: number) {
    if (!isPowerOfTwo(line)) throw new RangeError(`line: ${line} is not a power of two`);
    this.#ram = ram;
    this.line = line;
  }

  /** A load: what the CPU sees. Lines that were missing are fetched, and stay. */
  read(start: number, size: number): Run[] {
    this.#fetch(this.#linesOf(start, size));
    return this.#bytes.read(start, size);
  }

  /** A store of `size` bytes `value`. */
  fill(start: number, size: number, value: number): void {
    this.write(start, [[value, size]]);
  }

  /**
   * A store of the bytes of `runs`, in order. Missing lines are fetched first, because the CPU
   * writes less than a line at a time; then all of them are dirty, and RAM is not touched.
   */
  write(start: number, runs: readonly Readonly<Run>[]): void {
    const lines = this.#linesOf(start, sizeOf(runs));
    this.#fetch(lines);
    this.#bytes.write(start, runs);
    this.#dirty.fill(lines.start, lines.size, DIRTY);
  }

  /** memmove by the CPU: loads of [from, from + size), then stores of the same to `to`. */
  copy(from: number, to: number, size: number): void {
    this.write(to, this.read(from, size));
  }

  /** A speculative fill: lines that are not valid are fetched and clean, the others stay. */
  prefetch(start: number, size: number): void {
    this.#fetch(this.#linesOf(start, size));
  }

  /** A line leaves on its own, as it may at any time: dirty bytes reach RAM. */
  evict(start: number, size: number): void {
    this.cleanInvalidate(start, size);
  }

  /**
   * Writes dirty lines back and keeps them, clean. Neighbours of the range in its first and last
   * line are written back, too. Source: arch/arm64/mm/cache.S:dcache_clean_poc.
   */
  clean(start: number, size: number): void {
    const lines = this.#linesOf(start, size);
    let at = lines.start;
    for (const [state, count] of this.#dirty.read(at, lines.size)) {
      if (state === DIRTY) this.#ram.write(at, this.#bytes.read(at, count));
      at += count;
    }
    this.#dirty.fill(lines.start, lines.size, CLEAN);
  }

  /**
   * Drops lines so that the next load fetches RAM. What the CPU stored to lines inside the range is
   * lost; a line the range covers only in part is written back first, because the rest of it is
   * somebody else's. Source: arch/arm64/mm/cache.S:dcache_inval_poc.
   */
  invalidate(start: number, size: number): void {
    if (size === 0) return;
    const end = start + size;
    if (start % this.line !== 0) this.clean(start, 1);
    if (end % this.line !== 0) this.clean(end - 1, 1);
    this.#drop(start, size);
  }

  /**
   * Writes dirty lines back, then drops all lines.
   * Source: arch/arm64/mm/cache.S:dcache_clean_inval_poc.
   */
  cleanInvalidate(start: number, size: number): void {
    this.clean(start, size);
    this.#drop(start, size);
  }

  /**
   * What a snoop of the bus finds: a valid line answers, clean or dirty; elsewhere RAM does. No
   * line changes.
   */
  snoop(start: number, size: number): Run[] {
    const runs: Run[] = [];
    let at = start;
    for (const [byte, count] of this.#bytes.read(start, size)) {
      const found: Run[] = byte === ABSENT ? this.#ram.read(at, count) : [[byte, count]];
      for (const run of found) append(runs, run);
      at += count;
    }
    return runs;
  }

  /** Is the line of this byte held? */
  isValid(address: number): boolean {
    return this.#bytes.read(address, 1)[0]![0] !== ABSENT;
  }

  /** Is the line of this byte held, and newer than RAM? */
  isDirty(address: number): boolean {
    return this.#dirty.read(address, 1)[0]![0] === DIRTY;
  }

  /** Runs held: what the simulation of this cache costs. 2 when it is empty. */
  get runs(): number {
    return this.#bytes.runs + this.#dirty.runs;
  }

  #fetch(lines: Lines): void {
    let at = lines.start;
    for (const [byte, count] of this.#bytes.read(at, lines.size)) {
      if (byte === ABSENT) this.#bytes.write(at, this.#ram.read(at, count));
      at += count;
    }
  }

  #drop(start: number, size: number): void {
    const lines = this.#linesOf(start, size);
    this.#bytes.fill(lines.start, lines.size, ABSENT);
    this.#dirty.fill(lines.start, lines.size, CLEAN);
  }

  /** The lines that meet a range. */
  #linesOf(start: number, size: number): Lines {
    const first = alignDown(start, this.line);
    const end = size === 0 ? first : alignUp(start + size, this.line);
    return { start: first, size: end - first };
  }
}
