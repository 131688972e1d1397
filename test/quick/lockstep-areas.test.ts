/**
 * Goal: gen_pool and CMA place as defined, and lockstep would notice if they did not. Method: fixed
 * seeds of every law; then implementations that are broken on purpose, which must be caught under
 * the right law and shrunk to few calls; then what the generators promise, counted.
 */
import { describe, expect, test } from 'vitest';
import type { Algorithm } from '../../model/reference/genalloc.ts';
import { checkAreaSearch } from '../../properties/lockstep/area-search.ts';
import { CMA_LAWS, type CmaLaw, checkCma } from '../../properties/lockstep/cma.ts';
import { checkCmaCreation } from '../../properties/lockstep/cma-creation.ts';
import {
  checkGenPool,
  GENPOOL_LAWS,
  type GenPoolLaw,
  type GenPoolSide,
} from '../../properties/lockstep/genalloc.ts';
import { placeContiguous } from '../../sut/mm/cma-place.ts';
import { countingArea, countingPool, Labels } from './area-labels.ts';
import { areaWith, type Flaws } from './broken-areas.ts';
import { AlignsOnlyTheStart, ForgetsTheFreed, RestartsBehindTheWindow } from './broken-bitmaps.ts';
import * as broken from './broken-gen-pools.ts';

const SEED = 'lockstep';
const { withAlgo, withPool } = broken;

describe('holds', () => {
  test.each(GENPOOL_LAWS)('%s', (law) => {
    expect(checkGenPool(law, SEED, 400)?.message).toBeUndefined();
  });

  test.each(CMA_LAWS)('%s', (law) => {
    expect(checkCma(law, SEED, 400)?.message).toBeUndefined();
  });

  test('cma/creation', () => {
    expect(checkCmaCreation(SEED, 1500)?.message).toBeUndefined();
  });

  test('area/leftmost', () => {
    expect(checkAreaSearch(SEED, 150)?.message).toBeUndefined();
  });

  /** M-T4: an index between two candidates leads to the second one, as the kernel's step does. */
  test.each(CMA_LAWS)('%s: going on at the next bit is the same', (law) => {
    const make = areaWith({ retry: (bit) => bit + 1 });
    expect(checkCma(law, SEED, 200, make)?.message).toBeUndefined();
  });
});

describe('gen_pool can fail', () => {
  const alignOf = (algorithm: Algorithm) => (algorithm.kind === 'align' ? algorithm.align : 1);
  const offsetOf = (algorithm: Algorithm) => (algorithm.kind === 'fixed' ? algorithm.offset : 0);
  const wrong: readonly (readonly [GenPoolLaw, string, GenPoolSide, number])[] = [
    ['genpool/placement', 'start carried over', withPool(broken.CarriesTheStart), 4],
    ['genpool/placement', 'oldest first', withPool(broken.OldestFirst), 3],
    ['genpool/placement', 'address 0', withPool(broken.HandsOutZero), 3],
    ['genpool/placement', 'gives up early', withPool(broken.GivesUpEarly), 4],
    [
      'genpool/placement',
      'order_align by address',
      withAlgo('order-align', () => broken.alignsTheAddress),
      2,
    ],
    [
      'genpool/placement',
      'align by place',
      withAlgo('align', (algorithm) => broken.alignsThePlace(alignOf(algorithm))),
      2,
    ],
    ['genpool/placement', 'best fit: last', withAlgo('best-fit', () => broken.lastOnTies), 3],
    [
      'genpool/placement',
      'fixed: from there on',
      withAlgo('fixed', (algorithm) => broken.fromTheOffsetOn(offsetOf(algorithm))),
      3,
    ],
    ['genpool/accounts', 'takes the power', withPool(broken.TakesThePower), 2],
    ['genpool/accounts', 'avail not restored', withPool(broken.LosesTheFreed), 2],
    ['genpool/accounts', 'tail dropped', withPool(broken.DropsTheTail), 1],
    ['genpool/accounts', 'growth removes', withPool(broken.KeepsTwoChunks), 3],
    ['genpool/bug', 'frees anything', withPool(broken.FreesAnything), 2],
    ['genpool/bug', 'frees too much', withPool(broken.FreesTooMuch), 2],
    ['genpool/bug', 'destroys anything', withPool(broken.DestroysAnything), 3],
    ['genpool/address', 'distance forgotten', withPool(broken.ForgetsTheDistance), 2],
    ['genpool/address', 'end not looked at', withPool(broken.LooksAtTheStartOnly), 2],
  ];
  test.each(wrong)('%s: %s', (law, _name, side, callsMax) => {
    const failure = checkGenPool(law, SEED, 400, side);
    expect(failure?.law).toBe(law);
    // One line makes the pool.
    expect(failure?.calls.length, failure?.message).toBeLessThanOrEqual(callsMax + 1);
  });
});

