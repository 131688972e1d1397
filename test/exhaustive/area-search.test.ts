/**
 * Goal: no search for an area of a small map is answered wrongly, failing values included. Method:
 * every map of 8 bits, at the left end and across a word, with every start, size of the area,
 * alignment and offset, beside the definition; the number of questions is asserted.
 */
import { expect, test } from 'vitest';
import { ReferenceBitmap } from '../../model/reference/bitmap.ts';
import { Bitmap } from '../../sut/lib/bitmap.ts';

const BITS = 8;

function* questions(before: number) {
  for (const start of [0, ...Array.from({ length: BITS + 1 }, (_, k) => before + k)]) {
    for (let nr = 0; nr <= BITS + 1; nr++) {
      for (const mask of [0, 1, 3, 7]) {
        for (let off = 0; off <= mask; off++) yield [start, nr, mask, off] as const;
      }
    }
  }
}

test.each([0, 28])('behind %i taken bits', (before) => {
  const wrong: string[] = [];
  let asked = 0;
  const size = before + BITS;
  for (let state = 0; state < 2 ** BITS; state++) {
    const map = new Bitmap(size);
    const expected = new ReferenceBitmap(size);
    for (const side of [map, expected]) {
      side.setRange(0, before);
      for (let bit = 0; bit < BITS; bit++) {
        if (Math.floor(state / 2 ** bit) % 2 === 1) side.setRange(before + bit, 1);
      }
    }
    for (const question of questions(before)) {
      asked++;
      const answer = expected.findNextZeroAreaOff(size, ...question);
      const observed = map.findNextZeroAreaOff(size, ...question);
      if (observed !== answer) wrong.push(`${state} ${question}: ${observed}, not ${answer}`);
    }
  }
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(asked).toBe(2 ** BITS * (BITS + 2) * (BITS + 2) * (1 + 2 + 4 + 8));
});
