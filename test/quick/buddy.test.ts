/**
 * Goal: the page allocator is its literal twin, and lockstep would notice if it were not. Method:
 * fixed seeds of every law; then allocators that are broken on purpose, which must be caught under
 * the right law and shrunk to few calls; then what the generator promises, counted.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReferenceBuddy } from '../../model/reference/buddy.ts';
import { FreeLists } from '../../model/reference/free-lists.ts';
import {
  BUDDY_LAWS,
  type BuddyLaw,
  checkBuddy,
  runBuddyProgram,
} from '../../properties/lockstep/buddy.ts';
import { buddyPrograms } from '../../properties/lockstep/buddy-programs.ts';
import type {
  Answers,
  BuddyRun,
  Call,
  MakeAllocator,
} from '../../properties/lockstep/buddy-run.ts';
import { PageAllocator } from '../../sut/mm/page-alloc.ts';
import {
  CmaLast,
  CountsCma,
  CountsFromTheZone,
  FallsBackUp,
  ForgetsTheRequest,
  ForgetsTheReserves,
  KeepsTheRest,
  KeepsTheUpperHalf,
  LastInFirstOut,
  LeavesPieces,
  LosesAHalf,
  MergesKinds,
  MergesUpwardsOnly,
  MergesZones,
  MissesTheLargest,
  NeverMoves,
  NeverToTheTail,
  SameKindLikely,
  SplitsTheLargest,
  TailBelowLargest,
  TakesPageblocks,
  Truncates,
} from './broken-buddies.ts';

const SEED = 'lockstep';

describe('holds', () => {
  test.each(BUDDY_LAWS)('%s', (law) => {
    expect(checkBuddy(law, SEED, 80)?.message).toBeUndefined();
  });
});

type Broken = typeof FreeLists | typeof ReferenceBuddy;

/** The literal allocator, with rules replaced or as a whole. */
const make =
  (broken: Broken): MakeAllocator =>
  (layout) =>
    isLists(broken) ? new ReferenceBuddy(layout, new broken(layout)) : new broken(layout);

const isLists = (broken: Broken): broken is typeof FreeLists =>
  broken.prototype instanceof FreeLists;

describe('can fail', () => {
  const cases: readonly (readonly [BuddyLaw, Broken, number])[] = [
    ['buddy/placement', LastInFirstOut, 2],
    ['buddy/placement', TailBelowLargest, 2],
    ['buddy/placement', SameKindLikely, 2],
    ['buddy/placement', KeepsTheUpperHalf, 1],
    ['buddy/placement', NeverToTheTail, 0],
    ['buddy/placement', MergesKinds, 0],
    ['buddy/placement', CmaLast, 2],
    ['buddy/coalesced', CountsFromTheZone, 3],
    ['buddy/coalesced', Truncates, 3],
    ['buddy/coalesced', LeavesPieces, 3],
    ['buddy/coalesced', MergesZones, 3],
    ['buddy/history-free', MergesUpwardsOnly, 6],
    ['buddy/complete', SplitsTheLargest, 1],
    ['buddy/complete', MissesTheLargest, 1],
    ['buddy/complete', FallsBackUp, 2],
    ['buddy/accounting', LosesAHalf, 1],
    ['buddy/accounting', KeepsTheRest, 1],
    ['buddy/accounting', CountsCma, 0],
    ['buddy/contig', TakesPageblocks, 2],
    ['buddy/contig', NeverMoves, 3],
    ['buddy/watermark', ForgetsTheReserves, 3],
    ['buddy/watermark', ForgetsTheRequest, 2],
  ];
  test.each(cases.map(([law, broken, calls]) => [law, broken.name, broken, calls] as const))(
    '%s: %s',
    (law, _name, broken, callsMax) => {
      const failure = checkBuddy(law, SEED, 300, make(broken));
      expect(failure?.law).toBe(law);
      // One line is the layout.
      expect(failure?.calls.length, failure?.message).toBeLessThanOrEqual(callsMax + 1);
      expect(failure?.message).toContain(`seed "${SEED}"`);
    },
  );

  test('a failure comes back by its seed, alone', () => {
    const once = () => checkBuddy('buddy/complete', SEED, 100, make(SplitsTheLargest));
    expect(once()).toEqual(once());
  });
});

/** What a call met. */
function labelsOf(call: Call, { expected, expectedMoves }: Answers, run: BuddyRun): string[] {
  if (call.name === 'free') return [call.pages < call.live.pages ? 'part freed' : 'freed'];
  if (call.name !== 'contig') {
    if (Number(expected) < 0) return [`${call.name} none`];
    const { zones } = run.layout;
    const zone = zones.find(
      ({ start, end }) => start <= Number(expected) && Number(expected) < end,
    );
    const cma = run.reference.lists.inCma(Number(expected)) ? ' in cma' : '';
    return [`${call.name}${cma}`, ...(zone?.name === call.zone ? [] : ['fallback'])];
  }
  const where = run.reference.lists.inCma(call.start) ? 'cma' : 'ram';
  const pageblock = 2 ** run.layout.pageblockOrder;
  const whole = call.end - call.start >= 3 * pageblock && expected === null;
  return [
    `contig ${where} ${expected ?? 'ok'}`,
    ...(expectedMoves.length > 0 ? [`moved, then ${expected ?? 'ok'}`] : []),
    ...(whole ? ['contig over many pageblocks'] : []),
  ];
}

describe('generator', () => {
  test('meets what it promises', () => {
    const counts = new Map<string, number>();
    const watch = (call: Call, answers: Answers, run: BuddyRun) => {
      for (const label of labelsOf(call, answers, run)) {
        counts.set(label, (counts.get(label) ?? 0) + 1);
      }
    };
    const law = 'buddy/contig';
    for (const program of fc.sample(buddyPrograms(law), { numRuns: 400, seed: 1 })) {
      const failure = runBuddyProgram(program, (layout) => new PageAllocator(layout), law, watch);
      expect(failure).toBeUndefined();
    }
    const floors = {
      alloc: 100,
      'alloc none': 100,
      exact: 20,
      'exact none': 20,
      fallback: 20,
      movable: 100,
      'movable in cma': 100,
      freed: 100,
      'part freed': 20,
      'contig ram ok': 20,
      'contig ram EBUSY': 100,
      'contig cma ok': 100,
      'contig cma EBUSY': 20,
      'contig cma ENOMEM': 3,
      'contig over many pageblocks': 5,
      'moved, then ok': 20,
      'moved, then EBUSY': 3,
      'moved, then ENOMEM': 3,
    };
    const low = Object.entries(floors).filter(([label, floor]) => (counts.get(label) ?? 0) < floor);
    expect(low, JSON.stringify([...counts])).toEqual([]);
  });
});
