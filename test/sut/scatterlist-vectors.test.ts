/**
 * Goal: tables are what the specification works out by hand, and what Linux does in its traps.
 * Method: the examples of each section, on the implementation and, where the kernel itself is
 * wrong, on the literal reference as well.
 */
import { describe, expect, it } from 'vitest';
import { entriesOf, listOf } from '../../model/reference/scatterlist.ts';
import { appendPages, emptyAppend, freeAppend } from '../../model/reference/scatterlist-append.ts';
import { losesItsPlace, referenceCopyPieces } from '../../model/reference/scatterlist-walk.ts';
import { referenceSplit, splitsAsAsked } from '../../model/reference/sg-split.ts';
import { ArrayLedger } from '../../properties/lockstep/scatterlist-sides.ts';
import {
  SgBug,
  SgTable,
  sgAllocTable,
  sgAllocTableChained,
  sgFreeTable,
} from '../../sut/lib/scatterlist.ts';
import {
  SgAppendTable,
  sgAllocAppendTableFromPages,
  sgAllocTableFromPages,
  sgFreeAppendTable,
} from '../../sut/lib/scatterlist-append.ts';
import { SgMappingIter } from '../../sut/lib/scatterlist-miter.ts';
import {
  sgCopyPieces,
  sgDmaPages,
  sgNents,
  sgNentsForLen,
  sgPages,
} from '../../sut/lib/scatterlist-walk.ts';
import { sgSplit } from '../../sut/lib/sg-split.ts';

const P = 4096;

/** Page frame, offset and length of each entry. */
const entries = (table: SgTable, nents = table.origNents) =>
  Array.from({ length: nents }, (_, k) => [table.pfn(k), table.offset(k), table.length(k)]);

/** A table of entries at these page frames, without offsets. */
function listLike(pfns: readonly number[], lengths: readonly number[]): SgTable {
  const table = new SgTable(P);
  sgAllocTable(table, pfns.length);
  for (const [k, pfn] of pfns.entries()) table.setPage(k, pfn, lengths[k]!, 0);
  return table;
}

function appendTo(append: SgAppendTable, pfns: number[], size: number, left: number) {
  return sgAllocAppendTableFromPages(append, { pfns }, { offset: 0, size }, left);
}

describe('1.2 allocation with chaining', () => {
  it.each([
    [1, '+1'],
    [128, '+128'],
    [129, '+128 +2'],
    [255, '+128 +128'],
    [256, '+128 +128 +2'],
    [300, '+128 +128 +46'],
  ])('%i entries take arrays %s', (nents, arrays) => {
    const ledger = new ArrayLedger(null);
    const table = new SgTable(P, ledger);
    expect(sgAllocTable(table, nents)).toBeNull();
    expect([table.nents, table.origNents, sgNents(table)]).toEqual([nents, nents, nents]);
    expect(ledger.events.join(' ')).toBe(arrays);
    sgFreeTable(table);
    sgFreeTable(table);
    expect(ledger.events.join(' ')).toBe(`${arrays} ${arrays.replaceAll('+', '-')}`);
    expect([table.origNents, sgNents(table)]).toEqual([nents, 0]);
  });

  it('arrays of larger pages hold more', () => {
    const ledger = new ArrayLedger(null);
    sgAllocTable(new SgTable(16384, ledger), 513);
    expect(ledger.events).toEqual(['+512', '+2']);
  });

  it.each([
    [0, 0],
    [1, 128],
    [2, 255],
  ])('300 entries that fail at array %i from 0 leave counters of %i', (failAt, stale) => {
    const ledger = new ArrayLedger(failAt);
    const table = new SgTable(P, ledger);
    expect(sgAllocTable(table, 300)).toBe('ENOMEM');
    expect([table.nents, table.origNents, sgNents(table)]).toEqual([stale, stale, 0]);
    expect(ledger.balanced()).toBe(true);
  });

  it('no entries are an error, with counters of 0', () => {
    const table = listLike([1], [P]);
    sgFreeTable(table);
    expect(sgAllocTable(table, 0)).toBe('EINVAL');
    expect([table.nents, table.origNents]).toEqual([0, 0]);
    expect(() => sgAllocTableChained(table, 0, 128)).toThrow(SgBug);
  });

  it.each([
    [1, 1, ''],
    [10, 10, ''],
    [11, 10, '+2'],
    [11, 1, '+11'],
    [200, 0, '+128 +73'],
  ])('%i entries after a first array of %i take arrays "%s"', (nents, first, arrays) => {
    const ledger = new ArrayLedger(null);
    const table = new SgTable(P, ledger);
    expect(sgAllocTableChained(table, nents, first)).toBeNull();
    expect(ledger.events.join(' ')).toBe(arrays);
    expect(sgNents(table)).toBe(nents);
    sgFreeTable(table);
    expect(ledger.balanced()).toBe(true);
  });
});

