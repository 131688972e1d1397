/**
 * Goal: the worked examples of the specification for allocators of granules and of areas. Method:
 * V-G and V-M on the implementation and on the literal reference.
 */
import { describe, expect, it } from 'vitest';
import { ReferenceCma } from '../../model/reference/cma.ts';
import { type Algorithm, ReferenceGenPool } from '../../model/reference/genalloc.ts';
import { GENPOOL } from '../../properties/lockstep/genalloc.ts';
import { GenPool } from '../../sut/lib/genalloc.ts';
import { Cma } from '../../sut/mm/cma.ts';

const G = 0x1000;

/** A pool of one chunk of 16 granules of which `taken` are handed out. */
interface OneChunk {
  /** Granule of the chunk where `granules` of them begin; null: none. */
  ask(granules: number, algorithm: Algorithm): number | null;
}

type MakeChunk = (start: number, taken: readonly number[]) => OneChunk;

const implemented: MakeChunk = (start, taken) => {
  const pool = new GenPool(12);
  pool.addVirt(start, null, 16 * G);
  for (const k of taken) pool.allocAlgo(G, GENPOOL.algo({ kind: 'fixed', offset: k * G }));
  return {
    ask: (granules, algorithm) => {
      const addr = pool.allocAlgo(granules * G, GENPOOL.algo(algorithm));
      return addr === null ? null : (addr - start) / G;
    },
  };
};

const literal: MakeChunk = (start, taken) => {
  const pool = new ReferenceGenPool(12);
  pool.addVirt(start, null, 16 * G);
  for (const k of taken) pool.alloc(G, { kind: 'fixed', offset: k * G });
  return {
    ask: (granules, algorithm) => {
      const addr = pool.alloc(granules * G, algorithm);
      return addr === null ? null : (addr - start) / G;
    },
  };
};

describe.each([
  ['implementation', implemented],
  ['reference', literal],
] as const)('V-G (gen_pool), %s', (_name, make) => {
  it('order_align, 16 granules: 3,5,1,2 -> 0,8,3,4, then 4 fails', () => {
    const chunk = make(0x100000, []);
    const bits = [3, 5, 1, 2, 4].map((n) => chunk.ask(n, { kind: 'order-align' }));
    expect(bits).toEqual([0, 8, 3, 4, null]);
    // 6, 7, 13, 14 and 15 are free.
    const rest = [2, 3].map((n) => chunk.ask(n, { kind: 'first-fit' }));
    expect([...rest, chunk.ask(1, { kind: 'first-fit' })]).toEqual([6, 13, null]);
  });

  it('first_fit_align, chunk at 0x1000, align 0x4000 -> granule 3, address 0x4000', () => {
    expect(make(0x1000, []).ask(1, { kind: 'align', align: 0x4000 })).toBe(3);
  });

  it('best_fit, 16 granules, {4,7} taken: 2 -> 5, 1 -> 5, 3 -> 0, 9 fails', () => {
    const asked = [2, 1, 3, 9].map((n) => make(0x100000, [4, 7]).ask(n, { kind: 'best-fit' }));
    expect(asked).toEqual([5, 5, 0, null]);
  });
});

/** Areas of one page a bit; `busy` says which first pages of a range cannot be taken. */
interface OneArea {
  alloc(pages: number, align: number): number | null;
}
type MakeArea = (base: number, count: number, busy?: number) => OneArea;

const implementedArea: MakeArea = (base, count, busy) =>
  new Cma('area', base, count, 0, {
    allocContigRange: (start) => (start === busy ? 'EBUSY' : null),
    freeContigRange: () => undefined,
  });

const literalArea: MakeArea = (base, count, busy) => {
  const area = new ReferenceCma(base, count, 0);
  return {
    alloc: (pages, align) => area.alloc(pages, align, (pfn) => (pfn === busy ? 'EBUSY' : null)),
  };
};

describe.each([
  ['implementation', implementedArea],
  ['reference', literalArea],
] as const)('V-M (CMA), %s', (_name, make) => {
  it('base 0x10100: 5/3, 3/2, 1/0, 300/8 -> bits 0, 8, 5, 256; 600/8 fails', () => {
    const area = make(0x10100, 1024);
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
    expect(make(0x10104, 512).alloc(8, 3)).toBe(0x10108);
    expect(make(0x10104, 512, 0x10108).alloc(8, 3)).toBe(0x10110);
  });
});
