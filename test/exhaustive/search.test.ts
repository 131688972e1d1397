/**
 * Goal: no small pool state is answered wrongly. Method: every set of taken pages of a pool, each
 * with every order up to one beyond the pool, beside the literal rule; the number of questions is
 * asserted. States follow a Gray code, so that each one is reached by changing a single page.
 */
import { describe, expect, test } from 'vitest';
import { ReferencePool } from '../../model/reference/pool.ts';
import { Bitmap } from '../../sut/lib/bitmap.ts';

/** The page that changes on the way to state `step` (1, 2, …) of a Gray code. */
function changedPage(step: number): number {
  let page = 0;
  for (let rest = step; rest % 2 === 0; rest /= 2) page++;
  return page;
}

/**
 * Asks every order in every state of the last `pages` pages behind `before` taken ones; answers
 * what was asked and what differed.
 */
function askAll(before: number, pages: number, orders: number) {
  const map = new Bitmap(before + pages);
  const expect = new ReferencePool(before + pages);
  map.setRange(0, before);
  expect.pages.fill(true, 0, before);
  const states = new Set<number>();
  const wrong: string[] = [];
  let questions = 0;
  let state = 0;
  for (let step = 1; step <= 2 ** pages; step++) {
    states.add(state);
    for (let order = 0; order < orders; order++) {
      questions++;
      const difference = ask(map, expect, order);
      if (difference) wrong.push(`pages taken ${state.toString(2)}: ${difference}`);
    }
    const changed = changedPage(step) % pages;
    const page = before + changed;
    const taken = !map.test(page);
    if (taken) map.setRange(page, 1);
    else map.clearRange(page, 1);
    expect.pages[page] = taken;
    state += taken ? 2 ** changed : -(2 ** changed);
  }
  return { questions, states: states.size, wrong };
}

/** Takes a region of both and gives it back: answer and number of taken pages must agree. */
function ask(map: Bitmap, expect: ReferencePool, order: number): string | undefined {
  const before = map.count();
  const page = expect.alloc(order);
  const observed = map.findFreeRegion(map.length, order);
  const grown = map.count() - before;
  if (page >= 0) {
    map.releaseRegion(page, order);
    expect.free(page, order);
  }
  if (observed !== page) return `order ${order} expected ${page}, observed ${observed}`;
  if (grown !== (page < 0 ? 0 : 2 ** order)) return `order ${order} took ${grown} pages`;
  return map.count() === before ? undefined : `order ${order} was not freed completely`;
}

describe('every state of a pool, every order', () => {
  test.each([
    [0, 16, 6],
    [0, 13, 6],
    [0, 3, 4],
    [0, 1, 3],
    // Across a word of the map, and across a word of its first summary.
    [24, 16, 7],
    [1016, 13, 6],
  ])('behind %i taken ones %i pages, %i orders', (before, pages, orders) => {
    const { questions, states, wrong } = askAll(before, pages, orders);
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(states).toBe(2 ** pages);
    expect(questions).toBe(2 ** pages * orders);
  });
});
