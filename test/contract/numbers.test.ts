// Goal: the arithmetic on addresses is exact for all safe integers. Method: against BigInt.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alignDown,
  alignUp,
  bitsOfMask,
  ceilLog2,
  endsWithin,
  floorLog2,
  isPowerOfTwo,
  maskOfBits,
  minNotZero,
  orderOf,
  UNLIMITED,
} from '../../contract/numbers.ts';

const safe = fc.maxSafeNat();
/** Near powers of two, where logarithms in floating point go wrong. */
const edge = fc
  .tuple(fc.integer({ min: 0, max: 53 }), fc.integer({ min: -2, max: 2 }))
  .map(([bits, off]) => Math.min(Math.max(2 ** bits + off, 1), UNLIMITED));
const value = fc.oneof(safe, edge).filter((n) => n >= 1);
const step = fc.oneof(
  fc.constantFrom(1, 3, 2048, 4096, 65536),
  fc.integer({ min: 1, max: 2 ** 31 }),
);
const page = fc.constantFrom(4096, 16384, 65536);

describe('exact numbers', () => {
  it('alignDown and alignUp agree with BigInt', () => {
    fc.assert(
      fc.property(value, step, (n, s) => {
        const down = (BigInt(n) / BigInt(s)) * BigInt(s);
        expect(BigInt(alignDown(n, s))).toBe(down);
        const up = down === BigInt(n) ? down : down + BigInt(s);
        if (up <= BigInt(UNLIMITED)) expect(BigInt(alignUp(n, s))).toBe(up);
      }),
    );
  });

  it('floorLog2, ceilLog2 and isPowerOfTwo agree with the binary text', () => {
    fc.assert(
      fc.property(value, (n) => {
        const text = BigInt(n).toString(2);
        const power = /^10*$/.test(text);
        expect(floorLog2(n)).toBe(text.length - 1);
        expect(ceilLog2(n)).toBe(power ? text.length - 1 : text.length);
        expect(isPowerOfTwo(n)).toBe(power);
      }),
    );
  });

  it('orderOf is the smallest order that holds the size', () => {
    fc.assert(
      fc.property(value, page, (size, pageSize) => {
        const order = orderOf(size, pageSize);
        expect(BigInt(pageSize) * 2n ** BigInt(order) >= BigInt(size)).toBe(true);
        if (order > 0) {
          expect(BigInt(pageSize) * 2n ** BigInt(order - 1) < BigInt(size)).toBe(true);
        }
      }),
    );
  });

  it('sizes to orders (4 KiB): the vectors of the specification', () => {
    const orders = [1, 4096, 4097, 12288, 20480].map((size) => orderOf(size, 4096));
    expect(orders).toEqual([0, 0, 1, 2, 3]);
  });

  it('endsWithin compares the last byte without leaving the safe integers', () => {
    fc.assert(
      fc.property(fc.oneof(safe, edge), value, fc.oneof(safe, edge), (start, size, limit) => {
        const fits = BigInt(start) + BigInt(size) - 1n <= BigInt(limit);
        expect(endsWithin(start, size, limit)).toBe(fits);
      }),
    );
  });

  it('masks: every width, and back', () => {
    for (let bits = 0; bits <= 52; bits++) {
      expect(BigInt(maskOfBits(bits))).toBe(2n ** BigInt(bits) - 1n);
      expect(bitsOfMask(maskOfBits(bits))).toBe(bits);
    }
    for (let bits = 53; bits <= 64; bits++) expect(maskOfBits(bits)).toBe(UNLIMITED);
    expect(bitsOfMask(UNLIMITED)).toBe(64);
    expect(bitsOfMask(0x3005ffff)).toBeUndefined();
  });

  it('minNotZero: 0 is no limit, and 0 only when both are', () => {
    expect([minNotZero(0, 5), minNotZero(5, 0), minNotZero(3, 5), minNotZero(0, 0)]).toEqual([
      5, 5, 3, 0,
    ]);
  });
});
