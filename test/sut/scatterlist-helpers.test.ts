/**
 * Goal: walks and splits are what the specification works out by hand. Method: the examples of the
 * section on helpers, on the implementation and, where the kernel itself is wrong, on the literal
 * reference as well.
 */
import { describe, expect, it } from 'vitest';
import { entriesOf, listOf } from '../../model/reference/scatterlist.ts';
import { losesItsPlace, referenceCopyPieces } from '../../model/reference/scatterlist-walk.ts';
import { referenceSplit, splitsAsAsked } from '../../model/reference/sg-split.ts';
import { SG_ARRAYS, SgBug, SgTable, sgAllocTable } from '../../sut/lib/scatterlist.ts';
import { SgAppendTable, sgAllocAppendTableFromPages } from '../../sut/lib/scatterlist-append.ts';
import { SgMappingIter } from '../../sut/lib/scatterlist-miter.ts';
import {
  sgCopyPieces,
  sgDmaPages,
  sgNentsForLen,
  sgPages,
} from '../../sut/lib/scatterlist-walk.ts';
import { sgSplit } from '../../sut/lib/sg-split.ts';
import { entries } from './table-entries.ts';

const P = 4096;

/** A table of entries at these page frames, without offsets. */
function listLike(pfns: readonly number[], lengths: readonly number[]): SgTable {
  const table = new SgTable(P);
  sgAllocTable(table, pfns.length);
  for (const [k, pfn] of pfns.entries()) table.setPage(k, pfn, lengths[k]!, 0);
  return table;
}

describe('1.5 helpers', () => {
  it('entries for a length', () => {
    const table = listLike([1, 5, 9], [100, 0, 200]);
    const asked = [0, 1, 100, 101, 300, 301];
    expect(asked.map((len) => sgNentsForLen(table, len))).toEqual([0, 1, 1, 3, 3, 'EINVAL']);
  });

  it('pieces of a copy end with pages and entries', () => {
    const table = new SgTable(P);
    sgAllocTable(table, 2);
    table.setPage(0, 1, 5000, 96);
    table.setPage(1, 9, 10, P + 5);
    expect([...sgCopyPieces(table, 2, 9999, 3999)]).toEqual([
      [P + 4095, 1],
      [2 * P, 1000],
      [10 * P + 5, 10],
    ]);
    expect([...sgCopyPieces(table, 2, 3, 5010)]).toEqual([]);
  });

  it('pages of the CPU, and addresses of the device that begin anywhere', () => {
    const table = new SgTable(P);
    sgAllocTable(table, 2);
    table.setPage(0, 1, P, 100);
    table.setPage(1, 7, P, 0);
    table.setDma(0, 0x5010, P);
    table.nents = 1;
    expect([...sgPages(table)]).toEqual([1, 2, 7]);
    expect([...sgPages(table, 2, 2)]).toEqual([7]);
    expect([...sgDmaPages(table)]).toEqual([0x5010, 0x6010]);
  });

  it('the iterator goes on where the caller stopped', () => {
    const miter = new SgMappingIter(listLike([1, 5], [5000, 10]), 2);
    expect(miter.next()).toBe(true);
    miter.consumed = 96;
    expect([miter.next(), miter.phys, miter.length]).toEqual([true, P + 96, 4000]);
    miter.consumed = 0;
    expect([miter.skip(4904), miter.next(), miter.phys, miter.length]).toEqual([
      true,
      true,
      5 * P,
      10,
    ]);
    expect([miter.skip(1), miter.next(), miter.length]).toEqual([false, false, 0]);
  });

  it('after an entry of no bytes behind whole pages the kernel loses its place', () => {
    const sgl = listOf([
      { pfn: 1, offset: P },
      { pfn: 5, length: 2 * P },
    ]);
    expect(losesItsPlace(sgl, P)).toBe(true);
    expect(referenceCopyPieces(sgl, 2, 2 * P, 0, P)).toEqual([
      [2 * P, 0],
      [6 * P, P],
    ]);
    const table = listLike([1, 5], [0, 2 * P]);
    table.setPage(0, 1, 0, P);
    expect([...sgCopyPieces(table, 2, 2 * P, 0)]).toEqual([
      [5 * P, P],
      [6 * P, P],
    ]);
  });

  it('splitting inside an entry that others follow: the example of the defect', () => {
    const lengths = [200, 200, 200, 200];
    const sgl = listOf(lengths.map((length, k) => ({ pfn: 10 * k, length })));
    expect(splitsAsAsked(lengths, 100)).toBe(false);
    const kernels = referenceSplit(sgl, 0, 0, [100], SG_ARRAYS, false);
    expect(entriesOf((kernels as { sgl: typeof sgl }[])[0]!.sgl).map((one) => one.length)).toEqual([
      200, 200, 200, 0,
    ]);
    const outputs = sgSplit(listLike([0, 10, 20, 30], lengths), 0, 0, [100]) as SgTable[];
    expect(outputs.map((output) => entries(output))).toEqual([[[0, 0, 100]]]);
  });

  it('skipping exactly an entry begins with none of its bytes', () => {
    const table = listLike([1, 5], [200, 200]);
    const [output] = sgSplit(table, 0, 200, [200]) as SgTable[];
    expect(entries(output!)).toEqual([
      [1, 200, 0],
      [5, 0, 200],
    ]);
  });

  it('both views are split, each by its own lengths', () => {
    const table = listLike([1, 5, 9], [100, 100, 100]);
    table.setDma(0, 0x1000, 200);
    table.setDma(1, 0x9000, 100);
    table.setDmaFlags(1, 2);
    const outputs = sgSplit(table, 2, 50, [100, 150]) as SgTable[];
    const device = outputs.map((output) =>
      Array.from({ length: output.nents }, (_, k) => [output.dmaAddress(k), output.dmaLength(k)]),
    );
    expect(device).toEqual([
      [[0x1032, 100]],
      [
        [0x1096, 50],
        [0x9000, 100],
      ],
    ]);
    expect(outputs.map(({ origNents }) => origNents)).toEqual([2, 2]);
    expect(outputs[0]!.dmaFlags(1)).toBe(2);
    expect(sgSplit(table, 1, 50, [100, 150])).toBe('EINVAL');
    expect(sgSplit(table, 0, 50, [251])).toBe('EINVAL');
    table.setDma(0, 0x1000, 10);
    table.setDma(1, 0x9000, 300);
    expect(() => sgSplit(table, 2, 0, [100])).toThrow(SgBug);
  });
});

describe('1.6 two views of one list', () => {
  it('entries that come after a map can be mapped, too', () => {
    const append = new SgAppendTable(P);
    const far = Array.from({ length: 40 }, (_, k) => 100 + 2 * k);
    sgAllocAppendTableFromPages(append, { pfns: [10] }, { offset: 0, size: P }, 40);
    append.sgt.setDma(0, 0x7000, P);
    sgAllocAppendTableFromPages(append, { pfns: far }, { offset: 0, size: 40 * P }, 0);
    append.sgt.setDma(40, 0x8000, P);
    expect([append.sgt.dmaAddress(0), append.sgt.dmaAddress(40)]).toEqual([0x7000, 0x8000]);
  });
});
