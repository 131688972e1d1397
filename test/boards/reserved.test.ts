/** Static regions: what is reserved, what becomes of it, and in which order. */
import { describe, expect, it } from 'vitest';
import { boundsOf } from '../../boards/cells.ts';
import { BoardError } from '../../boards/errors.ts';
import { loadBoard } from '../../boards/loader.ts';
import { blob, CELL_FREE, node, reg, type Value } from './blob.ts';
import {
  CELLS,
  device,
  GIB,
  load,
  MIB,
  memory,
  noteKinds,
  pool,
  regionNamed,
  reserved,
  root,
} from './trees.ts';

const BASE = 2 * GIB;

/** The one region of a tree with these properties. */
function only(properties: Readonly<Record<string, Value>>, options = {}) {
  const spec = node('one@80000000', { reg: reg([BASE, 4 * MIB]), ...properties });
  const board = load([memory(), reserved(spec)], options);
  return { region: board.machine.regions[0]!, notes: noteKinds(board) };
}

describe('the kind of a region', () => {
  const shared = { compatible: 'shared-dma-pool' } as const;

  it.each([
    ['a pool with no-map', { ...shared, 'no-map': true }, 'pool', true],
    ['a pool without', shared, 'pool', false],
    ['CMA when reusable', { ...shared, reusable: true }, 'cma', false],
    ['a restricted pool', { compatible: 'restricted-dma-pool' }, 'restricted', false],
    ['plain without compatible', { 'no-map': true }, 'plain', true],
    ['a pool by its second compatible', { compatible: ['a', 'SHARED-dma-pool'] }, 'pool', false],
  ] as const)('is %s', (_, properties, kind, noMap) => {
    // The table of the two competing handlers, row by row.
    const { region } = only(properties);
    expect([region.kind, region.noMap, region.size]).toEqual([kind, noMap, 4 * MIB]);
  });

  it.each([
    ['reusable and no-map', { ...shared, reusable: true, 'no-map': true }],
    ['CMA off its alignment', { ...shared, reusable: true, reg: reg([BASE, MIB]) }],
    ['restricted and no-map', { compatible: 'restricted-dma-pool', 'no-map': true }],
    ['restricted and reusable', { compatible: 'restricted-dma-pool', reusable: true }],
    ['restricted and default', { compatible: 'restricted-dma-pool', 'linux,dma-default': true }],
  ] as const)('is RAM again for %s', (_, properties) => {
    // Every matching handler refuses, so the memory goes back; nothing stays reserved.
    const { region, notes } = only(properties);
    expect([region.kind, region.noMap, region.size]).toEqual(['plain', false, 0]);
    expect(notes).toContain('region-returned');
  });

  it('is refused without no-map on arm', () => {
    // 32-bit arm demands no-map on a coherent pool; arm64 does not.
    expect(only(shared, { profile: 'arm-nommu' }).region.size).toBe(0);
    expect(only({ ...shared, 'no-map': true }, { profile: 'arm-nommu' }).region.kind).toBe('pool');
  });

  it('knows defaults of its own kind only', () => {
    // dma-default is for pools, cma-default for CMA.
    expect(only({ ...shared, 'linux,dma-default': true }).region.isDefault).toBe(true);
    expect(only({ ...shared, 'linux,cma-default': true }).region.isDefault).toBe(false);
    const cma = { ...shared, reusable: true } as const;
    expect(only({ ...cma, 'linux,cma-default': true }).region.isDefault).toBe(true);
    expect(only({ ...cma, 'linux,dma-default': true }).region.isDefault).toBe(false);
    expect(only({ 'linux,dma-default': true }).region.isDefault).toBe(false);
  });

  it('follows the page size in its CMA alignment', () => {
    // 4 MiB is a multiple of 2 MiB (4 KiB pages) and not of 32 MiB (16 KiB pages).
    const cma = { ...shared, reusable: true } as const;
    expect(only(cma).region.kind).toBe('cma');
    expect(only(cma, { pageSize: 16384 }).region.kind).toBe('plain');
  });
});

