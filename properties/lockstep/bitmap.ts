/**
 * Bitmap primitives beside their definitions: after every call the answer, every bit and the number
 * of set bits of both maps are compared.
 */
import fc from 'fast-check';
import { ReferenceBitmap, referenceOffsetToIndex } from '../../model/reference/bitmap.ts';
import { Bitmap, offsetToIndex } from '../../sut/lib/bitmap.ts';
import { type Answer, type BitmapCall, callText, lawOf, perform } from './bitmap-calls.ts';
import { type BitmapProgram, bitmapPrograms } from './bitmap-programs.ts';
import { smallPrograms } from './bitmap-small.ts';
import { checkLockstep, type Divergence, type LockstepFailure } from './check.ts';

/** The laws that `checkBitmap` knows. */
export const BITMAP_LAWS = ['bitmap/area', 'bitmap/region', 'bitmap/tail', 'bitmap/copy'] as const;
export type BitmapLaw = (typeof BITMAP_LAWS)[number];

export type MakeBitmap = (length: number) => Bitmap;

/** First failure of a bitmap law in `cases` programs of `seed`; `make` is the map under test. */
export function checkBitmap(
  law: BitmapLaw,
  seed: string,
  cases: number,
  make: MakeBitmap = (length) => new Bitmap(length),
): LockstepFailure | undefined {
  const run = (program: BitmapProgram) => runBitmapProgram(program, make);
  const programs = bitmapPrograms(law);
  return checkLockstep({ law, programs, run, small: () => smallPrograms(law) }, seed, cases);
}

/** First call of the program after which the maps and their definition differ. */
export function runBitmapProgram(
  { lengths, calls }: BitmapProgram,
  make: MakeBitmap,
): Divergence | undefined {
  const actual: [Bitmap, Bitmap] = [make(lengths[0]), make(lengths[1])];
  const expect: [ReferenceBitmap, ReferenceBitmap] = [
    new ReferenceBitmap(lengths[0]),
    new ReferenceBitmap(lengths[1]),
  ];
  const done = lengths.map((length, id) => `m${id} = bitmap of ${length}`);
  for (const call of calls) {
    done.push(callText(call));
    const law = lawOf(call, lengths[call.on]);
    const differs = step(actual, expect, call);
    if (differs) return { law, calls: done, ...differs };
  }
  return undefined;
}

interface Difference {
  readonly expected: string;
  readonly observed: string;
}

function step(
  actual: [Bitmap, Bitmap],
  expect: [ReferenceBitmap, ReferenceBitmap],
  call: BitmapCall,
): Difference | undefined {
  const area = areaOfRegion(actual, call);
  const expected = perform(expect, call);
  const observed = perform(actual, call);
  if (observed !== expected) return difference(expected, observed);
  // F-I3: a region is an aligned area, found by the other search.
  if (area !== undefined && area !== observed) return difference(observed, `area search: ${area}`);
  return mapDifference('m0', actual[0], expect[0]) ?? mapDifference('m1', actual[1], expect[1]);
}

/** What findNextZeroAreaOff answers to the same question as findFreeRegion; -1 is "none". */
function areaOfRegion(maps: readonly [Bitmap, Bitmap], call: BitmapCall): number | undefined {
  if (call.name !== 'findFreeRegion') return undefined;
  const size = 2 ** call.order;
  const area = maps[call.on].findNextZeroAreaOff(call.bits, 0, size, size - 1, 0);
  return area + size <= call.bits ? area : -1;
}

function mapDifference(
  name: string,
  actual: Bitmap,
  expect: ReferenceBitmap,
): Difference | undefined {
  for (let bit = 0; bit < expect.length; bit++) {
    if (actual.test(bit) !== expect.test(bit)) {
      const text = (set: boolean) => `bit ${bit} of ${name} ${set ? 'set' : 'clear'}`;
      return difference(text(expect.test(bit)), text(actual.test(bit)));
    }
  }
  if (actual.count() === expect.count()) return undefined;
  return difference(`${expect.count()} bits of ${name} set`, `${actual.count()}`);
}

const difference = (expected: Answer | string, observed: Answer | string): Difference => ({
  expected: String(expected),
  observed: String(observed),
});

/** First failure of `bitmap/index`: addresses up to 2^53 - 1, page shifts 0..52. */
export function checkOffsetToIndex(
  seed: string,
  cases: number,
  toIndex: typeof offsetToIndex = offsetToIndex,
): LockstepFailure | undefined {
  const shift = fc.nat({ max: 52 });
  const near = fc.tuple(fc.nat({ max: 52 }), fc.integer({ min: -1, max: 1 }));
  const offset = fc.oneof(
    fc.maxSafeNat(),
    near.map(([k, distance]) => 2 ** k + distance),
  );
  const run = (program: readonly [number, number]): Divergence | undefined => {
    const expected = referenceOffsetToIndex(...program);
    const observed = toIndex(...program);
    if (observed === expected) return undefined;
    const call = `offsetToIndex(offsetBytes ${program[0]}, pageShift ${program[1]})`;
    return { law: 'bitmap/index', calls: [call], ...difference(expected, observed) };
  };
  const programs = fc.tuple(offset, shift);
  return checkLockstep({ law: 'bitmap/index', programs, run }, seed, cases);
}
