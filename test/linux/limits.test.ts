/** Goal: the rig takes the machines it can be, and says why not. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { REGION_FLAGS } from '../../contract/machine.ts';
import { machineProblem } from '../../contract/machine-check.ts';
import { arenasOf, handsOut, LINUX_MACHINES, ramOf, refusalOf } from '../../linux/limits.ts';
import { machineArbitrary } from '../../properties/arbitrary.ts';
import { machineOf } from './machine.ts';

const G = 2 ** 30;
const region = (base: number, size: number) =>
  ({ ...REGION_FLAGS, name: 'p0', kind: 'pool', base, size, noMap: true }) as const;

test('machines drawn for the rig are taken', () => {
  const drawn = fc.sample(machineArbitrary(LINUX_MACHINES), { seed: 3, numRuns: 300 });
  expect(drawn.map(refusalOf).filter((reason) => reason !== null)).toEqual([]);
  expect(drawn.map(machineProblem).filter((problem) => problem !== null)).toEqual([]);
  expect(drawn.some(({ regions }) => regions.some(({ kind }) => kind === 'pool'))).toBe(true);
  expect(drawn.some(({ regions }) => regions.some(({ kind }) => kind === 'cma'))).toBe(true);
});

test.each([
  ['page size', { pageSize: 16384 }, /4 KiB/],
  ['CPUs', { cpus: 9 }, /CPUs/],
  ['zone', { zoneDmaLimit: 2 ** 30 - 1 }, /ZONE_DMA/],
  ['memory', { banks: [{ base: 2 * G, size: G }] }, /the kernel needs RAM/],
  ['region in the kernel', { regions: [region(0x48000000, 4096)] }, /where the kernel is/],
  ['region without RAM', { regions: [region(0x10000000, 4096)] }, /no RAM at 0x10000000/],
  [
    'bounce memory',
    { swiotlb: { slots: 128, areas: 1, force: false, dynamic: true } },
    /bounce memory grows/,
  ],
])('other machines are refused: %s', (_name, change, reason) => {
  expect(refusalOf(machineOf([{}], change))).toMatch(reason);
});

test('arenas are RAM that nothing else lies in', () => {
  expect(arenasOf(machineOf([{}]))).toHaveLength(16);
  const cut = machineOf([{}], { regions: [region(0x60080000, 0x100000)] });
  expect(arenasOf(cut)).toHaveLength(14);
  expect(arenasOf(machineOf([{}], { banks: [{ base: G, size: G / 2 }] }))).toEqual([]);
});

test('pages of neighbouring arenas are handed out as one run', () => {
  const machine = machineOf([{}]);
  expect(handsOut(machine, 0x600ff000, 0x2000)).toBe(true);
  expect(handsOut(machine, 0x607ff000, 0x2000)).toBe(false);
});

test('the board gets as much RAM as the machine mentions, in GiB', () => {
  expect(ramOf(machineOf([{}]))).toBe(7 * G);
  expect(ramOf(machineOf([{}], { regions: [region(0x200000000, 4096)] }))).toBe(9 * G);
});
