/**
 * Simulated RAM: what every physical byte holds, as runs. Filling and reading cost the number of
 * runs met, not of bytes; an untouched machine is a single run.
 */
import { ADDRESS_END } from '../contract/numbers.ts';

/** What memory nobody wrote holds: never 0, so that a missing clear shows. */
export const DIRT = 0xa5;

export class Ram {
  /** Run i covers [starts[i], starts[i + 1]) and holds values[i]; neighbours differ. */
  readonly #starts: number[] = [0, ADDRESS_END];
  readonly #values: number[] = [DIRT];

  /** Every byte of [start, start + size) becomes `value`. */
  fill(start: number, size: number, value: number): void {
    if (size === 0) return;
    const end = start + size;
    let first = this.#find(start);
    const last = this.#find(end - 1);
    const before = this.#values[first]!;
    const after = this.#values[last]!;
    const starts = [start];
    const values = [value];
    if (this.#starts[first]! < start && before !== value) first += 1;
    else if (this.#starts[first]! < start) starts[0] = this.#starts[first]!;
    else if (first > 0 && this.#values[first - 1] === value) {
      first -= 1;
      starts[0] = this.#starts[first]!;
    }
    let stop = last + 1;
    if (end < this.#starts[last + 1]!) {
      if (after !== value) {
        starts.push(end);
        values.push(after);
      }
    } else if (stop < this.#values.length && this.#values[stop] === value) stop += 1;
    this.#starts.splice(first, stop - first, ...starts);
    this.#values.splice(first, stop - first, ...values);
  }

  /** The bytes of [start, start + size) as `[value, count]` runs. */
  read(start: number, size: number): [value: number, count: number][] {
    const runs: [number, number][] = [];
    const end = start + size;
    let at = start;
    for (let index = this.#find(start); at < end; index++) {
      const stop = Math.min(end, this.#starts[index + 1]!);
      runs.push([this.#values[index]!, stop - at]);
      at = stop;
    }
    return runs;
  }

  /** Runs held: what the simulation of this machine costs. */
  get runs(): number {
    return this.#values.length;
  }

  /** Index of the run that holds the byte. */
  #find(address: number): number {
    let low = 0;
    let high = this.#values.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#starts[middle]! <= address) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