describe('1.3 building from a page array', () => {
  it('the worked example', () => {
    const table = new SgTable(P);
    const layout = { offset: 100, size: 20373, maxSegment: 8197 };
    expect(sgAllocTableFromPages(table, { pfns: [20, 21, 22, 23, 24] }, layout)).toBeNull();
    expect(entries(table)).toEqual([
      [20, 100, 8092],
      [22, 0, 8192],
      [24, 0, 4089],
    ]);
    expect([table.phys(0), table.dmaAddress(0), table.dmaLength(0)]).toEqual([82020, 0, 0]);
  });

  it('owners part pages', () => {
    const table = new SgTable(P);
    const pages = { pfns: [1, 2, 3], owners: [0, 0, 5] };
    sgAllocTableFromPages(table, pages, { offset: 0, size: 3 * P });
    expect(entries(table)).toEqual([
      [1, 0, 2 * P],
      [3, 0, P],
    ]);
  });

  it('the largest segment of the short form is 4294963200 bytes', () => {
    const pfns = Float64Array.from({ length: 2 ** 20 }, (_, k) => k);
    const table = new SgTable(P);
    sgAllocTableFromPages(table, { pfns }, { offset: 0, size: 2 ** 32 });
    expect(entries(table)).toEqual([
      [0, 0, 4294963200],
      [2 ** 20 - 1, 0, P],
    ]);
  });

  it('errors leave the table untouched', () => {
    const ledger = new ArrayLedger(1);
    const table = new SgTable(P, ledger);
    const pfns = Array.from({ length: 200 }, (_, k) => 2 * k);
    const layout = { offset: 0, size: 200 * P };
    expect(sgAllocTableFromPages(table, { pfns }, { ...layout, maxSegment: P - 1 })).toBe('EINVAL');
    expect(sgAllocTableFromPages(table, { pfns }, layout)).toBe('ENOMEM');
    expect([table.nents, table.origNents, sgNents(table)]).toEqual([0, 0, 0]);
    expect(ledger.balanced()).toBe(true);
  });

  it('a table that is taken over is held once', () => {
    const ledger = new ArrayLedger(null);
    const [from, to] = [new SgTable(P, ledger), new SgTable(P, ledger)];
    sgAllocTable(from, 3);
    to.takeOver(from);
    sgFreeTable(from);
    sgFreeTable(to);
    expect(ledger.events).toEqual(['+3', '-3']);
  });
});

