/**
 * Runs: neighbouring free blocks of the largest order that also follow one another on their list,
 * upwards or downwards, kept as one node. Such blocks never merge, so nobody looks for them by
 * their pages, and memory that was never touched costs one run per range and zone (boot gives it
 * upwards to the tail; frees give it downwards to the head).
 */
import type { BlockTable } from './block-table.ts';

export interface Run {
  start: number;
  end: number;
  /** On the list, the highest block comes first. */
  readonly descending: boolean;
  node: number;
}

export class BlockRuns {
  readonly #table: BlockTable;
  /** Pages of a block. */
  readonly #step: number;
  /** Disjoint, ascending. */
  readonly #runs: Run[] = [];

  constructor(table: BlockTable, step: number) {
    this.#table = table;
    this.#step = step;
  }

  /** Puts the blocks of [start, end) on a list: upwards at its tail, or downwards at its head. */
  add(start: number, end: number, list: number, toTail: boolean): void {
    const node = this.#table.insertRun(start, list, toTail);
    this.#runs.splice(this.#after(start), 0, { start, end, descending: !toTail, node });
  }

  /** The run that holds this page. */
  around(pfn: number): Run | undefined {
    const run = this.#runs[this.#after(pfn) - 1];
    return run !== undefined && pfn < run.end ? run : undefined;
  }

  /** Takes the block of the run that comes first on the list; answers its first page. */
  takeFirst(node: number): number {
    const run = this.around(this.#table.pfn(node))!;
    const pfn = run.descending ? run.end - this.#step : run.start;
    this.cut(run, pfn, pfn + this.#step);
    return pfn;
  }

  /** Takes the blocks of [from, to) out of a run that holds them; the others keep their places. */
  cut(run: Run, from: number, to: number): void {
    const { start, end, descending, node } = run;
    if (from === start && to === end) {
      this.#table.remove(node);
      this.#runs.splice(this.#after(start) - 1, 1);
    } else if (from === start) {
      run.start = to;
      this.#table.setRunStart(node, to);
    } else {
      run.end = from;
      if (to === end) return;
      const upper = this.#table.insertRunBeside(to, node, !descending);
      this.#runs.splice(this.#after(start), 0, { start: to, end, descending, node: upper });
    }
  }

  /** The first pages of the blocks of a run, in the order of the list. */
  *blocks(node: number): Generator<number> {
    const { start, end, descending } = this.around(this.#table.pfn(node))!;
    for (let done = 0; done < end - start; done += this.#step) {
      yield descending ? end - this.#step - done : start + done;
    }
  }

  /** Number of runs that start at or below this page. */
  #after(pfn: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#runs[middle]!.start <= pfn) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
