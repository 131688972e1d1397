/**
 * Goal: every planted bug is still there to be planted, and the board speaks of exactly these
 * bugs. Method: each is applied in memory, some are type-checked; the lists are compared.
 */
import { describe, expect, test } from 'vitest';
import type { Bug } from '../../bugs/bug.ts';
import { ALL_BUGS, bugsOfFamily, chooseBugs, distinct } from '../../bugs/catalog.ts';
import { readSource } from '../../bugs/checkout.ts';
import { problemOf } from '../../bugs/directory.ts';
import { MISSED } from '../../bugs/missed.ts';
import { NOT_APPLICABLE } from '../../bugs/not-applicable.ts';
import { plant } from '../../bugs/plant.ts';
import { batchesOf, checkTypes } from '../../bugs/types.ts';
import { loadTypeScript } from '../../bugs/typescript.ts';
import { readBoard } from '../../cli/bugs/board.ts';
import { DEVIATIONS } from '../../contract/deviations.ts';

const ts = loadTypeScript();
const ids = (bugs: readonly { readonly id: string }[]) => bugs.map(({ id }) => id).sort();

describe('each bug', () => {
  test('is well formed', () => {
    expect(ALL_BUGS.filter((bug) => problemOf(bug) !== null)).toEqual([]);
  });

  // That the compiler accepts every result is for `npm run check`, which compiles anyway.
  test('applies, and changes what it edits', () => {
    for (const bug of ALL_BUGS) {
      const planted = plant(ts, [bug], readSource);
      for (const [file, text] of planted) expect(text).not.toBe(readSource(file));
    }
  });

  test('would be told apart from one the compiler refuses', { timeout: 60_000 }, () => {
    const [first, ...others] = bugsOfFamily('linux-6.12') as [Bug, ...Bug[]];
    const edit = { ...first.edits[0]!, replace: 'const nothing: string = 5;' };
    const wrong = { ...first, edits: [edit] };
    expect(checkTypes([wrong, ...others]).map(({ bug }) => bug)).toEqual([first.id]);
  });

  test('is checked in one batch exactly', () => {
    expect(ids(batchesOf(ALL_BUGS).flat())).toEqual(ids(ALL_BUGS));
  });
});

describe('the family linux-6.12', () => {
  test('is the repaired deviations', () => {
    const repaired = DEVIATIONS.filter(({ disposition }) => disposition === 'repaired');
    expect(ids(bugsOfFamily('linux-6.12'))).toEqual(ids(repaired));
  });

  test('applies as a whole', () => {
    expect(() => plant(ts, bugsOfFamily('linux-6.12'), readSource)).not.toThrow();
  });
});

test('the history of these parts is planted, or says why not', () => {
  const history = [...bugsOfFamily('history'), ...NOT_APPLICABLE].map(({ id }) => id.split('-')[0]);
  const counts = new Map<string, number>();
  for (const part of history) counts.set(part!, (counts.get(part!) ?? 0) + 1);
  // One fault of mapping-… is planted five times, once for each path that clears.
  const pools = { coherent: 5, bitmap: 3, of: 3, rmem: 3, genalloc: 1, pool: 5 };
  const pages = { buddy: 10, drmbuddy: 4, cma: 6, contig: 2, direct: 6, mapping: 8, devres: 1 };
  const streaming = { swiotlb: 16, sg: 8 };
  expect(Object.fromEntries(counts)).toEqual({ ...pools, ...pages, ...streaming });
});

test('the board has a row for every bug, and says why it misses the missed ones', () => {
  const { bugs } = readBoard();
  expect(Object.keys(bugs).sort()).toEqual(ids(ALL_BUGS));
  const missed = Object.keys(bugs).filter((id) => bugs[id]?.found === false);
  expect(missed.sort()).toEqual(Object.keys(MISSED).sort());
});

describe('names', () => {
  const [first] = ALL_BUGS as readonly [Bug];

  test('of bugs and families choose', () => {
    expect(chooseBugs(['linux-6.12', first.id])).toEqual([first, ...bugsOfFamily('linux-6.12')]);
    expect(() => chooseBugs(['no-such-bug'])).toThrow(/"no-such-bug"/);
  });

  test('are given once', () => {
    expect(() => distinct([first, first])).toThrow(first.id);
    expect(() => chooseBugs([first.id], [{ ...first, id: 'history' }])).toThrow(/"history"/);
  });
});
