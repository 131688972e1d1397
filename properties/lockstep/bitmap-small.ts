/**
 * Short programs on small maps, simplest first. Shrinking ends where the draw led it; the first of
 * these that breaks the same law is the same for every seed.
 */
import { type BitmapCall, lawOf } from './bitmap-calls.ts';
import type { BitmapProgram } from './bitmap-programs.ts';

const LENGTHS = [2, 4, 33, 65, 96, 1056];
/** Positions and counts worth a try on a map of that length. */
const edges = (length: number) =>
  [0, 1, 2, 31, 32, 33, 64, length - 1, length].filter(
    (n, i, all) => n >= 0 && n <= length && all.indexOf(n) === i,
  );

/** One range of set bits in the first map, then one call that the law judges. */
export function* smallPrograms(law: string): Generator<BitmapProgram> {
  for (const length of LENGTHS) {
    for (const start of edges(length)) {
      for (const nr of [1, length - start]) {
        if (nr < 1 || start + nr > length) continue;
        const set: BitmapCall = { on: 0, name: 'setRange', start, nr };
        for (const call of lastCalls(length)) {
          if (lawOf(call, length) !== law) continue;
          yield { lengths: [length, length], calls: [set, call] };
        }
      }
    }
  }
}

function* lastCalls(length: number): Generator<BitmapCall> {
  for (const a of edges(length)) {
    yield { on: 1, name: 'copyPrefixFrom', source: 0, nbits: a };
    yield { on: 0, name: 'findNextBit', size: length, start: a };
    yield { on: 0, name: 'findNextZeroBit', size: length, start: a };
    for (const order of [0, 1, 5]) yield { on: 0, name: 'findFreeRegion', bits: a, order };
    for (const b of edges(length)) {
      // A cut needs a bit to start at, and keeps those before it.
      if (a < b) yield { on: 0, name: 'cut', source: 0, first: a, nr: 1, nbits: b };
      for (const mask of [0, 1, 3]) {
        const area = { size: length, start: a, nr: b, mask, off: 0 };
        yield { on: 0, name: 'findNextZeroAreaOff', ...area };
      }
    }
  }
}
