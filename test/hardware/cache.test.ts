/**
 * Goal: cache, bus and views of the CPU do to bytes and lines what they say, at the cost of runs.
 * Method: one example of each rule; random programs beside arrays of bytes and lines, at both ends
 * of the address space and between; then hardware that is broken on purpose, which the same
 * programs must catch.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ADDRESS_END } from '../../contract/numbers.ts';
import { Hardware } from '../../hardware/hardware.ts';
import { DIRT } from '../../hardware/ram.ts';
import { difference } from './beside-bytes.ts';
import { BROKEN, withFlaw } from './broken-hardware.ts';
import { ACT_NAMES, type MakeParts, type Step, steps } from './steps.ts';

const SIZE = 192;
const BASE = 2 ** 32 + 2 ** 20;
const MIB = 2 ** 20;

const sound: MakeParts = (line) => new Hardware(line);

/** What differs on random programs, on the smallest one found; undefined if nothing does. */
function check(make: MakeParts, line: number, base: number, numRuns: number, shrink = true) {
  const programs = fc.array(steps(SIZE, line), { size: 'max', maxLength: 24 });
  const place = { base, size: SIZE, line };
  let found: string | undefined;
  const property = fc.property(programs, (program: Step[]) => {
    const differs = difference(make(line), place, program);
    found = differs ?? found;
    return differs === undefined;
  });
  fc.check(property, { seed: 1, numRuns, endOnFailure: !shrink });
  return found;
}

describe('beside bytes and lines', () => {
  test.each([
    ['in the middle', BASE, 16],
    ['at address 0', 0, 16],
    ['up to the last address', ADDRESS_END - SIZE, 16],
    ['in lines of 64 bytes', BASE, 64],
    ['in lines of one byte', BASE, 1],
  ])('random programs %s', (_, base, line) => {
    expect(check(sound, line, base, 60)).toBeUndefined();
  });

  test('every act is drawn', () => {
    const drawn = fc.sample(steps(SIZE, 16), { seed: 1, numRuns: 500 });
    expect(new Set(drawn.map(({ act }) => act))).toEqual(new Set(ACT_NAMES));
  });

  test('what the broken ones are made of is sound', () => {
    expect(check(withFlaw({}), 16, BASE, 60)).toBeUndefined();
  });

  test.each(BROKEN)('caught: %s', (_, make) => {
    expect(check(make, 16, BASE, 400, false)).toBeDefined();
  });
});

describe('the cache', () => {
  test('a store is seen by the CPU and not by RAM, until it is cleaned', () => {
    const { ram, cache } = new Hardware(16);
    cache.fill(BASE + 4, 8, 1);
    expect(cache.read(BASE, 16).join(' ')).toBe(`${DIRT},4 1,8 ${DIRT},4`);
    expect(ram.read(BASE, 16)).toEqual([[DIRT, 16]]);
    cache.clean(BASE + 15, 1);
    expect(ram.read(BASE + 4, 8)).toEqual([[1, 8]]);
    expect([cache.isValid(BASE), cache.isDirty(BASE)]).toEqual([true, false]);
  });

  test('a load keeps the line: what RAM gets later stays unseen until the line is dropped', () => {
    const { ram, cache } = new Hardware(16);
    cache.read(BASE, 1);
    ram.fill(BASE, 16, 2);
    expect(cache.read(BASE + 15, 1)).toEqual([[DIRT, 1]]);
    cache.invalidate(BASE, 16);
    expect(cache.read(BASE + 15, 1)).toEqual([[2, 1]]);
  });

  test('invalidate loses stores in whole lines and writes back those beside it', () => {
    const { ram, cache } = new Hardware(16);
    cache.fill(BASE, 64, 3);
    cache.invalidate(BASE + 8, 40);
    expect(ram.read(BASE, 64).join(' ')).toBe(`3,16 ${DIRT},48`);
    expect(cache.snoop(BASE, 64).join(' ')).toBe(`3,16 ${DIRT},32 3,16`);
    cache.invalidate(BASE + 48, 1);
    expect(ram.read(BASE, 64).join(' ')).toBe(`3,16 ${DIRT},32 3,16`);
    expect(cache.runs).toBe(2);
  });

  test.each([0, 3, 24, -16, 1.5])('refuses lines of %d bytes', (line) => {
    expect(() => new Hardware(line)).toThrow(RangeError);
  });
});

describe('costs', () => {
  test('64 MiB filled, cleaned and dropped are a few runs at any time', () => {
    const { ram, cache, bus } = new Hardware(64);
    expect(cache.runs).toBe(2);
    cache.fill(BASE + 1, 64 * MIB, 1);
    expect(cache.runs).toBe(8);
    cache.clean(BASE, 64 * MIB + 64);
    expect([cache.runs, ram.runs]).toEqual([6, 3]);
    cache.invalidate(BASE, 64 * MIB + 64);
    expect(cache.runs).toBe(2);
    expect(bus.read(BASE, 64 * MIB, true).join(' ')).toBe(`${DIRT},1 1,${64 * MIB - 1}`);
  });

  test('a line that leaves splits a run and no more', () => {
    const { cache } = new Hardware(64);
    cache.fill(BASE, 64 * MIB, 1);
    cache.evict(BASE + 32 * MIB, 1);
    expect(cache.runs).toBe(10);
    cache.prefetch(BASE + 32 * MIB, 1);
    expect(cache.runs).toBe(8);
  });
});
