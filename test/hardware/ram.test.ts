/**
 * Goal: simulated RAM holds what was written last, at the cost of runs. Method: random fills,
 * writes and copies beside an array of bytes; then sizes that no array would survive.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIRT, Ram } from '../../hardware/ram.ts';
import type { Run } from '../../hardware/run-map.ts';

const SIZE = 64;
const place = fc.integer({ min: 0, max: SIZE - 1 });
const size = fc.integer({ min: 0, max: SIZE });
const value = fc.integer({ min: 0, max: 3 });
const run: fc.Arbitrary<Run> = fc.tuple(value, fc.integer({ min: 0, max: SIZE / 8 }));
const call = fc.oneof(
  fc.record({ is: fc.constant('fill'), start: place, size, value }),
  fc.record({ is: fc.constant('write'), start: place, runs: fc.array(run, { maxLength: 8 }) }),
  fc.record({ is: fc.constant('copy'), from: place, to: place, size }),
);
type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;

function apply(ram: Ram, bytes: number[], call: Call): void {
  if ('value' in call) {
    ram.fill(call.start, call.size, call.value);
    bytes.fill(call.value, call.start, call.start + call.size);
  } else if ('runs' in call) {
    ram.write(call.start, call.runs);
    const written = call.runs.flatMap(([v, n]) => new Array<number>(n).fill(v));
    bytes.splice(call.start, written.length, ...written);
  } else {
    ram.copy(call.from, call.to, call.size);
    bytes.copyWithin(call.to, call.from, call.from + call.size);
  }
}

describe('RAM as runs', () => {
  it('equals an array of bytes after any calls', () => {
    fc.assert(
      fc.property(fc.array(call, { size: 'max', maxLength: 40 }), (calls) => {
        const ram = new Ram();
        const bytes = new Array<number>(2 * SIZE).fill(DIRT);
        for (const call of calls) {
          apply(ram, bytes, call);
          const read = ram.read(0, 2 * SIZE).flatMap(([v, n]) => new Array<number>(n).fill(v));
          expect(read).toEqual(bytes);
          const changes = bytes.filter((byte, i) => i > 0 && byte !== bytes[i - 1]).length;
          // Nothing is kept twice: the cost is the runs there are.
          expect(ram.runs).toBe(changes + 1);
        }
      }),
      { seed: 1 },
    );
  });

  it('a terabyte costs one run', () => {
    const ram = new Ram();
    ram.fill(2 ** 41, 2 ** 40, 0);
    expect(ram.runs).toBe(3);
    expect(ram.read(2 ** 41 - 1, 2)).toEqual([
      [DIRT, 1],
      [0, 1],
    ]);
  });

  it('a terabyte is moved over itself', () => {
    const ram = new Ram();
    ram.write(2 ** 41, [
      [1, 2 ** 40],
      [2, 2 ** 40],
    ]);
    ram.copy(2 ** 41, 2 ** 41 + 1, 2 ** 41);
    expect(ram.read(2 ** 41, 2 ** 41 + 2)).toEqual([
      [1, 2 ** 40 + 1],
      [2, 2 ** 40],
      [DIRT, 1],
    ]);
    expect(ram.runs).toBe(4);
  });

  it('more runs than a call has arguments', () => {
    const ram = new Ram();
    const runs = Array.from({ length: 200_001 }, (_, i): Run => [i % 3, 1 + (i % 2)]);
    ram.fill(0, 2 ** 20, 9);
    ram.write(7, runs);
    expect(ram.read(7, 300_001).join(' ') === runs.join(' ')).toBe(true);
    expect(ram.runs).toBe(runs.length + 3);
  });
});
