/**
 * Goal: the worked examples of the specification for allocators of granules and of areas. Method:
 * V-G and V-M on the implementation and on the literal reference.
 */
import { describe, expect, it } from 'vitest';
import {
  type GenAlgo,
  GenPool,
  genPoolBestFit,
  genPoolFirstFitAlign,
  genPoolFirstFitOrderAlign,
} from '../../sut/lib/genalloc.ts';
import { Cma } from '../../sut/mm/cma.ts';

const G = 0x1000;

/** A pool of one chunk of `granules`, of which `taken` are handed out. */
function poolOf(start: number, granules: number, taken: readonly number[] = []): GenPool {
  const pool = new GenPool(12);
  pool.addVirt(start, null, granules * G);
  for (let k = 0; k < granules; k++) pool.alloc(G);
  for (let k = 0; k < granules; k++) if (!taken.includes(k)) pool.free(start + k * G, G);
  return pool;
}

describe('V-G (gen_pool)', () => {
  const bit = (pool: GenPool, n: number, algo: GenAlgo) => {
    const start = pool.chunks()[0]!.start;
    const addr = pool.allocAlgo(n * G, algo);
    return addr === null ? null : (addr - start) / G;
  };

  it('order_align, 16 granules: 3,5,1,2 -> 0,8,3,4, then 4 fails', () => {
    const pool = poolOf(0x100000, 16);
    const bits = [3, 5, 1, 2, 4].map((n) => bit(pool, n, genPoolFirstFitOrderAlign));
    expect(bits).toEqual([0, 8, 3, 4, null]);
    const map = pool.chunks()[0]!.bits;
    const clear = Array.from({ length: 16 }, (_, k) => k).filter((k) => !map.test(k));
    expect(clear).toEqual([6, 7, 13, 14, 15]);
  });

  it('first_fit_align, chunk at 0x1000, align 0x4000 -> 0x4000', () => {
    expect(poolOf(0x1000, 16).allocAlgo(G, genPoolFirstFitAlign(0x4000))).toBe(0x4000);
  });

  it('best_fit, 16 granules, {4,7} taken: 2 -> 5, 1 -> 5, 3 -> 0, 9 fails', () => {
    const asked = [2, 1, 3, 9].map((n) => bit(poolOf(0x100000, 16, [4, 7]), n, genPoolBestFit));
    expect(asked).toEqual([5, 5, 0, null]);
  });
});

describe('V-M (CMA)', () => {
  const areaOf = (base: number, count: number, busy: (pfn: number) => boolean = () => false) =>
    new Cma('area', base, count, 0, {
      allocContigRange: (start) => (busy(start) ? 'EBUSY' : null),
      freeContigRange: () => undefined,
    });

  it('base 0x10100: 5/3, 3/2, 1/0, 300/8 -> bits 0, 8, 5, 256; 600/8 fails', () => {
    const area = areaOf(0x10100, 1024);
    const asked = [
      [5, 3],
      [3, 2],
      [1, 0],
      [300, 8],
      [600, 8],
    ] as const;
    const pfns = asked.map(([pages, align]) => area.alloc(pages, align));
    expect(pfns).toEqual([0x10100, 0x10108, 0x10105, 0x10200, null]);
  });

  it('base 0x10104, 8 pages of order 3 -> 0x10108, and when that is busy 0x10110', () => {
    expect(areaOf(0x10104, 512).alloc(8, 3)).toBe(0x10108);
    expect(areaOf(0x10104, 512, (pfn) => pfn === 0x10108).alloc(8, 3)).toBe(0x10110);
  });
});
