/** Window sets of real buses, and a few around the machine's own memory. */
import type { Window } from '../../contract/machine.ts';
import { UNLIMITED } from '../../contract/numbers.ts';
import type { Random, Weighted } from '../random.ts';
import { chance, pick, weighted } from '../random.ts';
import type { WindowKind } from './tables.ts';

const w = (dma: number, cpu: number, size: number): Window => ({ cpu, dma, size });
const one = (base: number, size: number): readonly Window[] => [w(base, base, size)];

/** Weights: boards that have the set, plus 5 for each. */
const IDENTITY: Weighted<readonly Window[]> = [
  [one(0x40000000, 0xc0000000), 246],
  [one(0, 0x1000000000), 248],
  [one(0, 0x10000000000), 91],
  [one(0, 0x100000000), 88],
  [one(0x80000000, 0x80000000), 63],
  [one(0, 0x400000000), 54],
  [one(0, 2 ** 48), 58],
  [one(0, UNLIMITED), 12],
  [one(0, 0xc0000000), 11],
  [one(0, 0x80000000), 10],
  [one(0x40000000, 0x200000000), 10],
  [one(0, 0x40000000), 6],
];
const OFFSET: Weighted<readonly Window[]> = [
  [[w(0, 0x40000000, 0xc0000000)], 65],
  [[w(0, 0x40000000, 0x20000000)], 26],
  [[w(0x100000000, 0x40000000, 0xfff00000)], 25],
  [[w(0, 0x40000000, 0x80000000)], 22],
  [[w(0xc0000000, 0, 0x3f000000)], 18],
  [[w(0x40000000, 0, 0x20000000)], 13],
  [[w(0xc0000000, 0, 0x40000000)], 11],
  [[w(0, 0x200000000, 0x80000000)], 6],
  [[w(0, 0x80000000, 0x100000000)], 6],
];
const MULTI: Weighted<readonly Window[]> = [
  [
    [
      w(0, 0x38000000, 0x10000),
      w(0x10000000, 0x10000000, 0x60000),
      w(0x30000000, 0x30000000, 0x60000),
    ],
    66,
  ],
  [[w(0, 0, 0x80000000), w(0x80000000, 0x100000000, 0x180000000)], 10],
  [[w(0, 0, 0x80000000), w(0x100000000, 0x180000000, 0x300000000)], 10],
  [[w(0x80000000, 0x80000000, 0x7a000000), w(0xfa000000, 0x107a000000, 0x1000000)], 7],
  [[w(0x80000000, 0x80000000, 0x80000000), w(0x800000000, 0x800000000, 0x200000000)], 11],
  // A higher window before a lower one.
  [[w(0x8000000000, 0x8000000000, 0x80000000), w(0, 0, 0x8000000000)], 7],
];
const NESTED: Weighted<readonly Window[]> = [
  [[w(0x1000000000, 0, 0x1000000000), w(0xfffffff000, 0x1000131000, 0x1000)], 7],
  [[w(0, 0x1f00000000, 0x400000), w(0x1000000000, 0, 0x1000000000)], 7],
];

const SETS = { identity: IDENTITY, offset: OFFSET, multi: MULTI, nested: NESTED } as const;

/**
 * A set of the kind. Half of the offset and multi sets are built around `around`, the base of
 * some memory of the machine, so that windows start, end and split where something is.
 */
export function drawWindows(
  random: Random,
  kind: WindowKind,
  around: readonly { readonly base: number; readonly size: number }[],
  pageSize: number,
): readonly Window[] {
  if (kind === 'none') return [];
  if (kind === 'identity' || kind === 'nested' || around.length === 0 || chance(random, 1, 2)) {
    return weighted(random, SETS[kind]);
  }
  const { base, size } = pick(random, around);
  const dma = pick(random, [0, 0x1000, 0x40000000, 0x100000000]);
  const length = Math.max(size, pageSize);
  const half = Math.floor(length / pageSize / 2) * pageSize;
  if (kind === 'offset') {
    const short = chance(random, 1, 4) && half > 0;
    return [w(dma, base, short ? half : length)];
  }
  if (half === 0) return [w(dma, base, length), w(dma + 0x80000000, 0, pageSize)];
  const second = w(dma + 0x200000000, base + half, length - half);
  const sets: readonly (readonly Window[])[] = [
    [w(dma, base, half), second],
    [second, w(dma, base, half)],
    // Overlapping windows: the first one wins.
    [w(dma, base, half), w(dma + 0x200000000, base, length)],
    // A size of 0 ends the table: the last window does not exist.
    [w(dma, base, half), w(0, 0, 0), second],
    // One under a page ends it for the walk over RAM, and for nobody else.
    [w(dma, base, half), w(0x5000, 0, pageSize / 2), second],
  ];
  return pick(random, sets);
}