describe('the reserved-memory node', () => {
  const child = pool('p@80000000', BASE, MIB, 1);
  const regionsOf = (properties: Readonly<Record<string, Value>>) =>
    load([memory(), node('reserved-memory', properties, child)]).machine.regions.length;

  it('counts only with the cells of the root and ranges', () => {
    // The kernel ignores all children otherwise.
    expect(regionsOf({ ...CELLS, ranges: true })).toBe(1);
    expect(regionsOf({ ...CELLS })).toBe(0);
    expect(regionsOf({ '#address-cells': [1], '#size-cells': [2], ranges: true })).toBe(0);
    expect(regionsOf({ '#address-cells': [2], '#size-cells': [1], ranges: true })).toBe(0);
    expect(regionsOf({ '#size-cells': [2], ranges: true })).toBe(0);
  });
});

describe('reg', () => {
  it('gives its first tuple to the region; the others stay reserved', () => {
    // Three tuples: one pool and two plain regions right behind it in the list.
    const spec = pool('p@80000000', BASE, MIB, 1, {
      reg: reg([BASE, MIB], [BASE + 8 * MIB, MIB], [BASE + 16 * MIB, MIB]),
    });
    const board = load([memory(), reserved(spec, pool('q@1', BASE + 32 * MIB, MIB, 2))]);
    const names = board.machine.regions.map(({ name, kind, noMap }) => [name, kind, noMap]);
    expect(names).toEqual([
      ['p@80000000', 'pool', true],
      ['p@80000000+1', 'plain', true],
      ['p@80000000+2', 'plain', true],
      ['q@1', 'pool', true],
    ]);
    expect(noteKinds(board)).toContain('region-extra');
  });

  it('is believed, not the unit address', () => {
    // 55 real regions differ.
    const board = load([memory(), reserved(pool('p@1234', BASE, MIB, 1))]);
    expect(board.machine.regions[0]!.base).toBe(BASE);
    expect(noteKinds(board)).toEqual(['region-unit']);
  });

  it.each([
    ['no bytes (FM4)', CELL_FREE],
    ['three cells', [0, BASE, 0]],
    ['five cells', [0, BASE, 0, MIB, 0]],
  ] as const)('with %s skips the region', (_, value) => {
    // The kernel would read past the end or refuse; neither size nor anything else replaces it.
    const spec = pool('p@1', 0, 0, 1, { reg: value, size: [0, MIB] });
    const board = load([memory(), reserved(spec)]);
    expect(board.machine.regions).toEqual([]);
    expect(noteKinds(board)).toEqual(['region-skipped']);
  });

  it('of size 0 stays a region of size 0', () => {
    // Eleven real regions; an empty range wraps nothing, wherever it starts.
    for (const base of [0, BASE]) {
      const board = load([memory(), reserved(pool('p', base, 0, 1))]);
      expect(board.machine.regions).toMatchObject([{ base, size: 0, kind: 'pool' }]);
      expect(noteKinds(board)).toEqual(['region-empty']);
    }
    expect(boundsOf(0n, 0n)).toEqual({ start: 0n, end: 0n });
    expect(boundsOf(0x1000n, 0n)).toEqual({ start: 0x1000n, end: 0x1000n });
  });

  it('that wraps or ends beyond every address is cut (FM8)', () => {
    // The largest size at a low base, and one that just passes 2^52.
    for (const size of [2n ** 64n - 1n, 2n ** 52n]) {
      const spec = node('p', { reg: reg([BASE, size]) });
      const board = load([memory(), reserved(spec)]);
      expect(board.machine.regions[0]).toMatchObject({ base: BASE, size: 2 ** 52 - BASE });
      expect(noteKinds(board)).toEqual(['region-clamped']);
    }
  });

  it('may not start at 2^52 or above', () => {
    // No machine has such an address; the message says where it stands.
    expect(() => load([memory(), reserved(pool('p', 2n ** 52n, MIB, 1))])).toThrow(
      '/reserved-memory/p:reg: found address 0x10000000000000, expected an address below 2^52',
    );
  });

  it('makes no pool of 2^31 pages', () => {
    // Linux counts the pages of a pool in 32 bits: such a machine is refused as a whole.
    expect(() => load([memory(), reserved(pool('p', BASE, 2n ** 43n, 1))])).toThrow(BoardError);
  });

  it('uses one cell each when the root does', () => {
    // 50 real boards have one-cell roots.
    const cells = { '#address-cells': [1], '#size-cells': [1] } as const;
    const spec = node('p', { compatible: 'shared-dma-pool', reg: [BASE, MIB] });
    const parent = node('reserved-memory', { ...cells, ranges: true }, spec);
    const ram = node('memory', { device_type: 'memory', reg: [BASE, GIB] });
    const board = loadBoard(blob(node('', cells, ram, parent)));
    expect(board.machine.regions).toMatchObject([{ base: BASE, size: MIB }]);
  });
});

