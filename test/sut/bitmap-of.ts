/** Small bitmaps, written and read as lists of set bits. */
import { Bitmap } from '../../sut/lib/bitmap.ts';

/** A bitmap with these bits set. */
export function bitmapOf(length: number, ...set: readonly number[]): Bitmap {
  const map = new Bitmap(length);
  for (const bit of set) map.setRange(bit, 1);
  return map;
}

/** The set bits, found by the search. */
export function setBits(map: Bitmap): number[] {
  const bits: number[] = [];
  for (let k = map.findNextBit(map.length, 0); k < map.length; ) {
    bits.push(k);
    k = map.findNextBit(map.length, k + 1);
  }
  return bits;
}

/** The `nr` numbers from `start`. */
export const range = (start: number, nr: number) => Array.from({ length: nr }, (_, k) => start + k);
