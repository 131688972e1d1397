/**
 * Goal: copying, cutting and indexing keep and drop exactly the right bits. Method: the situations
 * of the three faults that kernels had there, and the edges around them.
 */
import { describe, expect, test } from 'vitest';
import { Bitmap, offsetToIndex } from '../../sut/lib/bitmap.ts';
import { bitmapOf, range, setBits } from './bitmap-of.ts';

describe('copies', () => {
  test('a prefix of 65 of 128 set bits leaves nothing else in 256', () => {
    const source = bitmapOf(128, ...range(0, 128));
    const target = bitmapOf(256, 66, 200, 255);
    target.copyPrefixFrom(source, 65);
    expect(setBits(target)).toEqual(range(0, 65));
  });

  test('a prefix of a map onto itself clears its tail', () => {
    const map = bitmapOf(70, ...range(0, 70));
    map.copyPrefixFrom(map, 33);
    expect(map.count()).toBe(33);
    map.copyPrefixFrom(map, 0);
    expect(map.count()).toBe(0);
  });

  test('a prefix that fills the map exactly brings nothing beyond it', () => {
    const source = bitmapOf(96, ...range(0, 96));
    const target = new Bitmap(70);
    target.copyPrefixFrom(source, 70);
    expect(target.count()).toBe(70);
  });

  test('a cut of 7 at 5 in place keeps the bits below it', () => {
    const map = bitmapOf(128, 1, 4, 6, 12, 40, 127);
    map.cut(map, 5, 7, 128);
    expect(setBits(map)).toEqual([1, 4, 5, 33, 120]);
  });

  test('a cut leaves the bits from nbits on', () => {
    const source = bitmapOf(64, 0, 10, 50);
    const target = bitmapOf(100, 1, 45, 60, 99);
    target.cut(source, 5, 3, 45);
    expect(setBits(target)).toEqual([0, 7, 45, 60, 99]);
  });

  test('cutting more than there is leaves what lies before', () => {
    const map = bitmapOf(64, 3, 33, 63);
    map.cut(map, 33, 1000, 64);
    expect(setBits(map)).toEqual([3]);
    expect(() => map.cut(map, 64, 1, 64)).toThrow(RangeError);
  });
});

describe('offsetToIndex', () => {
  test.each([
    [2 ** 40, 39, 2],
    [2 ** 40 - 1, 39, 1],
    [2 ** 52, 52, 1],
    [2 ** 53 - 1, 0, 2 ** 53 - 1],
    [2 ** 53 - 1, 31, 2 ** 22 - 1],
    [4095, 12, 0],
  ])('byte %d with page shift %i', (offset, shift, index) => {
    expect(offsetToIndex(offset, shift)).toBe(index);
  });
});
