/**
 * Goal: no small table is built, grown or split wrongly. Method: every list of up to 6 page frames
 * out of 4, with every offset, segment and size of a small set, at once and in two batches cut
 * anywhere; every list of up to 4 entries of few lengths, split at every byte into all sizes. Each
 * beside the literal rule; the number of questions is asserted.
 */
import { describe, expect, test } from 'vitest';
import { emptyTable, listOf } from '../../model/reference/scatterlist.ts';
import {
  appendPages,
  emptyAppend,
  tableFromPages,
} from '../../model/reference/scatterlist-append.ts';
import { referenceSplit, splitsAsAsked } from '../../model/reference/sg-split.ts';
import { expectedEntries, observedEntries } from '../../properties/lockstep/scatterlist-texts.ts';
import { sequences } from '../../properties/lockstep/sequences.ts';
import { SG_ARRAYS, SgTable, sgAllocTable } from '../../sut/lib/scatterlist.ts';
import {
  SgAppendTable,
  sgAllocAppendTableFromPages,
  sgAllocTableFromPages,
} from '../../sut/lib/scatterlist-append.ts';
import { sgSplit } from '../../sut/lib/sg-split.ts';

/** Two entries an array: pages of 64 bytes exist nowhere, but links and their edges do. */
const P = 64;
const FRAMES = [1, 2, 3, 4];
const MOST = 6;
const ALL = Number.MAX_SAFE_INTEGER;

/** Entries and counters of a table of the implementation. */
const observedText = (table: SgTable) =>
  `${table.nents} ${table.end}: ${observedEntries(table, table.end)}`;

describe('tables from pages', () => {
  const layouts = [0, P - 1].flatMap((offset) =>
    [P, 3 * P - 1, 2 ** 32 - 1].map((maxSegment) => ({ offset, maxSegment })),
  );

  test('every list, offset, segment and size', () => {
    const wrong: string[] = [];
    let questions = 0;
    for (const pfns of sequences(FRAMES, MOST)) {
      const pages = pfns.map((pfn) => ({ pfn, owner: 0 }));
      // The last page in part; and a page too few.
      const full = pfns.length * P;
      for (const layout of layouts) {
        for (const size of [full - 5, full - P]) {
          questions++;
          const asked = { ...layout, size: Math.max(1, size - layout.offset) };
          const expected = emptyTable();
          tableFromPages(expected, pages, asked, P, SG_ARRAYS);
          const table = new SgTable(P);
          sgAllocTableFromPages(table, { pfns }, asked);
          const { nents, sgl } = expected;
          const text = `${nents} ${nents}: ${expectedEntries(sgl, ALL)}`;
          const observed = observedText(table);
          if (text !== observed) wrong.push(`${pfns}: ${observed}, not ${text}`);
        }
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(questions).toBe((4 + 16 + 64 + 256 + 1024 + 4096) * 6 * 2);
  });

  test('every list in two batches, cut anywhere, with every segment', () => {
    const wrong: string[] = [];
    let questions = 0;
    for (const pfns of sequences(FRAMES, MOST)) {
      for (let cut = 1; cut < pfns.length; cut++) {
        for (const maxSegment of [P, 2 * P, 2 ** 32 - 1]) {
          questions++;
          const observed = new SgAppendTable(P);
          const expected = emptyAppend();
          for (const [part, left] of [
            [pfns.slice(0, cut), pfns.length - cut],
            [pfns.slice(cut), 0],
          ] as const) {
            const asked = { offset: 0, size: part.length * P, maxSegment };
            const pages = part.map((pfn) => ({ pfn, owner: 0 }));
            sgAllocAppendTableFromPages(observed, { pfns: part }, asked, left);
            appendPages(expected, pages, asked, left, P, SG_ARRAYS);
          }
          const { nents, sgl } = expected.sgt;
          const text = `${nents} ${nents}: ${expectedEntries(sgl, ALL)}`;
          const same = text === observedText(observed.sgt);
          const total = observed.totalNents === expected.totalNents;
          if (!same || !total) wrong.push(`${pfns} cut at ${cut}: not ${text}`);
        }
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(questions).toBe((16 + 2 * 64 + 3 * 256 + 4 * 1024 + 5 * 4096) * 3);
  });
});

/** Splits on both sides; answers what differs. */
function askSplit(lengths: readonly number[], skip: number, sizes: readonly number[]) {
  const table = new SgTable(P);
  sgAllocTable(table, lengths.length);
  for (const [k, length] of lengths.entries()) table.setPage(k, 10 * k + 1, length, k);
  const sgl = listOf(lengths.map((length, k) => ({ pfn: 10 * k + 1, length, offset: k })));
  const end = sizes.reduce((sum, size) => sum + size, skip);
  const repaired = !splitsAsAsked(lengths, end);
  const expected = referenceSplit(sgl, 0, skip, sizes, SG_ARRAYS, repaired);
  const outputs = sgSplit(table, 0, skip, sizes);
  const text =
    typeof expected === 'string'
      ? expected
      : expected.map((one) => expectedEntries(one.sgl, ALL)).join('; ');
  const observed =
    typeof outputs === 'string'
      ? outputs
      : outputs.map((one) => observedEntries(one, one.end)).join('; ');
  if (text === observed) return undefined;
  return `${lengths} at ${skip} into ${sizes}: ${observed}, not ${text}`;
}

describe('splits', () => {
  const sizes = [...sequences([1, 2, 3], 3)];

  test('every list, skip and sizes', () => {
    const wrong: string[] = [];
    let questions = 0;
    for (const lengths of sequences([0, 1, 2, 3], 4)) {
      const total = lengths.reduce((sum, length) => sum + length, 0);
      for (let skip = 0; skip <= Math.min(total, 4); skip++) {
        for (const asked of sizes) {
          questions++;
          const differs = askSplit(lengths, skip, asked);
          if (differs) wrong.push(differs);
        }
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    // Skips that end in a list, of all lists together; and lists of sizes.
    expect(questions).toBe(1579 * 39);
  });
});
