/** Regions without address: alignment, ranges, direction, limits. */
import { describe, expect, it } from 'vitest';
import { place } from '../../boards/reserved/placement.ts';
import { node, reg, type Spec, type Value } from './blob.ts';
import { GIB, load, MIB, memory, noteKinds, pool, regionNamed, reserved } from './trees.ts';

const BASE = 2 * GIB;
const END = BASE + GIB;

function dynamic(name: string, size: number, more: Readonly<Record<string, Value>> = {}): Spec {
  return node(name, { compatible: 'shared-dma-pool', 'no-map': true, size: [0, size], ...more });
}

function cma(name: string, size: number, more: Readonly<Record<string, Value>> = {}): Spec {
  return node(name, {
    compatible: 'shared-dma-pool',
    reusable: true,
    size: [0, size],
    ...more,
  });
}

function baseOf(name: string, ...children: readonly Spec[]): number | undefined {
  return regionNamed(load([memory(), reserved(...children)]), name)?.base;
}

describe('placing a region', () => {
  it('takes the highest address that fits', () => {
    // An empty machine of 1 GiB.
    expect(baseOf('d', dynamic('d', MIB))).toBe(END - MIB);
  });

  it('avoids static regions, mapped or not, also those after it in the tree', () => {
    // The top MiB is taken twice over.
    const top = pool('s', END - MIB, MIB, 1);
    const next = node('t', { reg: reg([END - 2 * MIB, MIB]) });
    expect(baseOf('d', dynamic('d', MIB), top, next)).toBe(END - 3 * MIB);
  });

  it('avoids further tuples of static regions', () => {
    // They are reserved although they belong to no pool.
    const spec = node('s', { reg: reg([BASE, MIB], [END - MIB, MIB]) });
    expect(baseOf('d', dynamic('d', MIB), spec)).toBe(END - 2 * MIB);
  });

  it('goes on in tree order', () => {
    // Two equal regions: the first one gets the top.
    const children = [dynamic('a', MIB), dynamic('b', MIB)] as const;
    expect(baseOf('a', ...children)).toBe(END - MIB);
    expect(baseOf('b', ...children)).toBe(END - 2 * MIB);
  });

  it('does not know the reserve map, which is read later', () => {
    // An entry over the top of RAM does not move the region.
    const reserve = [[BigInt(END - MIB), BigInt(MIB)] as const];
    const board = load([memory(), reserved(dynamic('d', MIB))], {}, { reserve });
    expect(regionNamed(board, 'd')?.base).toBe(END - MIB);
    expect(noteKinds(board)).toContain('region-overlap');
  });

  it('notes a region that finds no room, and keeps its place in lists', () => {
    // More than there is; a device may still list it.
    const board = load([memory(), reserved(dynamic('d', GIB + MIB))]);
    expect(regionNamed(board, 'd')).toMatchObject({ kind: 'plain', size: 0 });
    expect(noteKinds(board)).toEqual(['region-unplaced']);
  });
});

describe('alignment', () => {
  it('is kept', () => {
    // The last aligned place, not the last place.
    expect(baseOf('d', dynamic('d', MIB, { alignment: [0, 16 * MIB] }))).toBe(END - 16 * MIB);
  });

  it('below a page or of 0 is taken as it is', () => {
    // 52 real regions ask for 16 bytes.
    const spec = dynamic('d', 0x1234, { alignment: [0, 0x10] });
    expect(baseOf('d', spec)).toBe(END - 0x1240);
    expect(baseOf('d', dynamic('d', 0x1234, { alignment: [0, 0] }))).toBe(END - 0x1240);
  });

  it('of a reusable region is raised to what CMA needs', () => {
    // 64 KiB are asked for; a page block is 2 MiB, and without it CMA would refuse the region.
    const odd = node('s', { reg: reg([END - 64 * 1024, 64 * 1024]) });
    const board = load([memory(), reserved(odd, cma('c', 4 * MIB, { alignment: [0, 65536] }))]);
    expect(regionNamed(board, 'c')).toMatchObject({ kind: 'cma', base: END - 6 * MIB });
  });

  it('that is no power of two leaves the region unplaced (FM5)', () => {
    // Linux would mask with it and place at random.
    const board = load([memory(), reserved(dynamic('d', MIB, { alignment: [0, 0x3000] }))]);
    expect(noteKinds(board)).toEqual(['region-unplaced']);
  });

  it('must be as long as an address, the size as long as a size', () => {
    // The kernel differs from the binding here; one cell is refused under a two-cell root.
    for (const bad of [{ alignment: [MIB] }, { size: [MIB] }, { size: [] }]) {
      const board = load([memory(), reserved(dynamic('d', MIB, bad))]);
      expect(noteKinds(board)).toEqual(['region-unplaced']);
    }
  });

  it('of a CMA size that is no multiple gives the memory back', () => {
    // 3 MiB reusable: placed, refused by the handler, free for the next region.
    const board = load([memory(), reserved(cma('c', 3 * MIB), dynamic('d', MIB))]);
    expect(regionNamed(board, 'c')).toMatchObject({ kind: 'plain', size: 0 });
    expect(regionNamed(board, 'd')?.base).toBe(END - MIB);
    expect(noteKinds(board)).toContain('region-returned');
  });
});

