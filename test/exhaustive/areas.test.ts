/**
 * Goal: no small state of a chunk or of an area is answered wrongly. Method: every set of taken
 * granules of a chunk of 8, with every algorithm and size; every state of an area of 8 pages whose
 * pages are free, handed out or stuck, with every size and alignment. Each answer beside the
 * literal rule, and taken back; the number of questions is asserted.
 */
import { describe, expect, test } from 'vitest';
import { ReferenceCma } from '../../model/reference/cma.ts';
import { type Algorithm, ReferenceGenPool } from '../../model/reference/genalloc.ts';
import { GENPOOL } from '../../properties/lockstep/genalloc.ts';
import { PageLedger } from '../../properties/lockstep/page-ledger.ts';
import { GenPool } from '../../sut/lib/genalloc.ts';
import { Cma } from '../../sut/mm/cma.ts';

const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7];
const G = 8;

/** Both pools with one chunk of 8 granules and some bytes, of which those of `state` are taken. */
function poolsIn(state: number, start: number): [GenPool, ReferenceGenPool] {
  const pool = new GenPool(3);
  const expect = new ReferenceGenPool(3);
  pool.addVirt(start, null, 8 * G + 3);
  expect.addVirt(start, null, 8 * G + 3);
  for (let k = 0; k < 8; k++) {
    pool.alloc(G);
    expect.alloc(G);
  }
  for (const k of EIGHT.filter((bit) => Math.floor(state / 2 ** bit) % 2 === 0)) {
    pool.free(start + k * G, G);
    expect.free(start + k * G, G);
  }
  return [pool, expect];
}

const ALGORITHMS: readonly Algorithm[] = [
  { kind: 'first-fit' },
  { kind: 'order-align' },
  { kind: 'best-fit' },
  ...[1, 4, 8, 16, 32, 64].map((align) => ({ kind: 'align', align }) as const),
  ...[...EIGHT, 8, 9].map((granule) => ({ kind: 'fixed', offset: granule * G }) as const),
  { kind: 'fixed', offset: 1 },
];
/** 0 to 9 granules, and one byte less and more than each. */
const SIZES = [...EIGHT, 8, 9].flatMap((n) => [n * G - 1, n * G, n * G + 1]).slice(1);

/** Asks both pools and takes it back; answers what differs. */
function askPools(
  [pool, expected]: [GenPool, ReferenceGenPool],
  size: number,
  algorithm: Algorithm,
): string | undefined {
  const answer = expected.alloc(size, algorithm);
  const observed = pool.allocAlgo(size, GENPOOL.algo(algorithm));
  const differs = answer !== observed || pool.avail !== expected.avail();
  if (answer !== null) expected.free(answer, size);
  if (observed !== null) pool.free(observed, size);
  return differs ? `${JSON.stringify(algorithm)} ${size}: ${observed}, not ${answer}` : undefined;
}

describe('gen_pool', () => {
  test.each([8 * G, 13 * G + 5])('every state, algorithm and size, from address %i', (start) => {
    const wrong: string[] = [];
    let questions = 0;
    for (let state = 0; state < 256; state++) {
      const pools = poolsIn(state, start);
      for (const algorithm of ALGORITHMS) {
        for (const size of SIZES) {
          questions++;
          const differs = askPools(pools, size, algorithm);
          if (differs) wrong.push(`granules taken ${state.toString(2)}: ${differs}`);
        }
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(questions).toBe(256 * 20 * 29);
  });
});

/** Page by page of an area: free, handed out, or stuck. */
type PageState = 'free' | 'taken' | 'stuck';

/** All states of `pages` pages; only whole bits are handed out. */
function* areaStates(pages: number, bitPages: number): Generator<readonly PageState[]> {
  if (pages === 0) {
    yield [];
    return;
  }
  for (const before of areaStates(pages - bitPages, bitPages)) {
    yield [...before, ...new Array<PageState>(bitPages).fill('taken')];
    for (let stuck = 0; stuck < 2 ** bitPages; stuck++) {
      const bit = Array.from({ length: bitPages }, (_, k): PageState => {
        return Math.floor(stuck / 2 ** k) % 2 === 1 ? 'stuck' : 'free';
      });
      yield [...before, ...bit];
    }
  }
}

interface AreaSides {
  readonly area: Cma;
  readonly expected: ReferenceCma;
  readonly pages: PageLedger;
  readonly expectedPages: PageLedger;
}

function areaIn(state: readonly PageState[], base: number, orderPerBit: number): AreaSides {
  const pages = new PageLedger();
  const expectedPages = new PageLedger();
  const area = new Cma('area', base, 8, orderPerBit, pages);
  const expected = new ReferenceCma(base, 8, orderPerBit);
  const bitPages = 2 ** orderPerBit;
  for (let page = 0; page < 8; page += bitPages) area.alloc(bitPages, 0);
  for (let page = 0; page < 8; page += bitPages) {
    if (state[page] !== 'taken') area.release(base + page, bitPages);
    expected.taken[page / bitPages] = state[page] === 'taken';
  }
  for (const [page, is] of state.entries()) {
    for (const { stuck } of [pages, expectedPages]) {
      if (is === 'stuck') stuck.set(base + page, 'EBUSY');
    }
  }
  return { area, expected, pages, expectedPages };
}

/** Asks both sides and takes it back; answers what differs. */
function ask(sides: AreaSides, count: number, align: number): string | undefined {
  const { area, expected, pages, expectedPages } = sides;
  pages.forget();
  expectedPages.forget();
  const answer = expected.alloc(count, align, (start, n) =>
    expectedPages.allocContigRange(start, start + n),
  );
  const observed = area.alloc(count, align);
  const free = area.freePages();
  const differs =
    answer !== observed ||
    free !== expected.freePages() ||
    pages.attempts.join() !== expectedPages.attempts.join();
  if (observed !== null) area.release(observed, count);
  if (answer !== null) {
    expected.release(answer, count, (start, n) => expectedPages.freeContigRange(start, n));
  }
  return differs ? `${count} pages of order ${align}: ${observed}, not ${answer}` : undefined;
}

describe('CMA', () => {
  test.each([
    [0, 64, 3 ** 8],
    [0, 67, 3 ** 8],
    [1, 68, 5 ** 4],
    [1, 67, 5 ** 4],
  ])('every state with 2^%i pages a bit, from page %i on', (orderPerBit, base, statesExpected) => {
    const wrong: string[] = [];
    let states = 0;
    for (const state of areaStates(8, 2 ** orderPerBit)) {
      states++;
      const sides = areaIn(state, base, orderPerBit);
      for (let count = 0; count <= 9; count++) {
        for (let align = 0; align <= 3; align++) {
          const differs = ask(sides, count, align);
          if (differs) wrong.push(`${state.join(' ')}: ${differs}`);
        }
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(states).toBe(statesExpected);
  });
});
