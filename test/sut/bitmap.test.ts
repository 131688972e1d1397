/**
 * Goal: the bitmap answers what Linux's primitives answer. Method: the vectors of the pool
 * specification (V-F, V-P) by name, then the edges that generated programs might hide.
 */
import { describe, expect, test } from 'vitest';
import { orderOf } from '../../contract/numbers.ts';
import { ReferenceBitmap } from '../../model/reference/bitmap.ts';
import { Bitmap } from '../../sut/lib/bitmap.ts';
import { bitmapOf, range, setBits } from './bitmap-of.ts';

describe('V-F', () => {
  const mixed = bitmapOf(16, 0, 1, 4, 5, 6, 7);
  const word = bitmapOf(128, 63);
  const full = bitmapOf(8, ...range(0, 8));
  const empty = bitmapOf(8);
  const one = bitmapOf(16, 0);
  test.each([
    ['{0,1,4..7} nr 2', mixed, [16, 0, 2, 0, 0], 2],
    ['{0,1,4..7} nr 3', mixed, [16, 0, 3, 0, 0], 8],
    ['{0,1,4..7} nr 4 mask 3', mixed, [16, 0, 4, 3, 0], 8],
    ['{0,1,4..7} start 3 nr 2', mixed, [16, 3, 2, 0, 0], 8],
    ['{63} start 60 nr 10', word, [128, 60, 10, 0, 0], 64],
    ['full nr 1', full, [8, 0, 1, 0, 0], 9],
    ['full nr 0', full, [8, 0, 0, 0, 0], 8],
    ['empty nr 8 mask 3', empty, [8, 0, 8, 3, 0], 0],
    ['empty nr 9 mask 3', empty, [8, 0, 9, 3, 0], 9],
    ['empty nr 0 mask 3', empty, [8, 0, 0, 3, 0], 0],
    ['{0} nr 4 mask 7 off 3', one, [16, 0, 4, 7, 3], 5],
  ] as const)('area %s', (_name, map, operands, result) => {
    const [size, start, nr, mask, off] = operands;
    expect(map.findNextZeroAreaOff(size, start, nr, mask, off)).toBe(result);
  });

  test('{0}, allocate_region at the unaligned 1 of order 1 succeeds', () => {
    const map = bitmapOf(16, 0);
    expect(map.allocateRegion(1, 1)).toBe(true);
    expect(setBits(map)).toEqual([0, 1, 2]);
  });

  test('order 52 is a precondition here: refused, map unchanged', () => {
    const map = bitmapOf(16, 0);
    expect(() => map.findFreeRegion(16, 52)).toThrow(RangeError);
    expect(setBits(map)).toEqual([0]);
  });
});

describe('V-P', () => {
  const alloc = (map: Bitmap, ...orders: readonly number[]) =>
    orders.map((order) => map.findFreeRegion(map.length, order));

  test('16 pages', () => {
    const map = new Bitmap(16);
    expect(alloc(map, 0, 2, 1, 0, 3)).toEqual([0, 4, 2, 1, 8]);
    expect(map.count()).toBe(16);
    map.releaseRegion(0, 0);
    map.releaseRegion(2, 1);
    expect(setBits(map)).toEqual([1, ...range(4, 12)]);
    expect(alloc(map, 1, 0)).toEqual([2, 0]);
  });

  test('13 pages', () => {
    expect(alloc(new Bitmap(13), 3, 3, 2, 1, 0, 0)).toEqual([0, -1, 8, -1, 12, -1]);
  });

  test('3 pages', () => {
    expect(alloc(new Bitmap(3), 2, 1, 1, 0, 0)).toEqual([-1, 0, -1, 2, -1]);
  });

  test('sizes to orders', () => {
    const orders = [1, 4096, 4097, 12288, 20480].map((size) => orderOf(size, 4096));
    expect(orders).toEqual([0, 0, 1, 2, 3]);
  });
});

