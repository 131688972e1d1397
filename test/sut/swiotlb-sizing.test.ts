// Goal: the default pool has the size Linux gives it. Method: tables of parameters, at their edges.
import { describe, expect, test } from 'vitest';
import { nrSlots } from '../../sut/dma/swiotlb/constants.ts';
import { IoTlbMem } from '../../sut/dma/swiotlb/mem.ts';
import { adjustNareas, swiotlbHalved, swiotlbSizing } from '../../sut/dma/swiotlb/sizing.ts';
import { deviceWith } from './slot-table.ts';

describe('sizes', () => {
  test.each([
    [null, null, 1, 32768, 1],
    [null, null, 6, 32768, 8],
    [null, 0, 6, 32768, 1],
    [null, 300, 1, 65536, 512],
    [1, 1, 1, 128, 1],
    [129, 1, 1, 256, 1],
    [512, 4, 1, 512, 4],
    [512, 5, 1, 1024, 8],
    [1024, null, 4, 1024, 4],
    [1025, null, 4, 2048, 4],
  ])('slabs %s, areas %s, %i processors', (slabs, areas, cpus, nslabs, nareas) => {
    expect(swiotlbSizing({ slabs, areas, cpus })).toEqual({ nslabs, nareas });
  });

  test('areas are a power of two', () => {
    expect([0, 1, 2, 3, 4, 5, 64, 65].map(adjustNareas)).toEqual([1, 1, 2, 4, 4, 8, 64, 128]);
  });

  test.each([
    [1024, 8, { nslabs: 512, nareas: 4 }],
    [1024, 2, { nslabs: 512, nareas: 2 }],
    [640, 4, { nslabs: 384, nareas: 3 }],
    [513, 4, { nslabs: 256, nareas: 2 }],
    [512, 4, null],
  ])('no memory for %i slots in %i areas', (nslabs, nareas, next) => {
    expect(swiotlbHalved({ nslabs, nareas })).toEqual(next);
  });

  test('slots hold bytes', () => {
    expect([0, 1, 2048, 2049].map(nrSlots)).toEqual([0, 1, 1, 2]);
  });
});

/** A terabyte: what is not asked for is not there. */
test('a pool costs its areas, and segments as they are used', () => {
  const mem = new IoTlbMem({ start: 0, nslabs: 2 ** 29, nareas: 64, pageSize: 4096 });
  expect(mem.tblMapSingle(deviceWith(), 4096, 100, 0, 63)).toBe((2 ** 40 / 64) * 63);
  expect(mem.defpool.slot(2 ** 29 - 1)).toMatchObject({ list: 1, origAddr: null });
});
