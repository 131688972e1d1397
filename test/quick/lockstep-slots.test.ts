/**
 * Goal: slots are Linux's, and lockstep would notice if they were not. Method: fixed seeds of every
 * law; then allocators that are broken on purpose, which must be caught under the right law and
 * shrunk to few calls; then what the generator promises, counted.
 */
import { describe, expect, test } from 'vitest';
import { checkSlots, SLOT_LAWS, type SlotLaw } from '../../properties/lockstep/swiotlb.ts';
import type { MakeSlots } from '../../properties/lockstep/swiotlb-sides.ts';
import { Labels } from './area-labels.ts';
import * as broken from './broken-slots.ts';

const SEED = 'lockstep';
const { slotsOf } = broken;

describe('holds', () => {
  const cases = { 'slots/records': 150, 'slots/counts': 150 } as const;
  test.each(SLOT_LAWS)('%s', (law) => {
    const count = { ...cases }[law as keyof typeof cases] ?? 300;
    expect(checkSlots(law, SEED, count)?.message).toBeUndefined();
  });
});

describe('slots can fail', () => {
  const wrong: readonly (readonly [SlotLaw, string, MakeSlots, number])[] = [
    ['slots/search', 'processor ignored', slotsOf(broken.IgnoresTheProcessor), 1],
    ['slots/search', 'alignment forgotten', slotsOf(broken.ForgetsTheAlignment), 2],
    ['slots/search', 'low bits lost', slotsOf(broken.KeepsNoLowBits), 2],
    ['slots/search', 'boundaries crossed', slotsOf(broken.CrossesBoundaries), 4],
    ['slots/search', 'first fit', broken.startsAtZero, 1],
    ['slots/search', 'goes on at the run', broken.goesOnAtTheRun, 1],
    ['slots/search', 'wraps modulo', broken.wrapsModulo, 12],
    ['slots/search', 'all slots tried', broken.triesAllSlots, 8],
    ['slots/search', 'repaired too early', broken.repairsTooEarly, 8],
    ['slots/search', 'never repaired', broken.neverRepairs, 2],
    ['slots/search', 'last slot as free', broken.takesTheLastAsFree, 4],
    ['slots/records', 'padding with data', broken.padsWithData, 2],
    ['slots/records', 'low bytes counted', broken.countsTheLowBytes, 1],
    ['slots/records', 'old records', broken.keepsOldRecords, 2],
    ['slots/records', 'runs apart', broken.keepsRunsApart, 2],
    ['slots/counts', 'counts lost', broken.losesCounts, 2],
    ['slots/counts', 'runs apart', broken.keepsRunsApart, 2],
    ['slots/counts', 'mark forgotten', slotsOf(broken.ForgetsTheMark), 2],
    ['slots/counts', 'any address', slotsOf(broken.ReleasesByAnyAddress), 2],
    ['slots/bounce', 'never clips', slotsOf(broken.NeverClips), 2],
    ['slots/bounce', 'from the slot', slotsOf(broken.CountsFromTheSlot), 2],
    ['slots/bounce', 'what is before', slotsOf(broken.CopiesWhatIsBefore), 2],
    ['slots/dynamic', 'never grows', slotsOf(broken.NeverGrows), 3],
    ['slots/dynamic', 'transient pools stay', slotsOf(broken.KeepsTransientPools), 3],
    ['slots/dynamic', 'oldest first', slotsOf(broken.OldestFirst), 3],
    ['slots/dynamic', 'grows anyway', slotsOf(broken.GrowsAnyway), 1],
  ];
  test.each(wrong)('%s: %s', (law, _name, make, callsMax) => {
    const failure = checkSlots(law, SEED, 300, make);
    expect(failure?.law).toBe(law);
    // Three lines make the pool and its devices; the last one may be the end of all.
    expect(failure?.calls.length, failure?.message).toBeLessThanOrEqual(callsMax + 3);
  });
});

test('the generator meets what it promises', () => {
  const labels = new Labels();
  checkSlots('slots/search', SEED, 300, undefined, (label) => labels.add(label));
  const floors = {
    found: 5000,
    none: 300,
    padded: 100,
    'another area': 500,
    'missed by Linux': 10,
    'aligned for the bus only': 3,
    transient: 100,
    grew: 15,
    grown: 300,
    'asked inside': 300,
    'asked outside': 5,
    stray: 50,
  };
  expect(labels.below(floors)).toEqual([]);
});
