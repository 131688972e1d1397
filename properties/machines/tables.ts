/**
 * How real machines look: weights per draw, from 2851 device trees of three architectures folded
 * to 121 layouts, tails lifted (sharing is the subject, so shared pools are drawn far more often
 * than boards have them). Sizes in bytes; alignments and totals as log2.
 */
import type { Weighted } from '../random.ts';

const K = 2 ** 10;
const M = 2 ** 20;
const G = 2 ** 30;

export const POOLS_PER_BOARD: Weighted<number> = [
  [0, 4],
  [1, 32],
  [2, 17],
  [3, 8],
  [4, 12],
  [5, 6],
  [6, 7],
  [8, 4],
  [10, 3],
  [16, 3],
  [24, 2],
  [50, 1],
];
export const CMA_PER_BOARD: Weighted<number> = [
  [0, 45],
  [1, 43],
  [2, 9],
  [3, 3],
];
export const RESTRICTED_PER_BOARD: Weighted<number> = [
  // Two boards have one; what they do is to be met more often.
  [0, 55],
  [1, 35],
  [2, 10],
];
/** Bounds of the count of other regions; the tail of 21 to 50 is drawn as 21 to 30. */
export const OTHERS_PER_BOARD: Weighted<readonly [number, number]> = [
  [[0, 0], 25],
  [[1, 3], 25],
  [[4, 9], 25],
  [[10, 20], 15],
  [[21, 50], 10],
];
export const POOL_SIZE: Weighted<number> = [
  [4 * K, 5],
  [8 * K, 7],
  [16 * K, 3],
  [20 * K, 2],
  [64 * K, 4],
  [256 * K, 4],
  [512 * K, 3],
  [1 * M, 30],
  [2.5 * M, 2],
  [4 * M, 4],
  [8 * M, 5],
  [12 * M, 2],
  [13.5 * M, 2],
  [15 * M, 11],
  [16 * M, 5],
  [20 * M, 3],
  [41 * M, 3],
  [64 * M, 2],
  [160 * M, 2],
  [256 * M, 1],
  // Beyond 2 GiB 32-bit offsets break; no board has it yet.
  [6 * G, 1],
];
export const BASE_ALIGNMENT: Weighted<number> = [
  [12, 8],
  [14, 4],
  [16, 4],
  [17, 8],
  [19, 3],
  [20, 28],
  [21, 3],
  [22, 10],
  [23, 7],
  [24, 14],
  [26, 4],
  [28, 5],
  [31, 2],
];
export const CMA_SIZE: Weighted<number> = [
  [23, 7],
  [24, 4],
  [25, 6],
  [26, 13],
  [27, 7],
  [28, 6],
  [29, 6],
  [30, 10],
];
/** Bytes up to which the gap to the next region goes; -1: it overlaps. */
export const GAP: Weighted<number> = [
  [0, 65],
  [4 * K, 4],
  [1 * M, 8],
  [16 * M, 8],
  [256 * M, 8],
  [4 * G, 4],
  [64 * G, 2],
  [-1, 1],
];
export type Spot = 'first' | 'second' | 'third' | 'fourth' | 'end' | 'outside' | 'start';
export const SPOT: Weighted<Spot> = [
  ['first', 30],
  ['second', 45],
  ['third', 5],
  ['fourth', 4],
  ['end', 4],
  ['outside', 10],
  ['start', 2],
];
export const USERS_PER_POOL: Weighted<number> = [
  [0, 20],
  [1, 60],
  [2, 12],
  [3, 5],
  [4, 3],
];
export const POOLS_PER_DEVICE: Weighted<number> = [
  [1, 50],
  [2, 42],
  [3, 3],
  [6, 5],
];
/** Position of the first pool in a list; the entries before it are of other kinds. */
export const POOL_INDEX: Weighted<number> = [
  [0, 60],
  [1, 30],
  [2, 6],
  [5, 4],
];
export const BANKS: Weighted<number> = [
  [1, 55],
  [2, 28],
  [3, 8],
  [4, 6],
  [9, 3],
];
export const FIRST_BANK: Weighted<number> = [
  [0x80000000, 28],
  [0x40000000, 20],
  [0, 18],
  [0x48000000, 8],
  [0x10000000, 6],
  [0xc0000000, 5],
  [0x800000000, 15],
];
export const BANK_HOLE: Weighted<number> = [
  [0, 13],
  [256 * M, 20],
  [1 * G, 5],
  [4 * G, 15],
  [64 * G, 33],
  [1024 * G, 3],
];
export const TOTAL_MEMORY: Weighted<number> = [
  [24, 4],
  [26, 5],
  [27, 8],
  [28, 11],
  [29, 15],
  [30, 22],
  [31, 26],
  [32, 32],
  [33, 19],
  [34, 9],
  [36, 5],
];
export type WindowKind = 'none' | 'identity' | 'offset' | 'multi' | 'nested';
export const WINDOW_KIND: Weighted<WindowKind> = [
  ['none', 50],
  ['identity', 30],
  ['offset', 12],
  ['multi', 6],
  ['nested', 2],
];
/** Distinct device views a machine aims at. */
export const VIEWS: Weighted<readonly [number, number]> = [
  [[2, 2], 54],
  [[3, 3], 9],
  [[4, 4], 14],
  [[5, 5], 14],
  [[6, 9], 5],
  [[10, 17], 3],
];
export const MASK_BITS: Weighted<number> = [
  [32, 60],
  [64, 10],
  [40, 8],
  [48, 5],
  [34, 4],
  [36, 4],
  [33, 3],
  [44, 2],
  [39, 1],
  [30, 2],
  [24, 1],
];
