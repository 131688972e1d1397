/**
 * A number for every physical byte, kept as runs of equal neighbours. Writing and reading cost the
 * number of runs met, not of bytes; a map nobody wrote to is a single run.
 */
import { ADDRESS_END } from '../contract/numbers.ts';

/** `count` bytes in a row that hold `value`. */
export type Run = [value: number, count: number];

/** Most arguments of one call: more of them would not fit the stack of every engine. */
const ARGUMENTS_MAX = 4096;

export class RunMap {
  /** Run i covers [starts[i], starts[i + 1]) and holds values[i]; neighbours differ. */
  readonly #starts: number[] = [0, ADDRESS_END];
  readonly #values: number[];

  /** Every byte holds `value`. */
  constructor(value: number) {
    this.#values = [value];
  }

  /** Every byte of [start, start + size) becomes `value`. */
  fill(start: number, size: number, value: number): void {
    if (size > 0) this.#replace(start + size, [start], [value]);
  }

  /** The bytes from `start` on become those of `runs`, in order. */
  write(start: number, runs: readonly Readonly<Run>[]): void {
    const starts: number[] = [];
    const values: number[] = [];
    let at = start;
    for (const [value, count] of runs) {
      if (count > 0 && value !== values.at(-1)) {
        starts.push(at);
        values.push(value);
      }
      at += count;
    }
    if (at > start) this.#replace(at, starts, values);
  }

  /** [to, to + size) becomes what [from, from + size) held before, also where the two overlap. */
  copy(from: number, to: number, size: number): void {
    this.write(to, this.read(from, size));
  }

  /** The bytes of [start, start + size) as `[value, count]` runs; neighbours differ. */
  read(start: number, size: number): Run[] {
    const runs: Run[] = [];
    const end = start + size;
    let at = start;
    for (let index = this.#find(start); at < end; index++) {
      const stop = Math.min(end, this.#starts[index + 1]!);
      runs.push([this.#values[index]!, stop - at]);
      at = stop;
    }
    return runs;
  }

  /** Runs held: what the map costs. */
  get runs(): number {
    return this.#values.length;
  }

  /** Piece i, from starts[i] to the next or to `end`, becomes values[i]; neighbours differ. */
  #replace(end: number, starts: number[], values: number[]): void {
    const start = starts[0]!;
    let first = this.#find(start);
    const last = this.#find(end - 1);
    const before = this.#values[first]!;
    const after = this.#values[last]!;
    if (this.#starts[first]! < start && before !== values[0]) first += 1;
    else if (this.#starts[first]! < start) starts[0] = this.#starts[first]!;
    else if (first > 0 && this.#values[first - 1] === values[0]) {
      first -= 1;
      starts[0] = this.#starts[first]!;
    }
    let stop = last + 1;
    if (end < this.#starts[stop]!) {
      if (after !== values.at(-1)) {
        starts.push(end);
        values.push(after);
      }
    } else if (stop < this.#values.length && this.#values[stop] === values.at(-1)) stop += 1;
    splice(this.#starts, first, stop - first, starts);
    splice(this.#values, first, stop - first, values);
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

/** Bytes of all runs together. */
export function sizeOf(runs: readonly Readonly<Run>[]): number {
  return runs.reduce((size, [, count]) => size + count, 0);
}

/** Adds a run at the end; equal neighbours become one. */
export function append(runs: Run[], [value, count]: Run): void {
  const last = runs.at(-1);
  if (last?.[0] === value) last[1] += count;
  else runs.push([value, count]);
}

/** Items [first, first + count) become `items`, of any number. */
function splice(array: number[], first: number, count: number, items: readonly number[]): void {
  if (items.length <= ARGUMENTS_MAX) {
    array.splice(first, count, ...items);
    return;
  }
  array.splice(first, count);
  for (let at = 0; at < items.length; at += ARGUMENTS_MAX) {
    array.splice(first + at, 0, ...items.slice(at, at + ARGUMENTS_MAX));
  }
}