describe('alloc-ranges', () => {
  const within = (...pairs: readonly (readonly [bigint | number, bigint | number])[]) => ({
    'alloc-ranges': reg(...pairs),
  });

  it('confine the region, in order', () => {
    // The first range has no RAM, the second has.
    const spec = dynamic('d', MIB, within([GIB, MIB], [BASE, 64 * MIB]));
    expect(baseOf('d', spec)).toBe(BASE + 63 * MIB);
  });

  it('may be exactly as large as the region', () => {
    // As on imx8qm: nothing to choose.
    expect(baseOf('d', dynamic('d', MIB, within([BASE, MIB])))).toBe(BASE);
    expect(baseOf('d', dynamic('d', MIB, within([BASE, MIB - 1])))).toBe(0);
  });

  it('are no fallback: a region that does not fit stays out', () => {
    // RAM is empty, but not in the range.
    const board = load([memory(), reserved(dynamic('d', MIB, within([0, MIB])))]);
    expect(noteKinds(board)).toEqual(['region-unplaced']);
  });

  it('that end at or cross 4 GiB and 2^64 work', () => {
    // The sum may wrap to 0, which means anywhere, or to something small, which means nowhere.
    expect(baseOf('d', dynamic('d', MIB, within([BASE, 2n ** 64n - BigInt(BASE)])))).toBe(
      END - MIB,
    );
    expect(baseOf('d', dynamic('d', MIB, within([BASE, 2n ** 64n - 1n])))).toBe(0);
    expect(baseOf('d', dynamic('d', MIB, within([0x88000000, 2n ** 32n])))).toBe(END - MIB);
  });

  it('search upwards when they start at a region placed before', () => {
    // The second range starts where the first region lies, and does not end there.
    const first = dynamic('a', MIB, within([BASE, MIB]));
    expect(baseOf('b', first, dynamic('b', MIB, within([BASE, 64 * MIB])))).toBe(BASE + MIB);
    const touching = within([BASE + MIB, 64 * MIB]);
    expect(baseOf('b', first, dynamic('b', MIB, touching))).toBe(BASE + MIB);
    const apart = within([BASE + 2 * MIB, 62 * MIB]);
    expect(baseOf('b', first, dynamic('b', MIB, apart))).toBe(BASE + 63 * MIB);
  });

  it('do not look at static regions for the direction', () => {
    // Those are not recorded yet when the kernel places.
    const first = pool('s', BASE, MIB, 1);
    const spec = dynamic('d', MIB, within([BASE, 64 * MIB]));
    expect(baseOf('d', first, spec)).toBe(BASE + 63 * MIB);
  });

  it('search downwards when they also end at one', () => {
    // Both edges touch: the default stays.
    const placed = [
      { start: 0x10000, end: 0x20000 },
      { start: 0x90000, end: 0xa0000 },
    ];
    const free = [{ start: 0x20000, end: 0x90000 }];
    const wish = { size: 0x1000, alignment: 64, ranges: [{ start: 0x10000, end: 0xa0000 }] };
    expect(place(wish, free, placed, 4096)).toBe(0x8f000);
    const open = { ...wish, ranges: [{ start: 0x10000, end: 0x80000 }] };
    expect(place(open, free, placed, 4096)).toBe(0x20000);
  });

  it('with a broken tuple leave the region unplaced', () => {
    // Three cells where four make a tuple.
    const board = load([memory(), reserved(dynamic('d', MIB, { 'alloc-ranges': [0, 0, 0] }))]);
    expect(noteKinds(board)).toEqual(['region-unplaced']);
  });
});

describe('limits', () => {
  it('never give out the first page', () => {
    // RAM at 0: address 0 would mean failure.
    const ram = memory([0, 2 * MIB]);
    const board = load([ram, reserved(dynamic('d', 2 * MIB))]);
    expect(noteKinds(board)).toEqual(['region-unplaced']);
  });

  it('place the first 64 regions of 66, and note the others', () => {
    // Linux collects them in a table of 64 and once wrote past its end.
    const many = Array.from({ length: 66 }, (_, index) => dynamic(`d${index}`, MIB));
    const board = load([memory(), reserved(...many)]);
    const placed = board.machine.regions.filter((region) => region.kind === 'pool');
    expect(placed.length).toBe(64);
    expect(board.notes.filter((note) => note.kind === 'region-late-dynamic').length).toBe(2);
    expect(regionNamed(board, 'd65')).toMatchObject({ kind: 'plain', size: 0 });
    const bases = new Set(placed.map((region) => region.base));
    expect(bases.size).toBe(64);
  });
});
