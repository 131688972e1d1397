/**
 * The same hardware, byte by byte and line by line: what RAM holds, what each line holds, whether
 * it is valid and whether it is dirty, in four arrays. Offsets count from the start of the memory.
 */
import { DIRT } from '../../hardware/ram.ts';
import type { Run } from '../../hardware/run-map.ts';
import type { Step } from './steps.ts';

export class ByteLines {
  readonly line: number;
  readonly ram: number[];
  readonly held: number[];
  readonly valid: boolean[];
  readonly dirty: boolean[];

  constructor(size: number, line: number) {
    this.line = line;
    this.ram = new Array(size).fill(DIRT);
    this.held = new Array(size).fill(-1);
    this.valid = new Array(size / line).fill(false);
    this.dirty = new Array(size / line).fill(false);
  }

  /** The bytes a read answers, nothing for other steps. */
  apply(step: Step): number[] {
    const range = bytesOf(step.start, step.size);
    const values = step.runs.flatMap(([value, count]) => new Array<number>(count).fill(value));
    switch (step.act) {
      case 'load':
        return this.#load(range);
      case 'fill':
        this.#store(step.start, new Array(step.size).fill(step.value));
        return [];
      case 'write':
        this.#store(step.start, values);
        return [];
      case 'copy':
        this.#store(step.start, this.#load(bytesOf(step.from, step.size)));
        return [];
      case 'prefetch':
        this.#load(range);
        return [];
      case 'evict':
      case 'cleanInvalidate':
      case 'beginUncached':
        for (const line of this.#linesOf(range)) this.#flush(line);
        return [];
      case 'clean':
        for (const line of this.#linesOf(range)) this.#clean(line);
        return [];
      case 'invalidate':
        this.#invalidate(range);
        return [];
      default:
        return this.#pastTheCache(step, range, values);
    }
  }

  /** What somebody who asks the cache first, and changes nothing, sees of a byte. */
  seen(byte: number): number {
    return this.valid[this.lineOf(byte)]! ? this.held[byte]! : this.ram[byte]!;
  }

  lineOf(byte: number): number {
    return Math.floor(byte / this.line);
  }

  /** Accesses of devices, and of the CPU through an uncached view. */
  #pastTheCache(step: Step, range: number[], values: number[]): number[] {
    switch (step.act) {
      case 'snoopRead':
        return range.map((byte) => this.seen(byte));
      case 'busRead':
      case 'uncachedRead':
        return range.map((byte) => this.ram[byte]!);
      case 'snoopFill':
        for (const line of this.#linesOf(range)) this.#flush(line);
        for (const byte of range) this.ram[byte] = step.value;
        return [];
      case 'busFill':
      case 'uncachedFill':
        for (const byte of range) this.ram[byte] = step.value;
        return [];
      case 'snoopWrite':
        for (const line of this.#linesOf(bytesOf(step.start, values.length))) this.#flush(line);
        for (const [i, value] of values.entries()) this.ram[step.start + i] = value;
        return [];
      case 'busWrite':
      case 'uncachedWrite':
        for (const [i, value] of values.entries()) this.ram[step.start + i] = value;
        return [];
      case 'uncachedCopy': {
        const copied = bytesOf(step.from, step.size).map((byte) => this.ram[byte]!);
        for (const [i, value] of copied.entries()) this.ram[step.start + i] = value;
        return [];
      }
      default:
        throw new Error(`no such step: ${step.act}`);
    }
  }

  #load(range: number[]): number[] {
    for (const line of this.#linesOf(range)) {
      if (this.valid[line]!) continue;
      for (const byte of this.#bytesIn(line)) this.held[byte] = this.ram[byte]!;
      this.valid[line] = true;
    }
    return range.map((byte) => this.held[byte]!);
  }

  #store(start: number, values: number[]): void {
    const range = bytesOf(start, values.length);
    this.#load(range);
    for (const line of this.#linesOf(range)) this.dirty[line] = true;
    for (const [i, value] of values.entries()) this.held[start + i] = value;
  }

  #clean(line: number): void {
    if (!this.dirty[line]!) return;
    for (const byte of this.#bytesIn(line)) this.ram[byte] = this.held[byte]!;
    this.dirty[line] = false;
  }

  #flush(line: number): void {
    this.#clean(line);
    this.#drop(line);
  }

  #invalidate(range: number[]): void {
    for (const line of this.#linesOf(range)) {
      const isWhole = this.#bytesIn(line).every((byte) => range.includes(byte));
      if (isWhole) this.#drop(line);
      else this.#flush(line);
    }
  }

  #drop(line: number): void {
    for (const byte of this.#bytesIn(line)) this.held[byte] = -1;
    this.valid[line] = false;
    this.dirty[line] = false;
  }

  #bytesIn(line: number): number[] {
    return bytesOf(line * this.line, this.line);
  }

  #linesOf(range: number[]): Set<number> {
    return new Set(range.map((byte) => this.lineOf(byte)));
  }
}

function bytesOf(start: number, size: number): number[] {
  return Array.from({ length: size }, (_, i) => start + i);
}

/** Bytes as runs; neighbours differ. */
export function runsOf(bytes: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (const byte of bytes) {
    const last = runs.at(-1);
    if (last?.[0] === byte) last[1] += 1;
    else runs.push([byte, 1]);
  }
  return runs;
}
