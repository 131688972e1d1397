/**
 * Goal: no short program makes cache, bus and RAM differ from arrays of bytes and lines. Method:
 * two lines of two bytes; all programs of up to three steps of any kind, and all of up to four of
 * the steps that move bytes or lines. Then hardware
 * that is broken on purpose, each of which some program must show. Programs are counted.
 */
import { describe, expect, test } from 'vitest';
import { Hardware } from '../../hardware/hardware.ts';
import { difference } from '../hardware/beside-bytes.ts';
import { BROKEN } from '../hardware/broken-hardware.ts';
import type { Act, MakeParts, Step } from '../hardware/steps.ts';

const PLACE = { base: 4096, size: 4, line: 2 };

/** The last byte of a line; a line and the first byte of the other one. */
const RANGES = [
  { start: 1, size: 1 },
  { start: 0, size: 3 },
];
const REST = { size: 0, value: 0, runs: [], from: 0 };
const WIDE: readonly Act[] = [
  'load',
  'fill',
  'clean',
  'invalidate',
  'evict',
  'prefetch',
  'busRead',
  'busFill',
  'snoopRead',
  'snoopFill',
  'beginUncached',
];
const DEEP: readonly Act[] = ['load', 'fill', 'clean', 'invalidate', 'evict', 'busFill'];

const lettersOf = (acts: readonly Act[]): Step[] => [
  ...acts.flatMap((act) => RANGES.map((range) => ({ ...REST, act, ...range }))),
  { ...REST, act: 'copy', start: 1, size: 2 },
];
/** What is worth one letter: an overlap in RAM, an empty range, an empty run between others. */
const RARE: readonly Step[] = [
  { ...REST, act: 'uncachedCopy', start: 1, size: 3 },
  { ...REST, act: 'invalidate', start: 1 },
  {
    ...REST,
    act: 'busWrite',
    start: 0,
    runs: [
      [7, 1],
      [8, 0],
      [9, 1],
    ],
  },
];

const ANY = [...lettersOf(WIDE), ...RARE];

/** All programs of exactly `length` steps; each step writes a value of its own. */
function* programs(letters: readonly Step[], length: number): Generator<Step[]> {
  if (length === 0) {
    yield [];
    return;
  }
  for (const before of programs(letters, length - 1)) {
    for (const letter of letters) yield [...before, { ...letter, value: length }];
  }
}

/** Shorter programs come first, so only the last step can be the first to differ. */
function run(make: MakeParts, letters: readonly Step[], longest: number) {
  let count = 0;
  for (let length = 1; length <= longest; length++) {
    for (const program of programs(letters, length)) {
      count++;
      const differs = difference(make(PLACE.line), PLACE, program, true);
      if (differs !== undefined) return { count, differs };
    }
  }
  return { count, differs: undefined };
}

describe('all programs', () => {
  test.each([
    ['of three steps of any kind', ANY, 3],
    ['of four steps that move bytes', lettersOf(DEEP), 4],
  ])('%s', (_, letters, longest) => {
    const { count, differs } = run((line) => new Hardware(line), letters, longest);
    expect(differs).toBeUndefined();
    const lengths = Array.from({ length: longest }, (_, i) => letters.length ** (i + 1));
    expect(count).toBe(lengths.reduce((a, b) => a + b));
  });

  test('broken hardware differs within three steps', () => {
    const missed = BROKEN.filter(([, make]) => run(make, ANY, 3).differs === undefined);
    expect(missed).toEqual([]);
  });
});