describe('regions', () => {
  test.each([0, 1, 31, 32, 33, 64, 1023, 1024, 1025, 32768, 32769])(
    'in %i free bits the largest order that fits is found at 0, the next one nowhere',
    (length) => {
      for (let order = 0; order < 32; order++) {
        const map = new Bitmap(length);
        const fits = 2 ** order <= length;
        expect(map.findFreeRegion(length, order)).toBe(fits ? 0 : -1);
        expect(map.count()).toBe(fits ? 2 ** order : 0);
      }
    },
  );

  test('a region never reaches beyond the bits it was asked for', () => {
    const map = new Bitmap(1024);
    expect(map.findFreeRegion(1023, 10)).toBe(-1);
    expect(map.findFreeRegion(511, 9)).toBe(-1);
    expect(map.findFreeRegion(0, 0)).toBe(-1);
    expect(map.count()).toBe(0);
  });

  test('one taken page hides its block at every order, and freeing it brings all back', () => {
    const map = new Bitmap(2 ** 15);
    map.setRange(12345, 1);
    for (let order = 0; order <= 14; order++) {
      const size = 2 ** order;
      const block = Math.floor(12345 / size);
      map.setRange(0, block * size);
      expect(map.findFreeRegion(map.length, order)).toBe((block + 1) * size);
      map.clearRange(0, map.length);
      map.setRange(12345, 1);
    }
    map.clearRange(12345, 1);
    expect(map.findFreeRegion(map.length, 15)).toBe(0);
  });

  test('a busy region is refused and left alone', () => {
    const map = bitmapOf(100, 70);
    expect(map.allocateRegion(39, 5)).toBe(false);
    expect(setBits(map)).toEqual([70]);
    expect(map.allocateRegion(38, 5)).toBe(true);
    expect(map.count()).toBe(33);
  });

  test.each([-1, 32, 52])('order %i is a mistake of the caller', (order) => {
    expect(() => new Bitmap(8).allocateRegion(0, order)).toThrow(/expected 0\.\.31/);
    expect(() => new Bitmap(8).releaseRegion(0, order)).toThrow(/expected 0\.\.31/);
  });

  test.each([-1, 1.5, 2 ** 31, Number.NaN])('length %d is a mistake of the caller', (length) => {
    expect(() => new Bitmap(length)).toThrow(RangeError);
  });
});

describe('searches', () => {
  test('ends at the size, whatever lies beyond it (F-I2)', () => {
    const map = new Bitmap(2000);
    map.setRange(65, 1000);
    expect(map.findNextBit(65, 0)).toBe(65);
    expect(map.findNextZeroBit(80, 70)).toBe(80);
    expect(map.findNextZeroAreaOff(65, 0, 65, 0, 0)).toBe(0);
    expect(map.findNextBit(10, 50)).toBe(10);
    expect(map.findNextZeroBit(10, 50)).toBe(10);
  });

  test('skips free and full chunks on all levels', () => {
    const map = new Bitmap(2 ** 20);
    map.setRange(2 ** 20 - 1, 1);
    expect(map.findNextBit(map.length, 3)).toBe(2 ** 20 - 1);
    map.setRange(0, 2 ** 20 - 2);
    expect(map.findNextZeroBit(map.length, 3)).toBe(2 ** 20 - 2);
    expect(map.count()).toBe(2 ** 20 - 1);
  });

  test('answers from everywhere in a deep map what the definition answers', () => {
    const length = 2 ** 15 + 37;
    const map = new Bitmap(length);
    const expected = new ReferenceBitmap(length);
    // Powers of two apart, each run longer than the one before: every level has both values.
    for (let start = 1; start < length; start *= 2) {
      const nr = Math.min(Math.floor(start / 3) + 1, length - start);
      map.setRange(start, nr);
      expected.setRange(start, nr);
    }
    for (let start = 0; start < length; start += 31) {
      expect(map.findNextBit(length, start)).toBe(expected.findNextBit(length, start));
      expect(map.findNextZeroBit(length, start)).toBe(expected.findNextZeroBit(length, start));
    }
  });

  test('restarts behind the first taken bit of the window (F-T4)', () => {
    // 5..8 is free; a restart behind the whole window 0..3 would be at 4, behind 4..7 at 8.
    expect(bitmapOf(16, 1, 4, 9).findNextZeroAreaOff(16, 0, 4, 0, 0)).toBe(5);
  });
});
