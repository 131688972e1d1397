// Goal: what lies behind a window is nobody's, and entries without bytes are mapped by nobody.
// Method: one example on either side of each edge.
import { describe, expect, it } from 'vitest';
import { OK } from '../../contract/outcome.ts';
import type { Answered } from './forge.ts';
import { chunk, grant, legalityOf, ok, withMemory } from './forge.ts';

const MACHINE = `bank 0x80000000 64M
pool p0 0x20000000 16K
device d0
device short window 0x20000000 0x0 2K pool p0`;

const setting = withMemory(
  chunk('kernel', 0x82400000, 0x20000),
  chunk('dma', 0x82420000, 0x20000),
  chunk('dma32', 0x82440000, 0x20000),
);

const pooled = (size: number): readonly Answered[] => [
  ['attach short', OK],
  [`h0 = alloc_coherent short ${size}`, grant(0x20000000, size, 0)],
];
const pages: Answered = ['h0 = alloc_pages 1', ok({ phys: 0x80000000 })];
const mapped: Answered = ['m1 = map_page d0 h0 8192', ok({ address: 0x80000000 })];
const table: Answered = ['t1 = sg_from_pages h0', ok({ entries: [[0x80000000, 8192]] })];
const split = (...lengths: number[]): Answered => [
  't2 = sg_split t1 0 100',
  ok({ entries: lengths.map((length) => [0x80000000, length] as const) }),
];

describe('at edges', () => {
  it.each([
    ['a store up to the end of the window', pooled(2048), 'device_write h0 0 2048 1', 'legal'],
    ['of a buffer that goes on behind it', pooled(2049), 'device_write h0 0 1 1', 'undefined'],
    [
      'an unmap of what a window that has come holds',
      [pages, mapped, ['set_offset d0 0x80000000 0x80000000 8K', OK]],
      'unmap m1',
      'legal',
    ],
    [
      'an unmap of what goes on behind it',
      [pages, mapped, ['set_offset d0 0x80000000 0x0 4K', OK]],
      'unmap m1',
      'undefined',
    ],
    ['a map of entries with bytes', [pages, table, split(100)], 'm3 = map_sgtable d0 t2', 'legal'],
    [
      'a map of an entry without',
      [pages, table, split(100, 0)],
      'm3 = map_sgtable d0 t2',
      'undefined',
    ],
  ] as const)('%s', (_rule, before, op, is) => {
    expect(legalityOf(MACHINE, before as readonly Answered[], op, setting)).toBe(is);
  });
});
