/**
 * Goal: tables are what the specification works out by hand, and what Linux does in its traps.
 * Method: the examples of each section, on the implementation and, where the kernel itself is
 * wrong, on the literal reference as well.
 */
import { describe, expect, it } from 'vitest';
import { appendPages, emptyAppend, freeAppend } from '../../model/reference/scatterlist-append.ts';
import { ArrayLedger } from '../../properties/lockstep/scatterlist-sides.ts';
import {
  SG_ARRAYS,
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
import { sgNents } from '../../sut/lib/scatterlist-walk.ts';
import { entries } from './table-entries.ts';

const P = 4096;

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
    const table = new SgTable(P);
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

  it('the largest segment of the short form is a page below 4 GiB', () => {
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

  it('without memory entries stay, arrays stay attached, and it can be tried again', () => {
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
    const reference = emptyAppend();
    const layout = { offset: 0, size: P, maxSegment: P };
    const ask = () => appendPages(reference, [{ pfn: 10, owner: 0 }], layout, 0, P, SG_ARRAYS);
    expect(ask()).toBe(0);
    expect(ask).toThrow('closed');
  });
});
