/**
 * Goal: the table of CMA areas refuses, fills and activates as mm/cma.c does. Method: each refusal
 * by example, in the order in which they are looked at; then activation with one bad area.
 */
import { describe, expect, it } from 'vitest';
import { Cma } from '../../sut/mm/cma.ts';
import { CmaTable } from '../../sut/mm/cma-areas.ts';
import { placeContiguous } from '../../sut/mm/cma-place.ts';

const MIB = 2 ** 20;
const pages = { allocContigRange: () => null, freeContigRange: () => undefined };
const GOOD = { base: 64 * MIB, size: 4 * MIB, reserved: true };

function full(): CmaTable {
  const table = new CmaTable(4096, pages);
  for (let k = 0; k < 8; k++) table.initReservedMem(GOOD, 0, null);
  return table;
}

describe('cma_init_reserved_mem', () => {
  it('makes an area of the pages, named by its number unless it has a name', () => {
    const table = new CmaTable(4096, pages);
    expect(table.initReservedMem(GOOD, 1, 'linux,cma')).toBeInstanceOf(Cma);
    table.initReservedMem({ ...GOOD, base: 128 * MIB }, 0, null);
    const shown = table.areas.map(({ name, basePfn, count, orderPerBit }) => {
      return [name, basePfn, count, orderPerBit];
    });
    expect(shown).toEqual([
      ['linux,cma', 16384, 1024, 1],
      ['cma1', 32768, 1024, 0],
    ]);
  });

  it.each([
    ['no size', { ...GOOD, size: 0 }],
    ['not reserved', { ...GOOD, reserved: false }],
    ['base off a pageblock', { ...GOOD, base: 63 * MIB }],
    ['size off a pageblock', { ...GOOD, size: 3 * MIB }],
  ])('EINVAL: %s', (_name, memory) => {
    expect(new CmaTable(4096, pages).initReservedMem(memory, 0, null)).toBe('EINVAL');
  });

  it('a pageblock is 32 MiB with pages of 16 KiB', () => {
    expect(new CmaTable(16384, pages).initReservedMem(GOOD, 0, null)).toBe('EINVAL');
  });

  it('ENOSPC for the ninth area, whatever else is wrong', () => {
    const table = full();
    expect(table.areas.length).toBe(8);
    expect(table.initReservedMem({ ...GOOD, size: 0 }, 0, null)).toBe('ENOSPC');
  });
});

describe('cma_declare_contiguous', () => {
  const asked = { base: 0, size: MIB, limit: 0, alignment: 0, orderPerBit: 0, fixed: false };
  const memory = { banks: [{ start: 0, end: 64 * MIB }], reserved: [] };

  it('makes an area where there is room: at the end of RAM, in whole pageblocks', () => {
    const area = new CmaTable(4096, pages).declareContiguous(asked, memory, 'heap');
    expect(area).toMatchObject({ name: 'heap', basePfn: (62 * MIB) / 4096, count: 512 });
  });

  it('banks side by side are one', () => {
    const banks = [64, 0].map((start) => ({ start: start * MIB, end: (start + 64) * MIB }));
    const place = placeContiguous({ ...asked, size: 100 * MIB }, 4096, { banks, reserved: [] });
    expect(place).toEqual({ base: 28 * MIB, size: 100 * MIB });
  });

  it('hands on what stands against a place', () => {
    const table = new CmaTable(4096, pages);
    expect(table.declareContiguous({ ...asked, size: 0 }, memory, null)).toBe('EINVAL');
  });

  it('ENOSPC comes first', () => {
    expect(full().declareContiguous({ ...asked, size: 0 }, memory, null)).toBe('ENOSPC');
  });
});

describe('activation', () => {
  it('empties an area that spans zones, and goes on with the next', () => {
    const table = new CmaTable(4096, pages);
    for (const base of [64, 128, 192])
      table.initReservedMem({ ...GOOD, base: base * MIB }, 0, null);
    const border = (130 * MIB) / 4096;
    const given = table.activate((start, end) => end <= border || start >= border);
    expect(given).toEqual([{ start: 32768, pages: 1024 }]);
    expect(table.areas.map(({ count }) => count)).toEqual([1024, 0, 1024]);
    const [first, empty, last] = table.areas;
    expect([first, empty, last].map((area) => area!.alloc(1, 0))).toEqual([16384, null, 49152]);
    expect([empty!.freePages(), empty!.maxChunk(), empty!.release(32768, 1)]).toEqual([
      0,
      0,
      false,
    ]);
  });
});

describe('cma_release of what was not handed out', () => {
  it('clears what is set, up to the end of the area', () => {
    const area = new Cma('area', 0, 8, 0, pages);
    area.alloc(2, 0);
    expect(area.release(1, 7)).toBe(true);
    expect([area.freePages(), area.maxChunk(), area.isTaken(0)]).toEqual([7, 7, true]);
  });
});
