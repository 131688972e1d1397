/**
 * Goal: the optimized bitmap is the defined one, and lockstep would notice if it were not. Method:
 * fixed seeds of every lockstep property; then maps that are broken on purpose, which must be
 * caught under the right law and shrunk to few calls; then what the generators promise, counted.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alignUp } from '../../contract/numbers.ts';
import { ReferenceBitmap } from '../../model/reference/bitmap.ts';
import { AREA_LAW } from '../../properties/lockstep/area-search.ts';
import {
  BITMAP_LAWS,
  type BitmapLaw,
  checkBitmap,
  checkOffsetToIndex,
  type MakeBitmap,
} from '../../properties/lockstep/bitmap.ts';
import { type BitmapCall, perform } from '../../properties/lockstep/bitmap-calls.ts';
import { bitmapPrograms } from '../../properties/lockstep/bitmap-programs.ts';
import { BUDDY_LAWS } from '../../properties/lockstep/buddy.ts';
import { CMA_LAWS } from '../../properties/lockstep/cma.ts';
import { CREATION_LAW } from '../../properties/lockstep/cma-creation.ts';
import { GENPOOL_LAWS } from '../../properties/lockstep/genalloc.ts';
import { LOCKSTEP_LAWS } from '../../properties/lockstep/laws.ts';
import { checkPoolSearch, POOL_LAWS } from '../../properties/lockstep/pool-search.ts';
import { SG_LAWS } from '../../properties/lockstep/scatterlist.ts';
import { SLOT_LAWS } from '../../properties/lockstep/swiotlb.ts';
import {
  AlignsOnlyTheStart,
  CopiesWholeWords,
  CutsBeforeSaving,
  FindsRegionsOnlyInWords,
  ForgetsTheEnd,
  KeepsTheLastPage,
  MinusOneForNone,
  NextFit,
  RestartsBehindTheWindow,
  SeesTheTail,
  SetsUpToTheWord,
} from './broken-bitmaps.ts';

const SEED = 'lockstep';

describe('holds', () => {
  test.each(BITMAP_LAWS)('%s', (law) => {
    expect(checkBitmap(law, SEED, 600)?.message).toBeUndefined();
  });

  test('bitmap/index', () => {
    expect(checkOffsetToIndex(SEED, 2000)?.message).toBeUndefined();
  });

  test.each(POOL_LAWS)('%s', (law) => {
    expect(checkPoolSearch(law, SEED, 150)?.message).toBeUndefined();
  });

  test('each of them is a listed law, and no other is', () => {
    const areas = [...GENPOOL_LAWS, ...CMA_LAWS, CREATION_LAW, AREA_LAW];
    const streaming = [...SG_LAWS, ...SLOT_LAWS];
    const pools = [...BITMAP_LAWS, 'bitmap/index', ...POOL_LAWS];
    const checked = [...pools, ...areas, ...BUDDY_LAWS, ...streaming];
    expect(LOCKSTEP_LAWS.map(({ id }) => id).sort()).toEqual([...checked].sort());
  });
});

describe('can fail', () => {
  const broken: readonly (readonly [BitmapLaw, string, MakeBitmap, number])[] = [
    ['bitmap/area', 'only the start is aligned', (n) => new AlignsOnlyTheStart(n), 2],
    ['bitmap/area', 'none is -1', (n) => new MinusOneForNone(n), 2],
    ['bitmap/area', 'restart behind the window', (n) => new RestartsBehindTheWindow(n), 3],
    ['bitmap/tail', 'tail garbage considered', (n) => new SeesTheTail(n), 2],
    ['bitmap/region', 'no region above a word', (n) => new FindsRegionsOnlyInWords(n), 1],
    ['bitmap/region', 'end of the map ignored', (n) => new ForgetsTheEnd(n), 2],
    ['bitmap/region', 'range stops at a word', (n) => new SetsUpToTheWord(n), 1],
    ['bitmap/copy', 'tail garbage copied', (n) => new CopiesWholeWords(n), 2],
    ['bitmap/copy', 'kept bits saved late', (n) => new CutsBeforeSaving(n), 2],
  ];
  test.each(broken)('%s: %s', (law, _name, make, callsMax) => {
    const failure = checkBitmap(law, SEED, 500, make);
    expect(failure?.law).toBe(law);
    // Two lines make the maps.
    expect(failure?.calls.length, failure?.message).toBeLessThanOrEqual(callsMax + 2);
    expect(failure?.message).toContain(`seed "${SEED}"`);
  });

  test('bitmap/index: 32-bit page size', () => {
    const wraps = (offset: number, shift: number) => Math.floor(offset / 2 ** (shift % 32));
    const failure = checkOffsetToIndex(SEED, 500, wraps);
    expect(failure?.message).toContain('pageShift 32)');
  });

  test('pool/leftmost: next fit', () => {
    const failure = checkPoolSearch('pool/leftmost', SEED, 300, (n) => new NextFit(n));
    expect(failure?.law).toBe('pool/leftmost');
    expect(failure?.calls.length, failure?.message).toBeLessThanOrEqual(4);
  });

  test('pool/bits: one page stays taken', () => {
    const failure = checkPoolSearch('pool/bits', SEED, 300, (n) => new KeepsTheLastPage(n));
    expect(failure?.law).toBe('pool/bits');
    expect(failure?.calls.length, failure?.message).toBeLessThanOrEqual(3);
  });

  test('a failure comes back by its seed, alone', () => {
    const make: MakeBitmap = (n) => new MinusOneForNone(n);
    expect(checkBitmap('bitmap/area', SEED, 500, make)).toEqual(
      checkBitmap('bitmap/area', SEED, 500, make),
    );
  });
});

/** What a call met, judged by the definition. */
function labelsOf(map: ReferenceBitmap, call: BitmapCall, answer: unknown): string[] {
  switch (call.name) {
    case 'findNextZeroAreaOff': {
      const { size, start, nr, mask, off } = call;
      if (Number(answer) + nr > size) return ['area none'];
      const first = alignUp(map.findNextZeroBit(size, start) + off, mask + 1) - off;
      return [Number(answer) > first ? 'area after a restart' : 'area at once'];
    }
    case 'findNextBit':
    case 'findNextZeroBit':
      return map.bits.indexOf(true, call.size) < 0 ? [] : ['garbage beyond the size'];
    case 'allocateRegion':
      return [
        answer === true ? 'region taken' : 'region busy',
        call.pos % 2 ** call.order === 0 ? 'region aligned' : 'region not aligned',
      ];
    case 'findFreeRegion':
      if (answer === -1) return ['no region'];
      return [Number(answer) > 0 ? 'region further right' : 'region at 0'];
    case 'cut':
      return [call.source === call.on ? 'cut in place' : 'cut from another map'];
    default:
      return [];
  }
}

describe('generators', () => {
  test('meet what they promise', () => {
    const counts = new Map<string, number>();
    const programs = BITMAP_LAWS.flatMap((law) =>
      fc.sample(bitmapPrograms(law), { numRuns: 150, seed: 1 }),
    );
    for (const { lengths, calls } of programs) {
      const maps: [ReferenceBitmap, ReferenceBitmap] = [
        new ReferenceBitmap(lengths[0]),
        new ReferenceBitmap(lengths[1]),
      ];
      for (const call of calls) {
        const answer = perform(maps, call);
        for (const label of labelsOf(maps[call.on], call, answer)) {
          counts.set(label, (counts.get(label) ?? 0) + 1);
        }
      }
    }
    const floors = {
      'area none': 100,
      'area at once': 100,
      'area after a restart': 25,
      'garbage beyond the size': 50,
      'region taken': 100,
      'region busy': 50,
      'region aligned': 100,
      'region not aligned': 50,
      'no region': 100,
      'region at 0': 100,
      'region further right': 100,
      'cut in place': 50,
      'cut from another map': 50,
    };
    const low = Object.entries(floors).filter(([label, floor]) => (counts.get(label) ?? 0) < floor);
    expect(low).toEqual([]);
  });
});