describe('CMA can fail', () => {
  const wrong: readonly (readonly [CmaLaw, string, Flaws, number])[] = [
    ['cma/placement', 'alignment in the area', { off: () => 0 }, 1],
    [
      'cma/placement',
      'offset of another alignment',
      { off: (pfn, _align, bitPages) => Math.floor((pfn % 4) / bitPages) },
      1,
    ],
    ['cma/placement', 'none is the end', { isNone: (bit, max) => bit === max }, 2],
    ['cma/placement', 'next fit', { start: (last) => last }, 2],
    ['cma/busy', 'behind the window', { retry: (bit, _step, nr) => bit + nr }, 2],
    ['cma/busy', 'every error', { retriesAll: true }, 2],
    ['cma/bits', 'busy stays set', { keepsBusy: true }, 2],
    ['cma/bits', 'takes the power', { pages: (n) => 2 ** Math.ceil(Math.log2(n)) }, 1],
    ['cma/bits', 'one bit stays', { cleared: (nr) => nr - 1 }, 2],
    ['cma/bits', 'releases anything', { releasesAll: true }, 1],
  ];
  test.each(wrong)('%s: %s', (law, _name, flaws, callsMax) => {
    const failure = checkCma(law, SEED, 400, areaWith(flaws));
    expect(failure?.law).toBe(law);
    // One line makes the area; the last one may be the release of all.
    expect(failure?.calls.length, failure?.message).toBeLessThanOrEqual(callsMax + 1);
  });
});

describe('area searches can fail', () => {
  test.each([
    ['restart behind the window', (n: number) => new RestartsBehindTheWindow(n)],
    ['only the start is aligned', (n: number) => new AlignsOnlyTheStart(n)],
    ['what is given back far away stays unseen', (n: number) => new ForgetsTheFreed(n)],
  ])('%s', (_name, make) => {
    const failure = checkAreaSearch(SEED, 150, make);
    expect(failure?.law).toBe('area/leftmost');
    expect(failure?.calls.length, failure?.message).toBeLessThanOrEqual(5);
  });
});

describe('CMA creation can fail', () => {
  const wrong: readonly (readonly [string, typeof placeContiguous])[] = [
    [
      'always as low as the limit',
      (asked, page, memory) => {
        const limit = Math.min(asked.limit || 2 ** 32, 2 ** 32);
        return placeContiguous({ ...asked, limit }, page, memory);
      },
    ],
    [
      'fixed, but busy',
      (asked, page, { banks }) => {
        return placeContiguous(asked, page, { banks, reserved: [] });
      },
    ],
    [
      'limit ignored',
      (asked, page, memory) => {
        return placeContiguous({ ...asked, limit: 0 }, page, memory);
      },
    ],
    [
      'whole bits ignored',
      (asked, page, memory) => {
        return placeContiguous({ ...asked, orderPerBit: 0 }, page, memory);
      },
    ],
    [
      'moves what is fixed',
      (asked, page, memory) => {
        return placeContiguous({ ...asked, fixed: false }, page, memory);
      },
    ],
  ];
  test.each(wrong)('%s', (_name, place) => {
    const failure = checkCmaCreation(SEED, 1500, place);
    expect(failure?.law).toBe('cma/creation');
    // Page size, a bank, what is reserved, the request.
    expect(failure?.calls.length, failure?.message).toBeLessThanOrEqual(4);
  });
});

describe('generators', () => {
  test('of gen_pool programs meet what they promise', () => {
    const labels = new Labels();
    checkGenPool('genpool/placement', SEED, 400, countingPool(labels));
    const floors = {
      'first-fit found': 1000,
      'order-align found': 100,
      'best-fit found': 250,
      'align found': 200,
      'fixed found': 50,
      'order-align not leftmost': 25,
      'best-fit not leftmost': 10,
      'align not leftmost': 100,
      'fixed not leftmost': 50,
      'not in the first chunk with the bytes': 50,
      'none fits': 200,
      'none has the bytes': 100,
      'bytes only with the tail': 100,
      'address 0': 20,
      'free stops': 50,
      'free returns': 1000,
    };
    expect(labels.below(floors)).toEqual([]);
  });

  test('of CMA programs meet what they promise', () => {
    const labels = new Labels();
    checkCma('cma/placement', SEED, 400, countingArea(labels));
    const floors = {
      found: 400,
      none: 400,
      'busy more than once, found': 10,
      'busy more than once, none': 10,
      'another error': 50,
      'part of a bit': 150,
      'aligned in an area that is not': 100,
    };
    expect(labels.below(floors)).toEqual([]);
  });
});
