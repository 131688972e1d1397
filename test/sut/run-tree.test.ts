/**
 * Goal: the tree of runs finds what a look at every bit finds, in maps of one block to hundreds,
 * whose last words and blocks are not whole. Method: random changes of words and of ranges of
 * words, and after each of them questions of all scales.
 */
import { describe, expect, test } from 'vitest';
import { numbers } from '../../bench/pool-states.ts';
import { RunTree } from '../../sut/lib/run-tree.ts';

/** First of `nr` clear bits at or after `from`; the end for none. */
function literalNext(bits: readonly boolean[], nr: number, from: number): number {
  let run = 0;
  for (let at = from; at < bits.length; at++) {
    run = bits[at] ? 0 : run + 1;
    if (run === nr) return at - nr + 1;
  }
  return bits.length;
}

describe('next', () => {
  test.each([1, 3, 8, 9, 16, 67, 300])('%i words', (words) => {
    const random = numbers();
    const map = new Int32Array(words);
    const tree = new RunTree(words, (index) => map[index]!);
    const bits = new Array<boolean>(words * 32).fill(false);
    const wrong: string[] = [];
    for (let change = 0; change < 300; change++) {
      const from = random(words);
      // Mostly one word: a few bits of it, or all or none of them; sometimes many words.
      const to = random(4) > 0 ? from + 1 : from + 1 + random(words - from);
      const density = [0, 1, 4, 32][random(4)]!;
      for (let at = from * 32; at < to * 32; at++) bits[at] = random(32) < density;
      for (let index = from; index < to; index++) {
        const word = bits.slice(index * 32, index * 32 + 32);
        map[index] = word.reduce((sum, taken, bit) => sum + (taken ? 2 ** bit : 0), 0);
      }
      tree.changed(from, to);
      for (const nr of [1, 2, 1 + random(40), 1 + random(words * 32)]) {
        const start = random(words * 32);
        const expected = literalNext(bits, nr, start);
        const observed = tree.next(nr, start);
        if (observed !== expected) wrong.push(`${nr} from ${start}: ${observed}, not ${expected}`);
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
  });
});
