// Goal: simulated RAM holds what was written last. Method: random fills beside an array of bytes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIRT, Ram } from '../../hardware/ram.ts';

const SIZE = 64;
const fill = fc.record({
  start: fc.integer({ min: 0, max: SIZE - 1 }),
  size: fc.integer({ min: 0, max: SIZE }),
  value: fc.integer({ min: 0, max: 3 }),
});

describe('RAM as runs', () => {
  it('equals an array of bytes after any fills', () => {
    fc.assert(
      fc.property(fc.array(fill, { size: 'max', maxLength: 40 }), (fills) => {
        const ram = new Ram();
        const bytes = new Array<number>(2 * SIZE).fill(DIRT);
        for (const { start, size, value } of fills) {
          ram.fill(start, size, value);
          bytes.fill(value, start, start + size);
          const read = ram.read(0, 2 * SIZE).flatMap(([v, n]) => new Array<number>(n).fill(v));
          expect(read).toEqual(bytes);
          const changes = bytes.filter((byte, i) => i > 0 && byte !== bytes[i - 1]).length;
          // Nothing is kept twice: the cost is the runs there are.
          expect(ram.runs).toBe(changes + 1);
        }
      }),
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
});