describe('1.4 appending', () => {
  it('a batch lengthens the last entry, then needs entries', () => {
    const append = new SgAppendTable(P);
    expect(appendTo(append, [10, 11], 2 * P, 3)).toBeNull();
    expect([append.totalNents, sgNents(append.sgt)]).toEqual([4, 4]);
    expect(appendTo(append, [12, 20], 2 * P, 1)).toBeNull();
    expect(appendTo(append, [21], P, 0)).toBeNull();
    expect(entries(append.sgt)).toEqual([
      [10, 0, 3 * P],
      [20, 0, 2 * P],
    ]);
    expect([append.totalNents, sgNents(append.sgt), append.prv]).toEqual([4, 2, 1]);
  });

  it('the errors', () => {
    const append = new SgAppendTable(P, new ArrayLedger(null), false);
    const layout = { offset: 0, size: P };
    const call = (maxSegment: number, offset = 0) => {
      const asked = { ...layout, offset, maxSegment };
      return sgAllocAppendTableFromPages(append, { pfns: [1] }, asked, 1);
    };
    expect(call(P - 1)).toBe('EINVAL');
    expect(call(P)).toBeNull();
    expect(call(P)).toBe('EOPNOTSUPP');
    const chaining = new SgAppendTable(P);
    appendTo(chaining, [1], P, 1);
    const late = { offset: 1, size: P };
    expect(sgAllocAppendTableFromPages(chaining, { pfns: [2] }, late, 0)).toBe('EINVAL');
    expect(() => appendTo(chaining, [], 0, 0)).toThrow(SgBug);
    const reference = emptyAppend();
    const ledger = new ArrayLedger(null);
    const ask = (offset: number, chained: boolean) => {
      const asked = { ...layout, offset, maxSegment: P };
      return appendPages(reference, [{ pfn: 1, owner: 0 }], asked, 1, P, ledger, chained);
    };
    expect([ask(0, false), ask(0, false), ask(1, true)]).toEqual([0, 'EOPNOTSUPP', 'EINVAL']);
  });

  it('without memory entries stay as they were, arrays stay attached, and it can be tried again', () => {
    const ledger = new ArrayLedger(2);
    const append = new SgAppendTable(P, ledger);
    const far = Array.from({ length: 300 }, (_, k) => 100 + 2 * k);
    appendTo(append, [10], P, 301);
    expect(appendTo(append, [11, ...far], 301 * P, 0)).toBe('ENOMEM');
    expect(entries(append.sgt)).toEqual([[10, 0, P]]);
    expect([append.totalNents, append.prv, ledger.events]).toEqual([
      255,
      0,
      ['+128', '+128', '!47'],
    ]);
    expect(appendTo(append, [11, ...far], 301 * P, 0)).toBeNull();
    expect(append.sgt.origNents).toBe(301);
    sgFreeAppendTable(append);
    expect(ledger.balanced()).toBe(true);
  });

  it('the kernel loses arrays when the estimate grows; the implementation gives all back', () => {
    const [ledger, kernels] = [new ArrayLedger(null), new ArrayLedger(null)];
    const append = new SgAppendTable(P, ledger);
    const reference = emptyAppend();
    const layout = { offset: 0, size: P, maxSegment: P };
    for (const pfn of [10, 20, 30]) {
      sgAllocAppendTableFromPages(append, { pfns: [pfn] }, layout, 1);
      appendPages(reference, [{ pfn, owner: 0 }], layout, 1, P, kernels);
    }
    sgFreeAppendTable(append);
    freeAppend(reference, P, kernels);
    expect(ledger.events.join(' ')).toBe('+2 +2 +2 -2 -2 -2');
    expect(kernels.events.join(' ')).toBe('+2 +2 +2 -4');
  });
});

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

  it('an entry of no bytes behind whole pages leads the kernel astray, not the implementation', () => {
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
    const kernels = referenceSplit(sgl, 0, 0, [100], new ArrayLedger(null), false);
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
    appendTo(append, [10], P, 40);
    append.sgt.setDma(0, 0x7000, P);
    appendTo(append, far, 40 * P, 0);
    append.sgt.setDma(40, 0x8000, P);
    expect([append.sgt.dmaAddress(0), append.sgt.dmaAddress(40)]).toEqual([0x7000, 0x8000]);
  });
});

describe('1.9 known traps', () => {
  it('a size that is too small by a run: later entries are full', () => {
    const table = new SgTable(P);
    sgAllocTableFromPages(table, { pfns: [10, 12, 14] }, { offset: 50, size: 100 });
    expect(entries(table).map(([, , length]) => length)).toEqual([100, P, P]);
  });

  it('a size that ends with a run: one entry of no bytes, then full ones', () => {
    const table = new SgTable(P);
    sgAllocTableFromPages(table, { pfns: [10, 12, 14] }, { offset: 0, size: P });
    expect(entries(table).map(([, , length]) => length)).toEqual([P, 0, P]);
  });

  it('a size that is too large is that of the pages', () => {
    const table = new SgTable(P);
    sgAllocTableFromPages(table, { pfns: [10] }, { offset: 50, size: 2 ** 53 - 1 });
    expect(entries(table)).toEqual([[10, 50, P - 50]]);
  });

  it('a last batch that is absorbed in part is not trimmed', () => {
    const append = new SgAppendTable(P);
    appendTo(append, [10, 11], 2 * P, 3);
    appendTo(append, [12, 13, 20], 8292, 0);
    expect(entries(append.sgt)).toEqual([
      [10, 0, 4 * P],
      [20, 0, P],
    ]);
  });

  it('after a batch that ended inside a page the same page is merged again', () => {
    const append = new SgAppendTable(P);
    appendTo(append, [10], 100, 1);
    appendTo(append, [10], P, 0);
    expect(entries(append.sgt)).toEqual([[10, 0, 4196]]);
  });

  it('a closed list has no room, but its last entry can grow', () => {
    const append = new SgAppendTable(P);
    appendTo(append, [10], P, 0);
    expect(appendTo(append, [11], P, 0)).toBeNull();
    expect(entries(append.sgt)).toEqual([[10, 0, 2 * P]]);
    expect(() => appendTo(append, [20], P, 0)).toThrow(SgBug);
  });
});