describe('the region list', () => {
  it('keeps tree order, and ends with the reserve map', () => {
    // Unsorted regions and two header entries; order decides which no-map takes effect.
    const children = reserved(
      pool('high', BASE + 8 * MIB, MIB, 1),
      pool('low', BASE, MIB, 2),
      pool('mid', BASE + 4 * MIB, MIB, 3),
    );
    const reserve = [[BigInt(BASE + 16 * MIB), 4096n] as const, [0n, 256n] as const];
    const board = load([memory(), children], {}, { reserve });
    const names = board.machine.regions.map((region) => `${region.name} ${region.kind}`);
    expect(names).toEqual([
      'high pool',
      'low pool',
      'mid pool',
      'memreserve@81000000 plain',
      'memreserve@0 plain',
    ]);
  });

  it('names overlapping regions, and a no-map that comes too late', () => {
    // A mapped reservation first, a no-map pool half over it.
    const first = node('first', { reg: reg([BASE, 2 * MIB]) });
    const board = load([memory(), reserved(first, pool('second', BASE + MIB, 2 * MIB, 1))]);
    expect(noteKinds(board)).toEqual(['no-map-refused', 'region-overlap']);
    expect(regionNamed(board, 'second')?.noMap).toBe(true);
  });

  it('lets no-map regions overlap each other', () => {
    // Memory without map is not reserved in the sense of that check.
    const board = load([memory(), reserved(pool('a', BASE, MIB, 1), pool('b', BASE, MIB, 2))]);
    expect(noteKinds(board)).toEqual(['region-overlap']);
  });

  it('notes pools that are mapped RAM, and pools outside RAM', () => {
    // The first cannot be attached, the second is unusual but fine.
    const mapped = node('a', { compatible: 'shared-dma-pool', reg: reg([BASE, MIB]) });
    const board = load([memory(), reserved(mapped, pool('b', 0x1000, 0x1000, 1))]);
    expect(noteKinds(board)).toEqual(['region-mapped', 'region-outside']);
  });

  it('keeps disabled regions apart: nothing is reserved', () => {
    // Same place twice; only the enabled region is there.
    const off = pool('off', BASE, MIB, 1, { status: 'disabled' });
    const board = load([memory(), reserved(off, pool('on', BASE, MIB, 2))]);
    expect(regionNamed(board, 'off')?.disabled).toBe(true);
    expect(noteKinds(board)).toEqual([]);
  });

  it('gives every region a name of its own', () => {
    // Names become tokens of scenario text: commas and blanks cannot stay.
    const odd = node('a b,c', { reg: reg([BASE, MIB]) });
    const same = node('x', { reg: reg([BASE + MIB, MIB]) });
    const board = load([memory(), reserved(odd, same, same, same)]);
    expect(board.machine.regions.map(({ name }) => name)).toEqual(['a_b_c', 'x', 'x~2', 'x~3']);
  });

  it('notes a second default', () => {
    // Two pools want to be the global one.
    const more = { 'linux,dma-default': true } as const;
    const children = reserved(pool('a', BASE, MIB, 1, more), pool('b', BASE + MIB, MIB, 2, more));
    expect(noteKinds(load([memory(), children]))).toEqual(['default-twice']);
  });

  it('refuses more regions than a machine holds', () => {
    // One node with six hundred tuples.
    const tuples = Array.from({ length: 600 }, (_, index) => [BASE + index * 8192, 4096] as const);
    const spec = node('p', { reg: reg(...tuples) });
    expect(() => loadBoard(blob(root(memory(), reserved(spec), device('d'))))).toThrow(BoardError);
  });
});
