/** RAM banks of a tree, or of the caller. */
import { describe, expect, it } from 'vitest';
import { BoardError } from '../../boards/errors.ts';
import { loadBoard } from '../../boards/loader.ts';
import { blob, latin1, node, reg } from './blob.ts';
import { GIB, load, MIB, memory, noteKinds, pool, reserved } from './trees.ts';

const banksOf = (...specs: Parameters<typeof load>[0]) => load(specs).machine.banks;

describe('banks', () => {
  it('come from memory nodes below the root, sorted', () => {
    // Two tuples out of order in one node and one more in another.
    const low = node('memory@0', { device_type: 'memory', reg: reg([0, MIB]) });
    const banks = banksOf(memory([8 * GIB, GIB], [2 * GIB, GIB]), low);
    expect(banks).toEqual([
      { base: 0, size: MIB },
      { base: 2 * GIB, size: GIB },
      { base: 8 * GIB, size: GIB },
    ]);
  });

  it('need device_type "memory" and a status that is okay', () => {
    // The name of a node means nothing; four nodes that do not count beside one that does.
    const tuples = { reg: reg([GIB, GIB]) };
    const others = [
      node('memory@1', tuples),
      node('memory@2', { device_type: 'memory', status: 'disabled', ...tuples }),
      node('memory@3', { device_type: 'memory', status: latin1(''), ...tuples }),
      node('soc', {}, node('memory@4', { device_type: 'memory', ...tuples })),
    ];
    expect(banksOf(...others, memory())).toEqual([{ base: 2 * GIB, size: GIB }]);
    const ok = node('m', { device_type: latin1('memory'), status: 'ok', ...tuples });
    expect(banksOf(ok)).toEqual([{ base: GIB, size: GIB }]);
  });

  it('prefer linux,usable-memory', () => {
    // The crash kernel is told its share that way.
    const spec = node('memory@0', {
      device_type: 'memory',
      reg: reg([0, GIB]),
      'linux,usable-memory': reg([MIB, MIB]),
    });
    expect(banksOf(spec)).toEqual([{ base: MIB, size: MIB }]);
  });

  it('are cut to whole pages, and dropped when nothing is left (FM8)', () => {
    // Base up, end down; less than a page between two boundaries vanishes.
    const board = load([memory([0x1001, 0x3000], [0x10_0800, 0x900], [GIB, GIB])]);
    expect(board.machine.banks).toEqual([
      { base: 0x2000, size: 0x2000 },
      { base: GIB, size: GIB },
    ]);
    expect(noteKinds(board)).toEqual(['bank-trimmed']);
    const large = load([memory([0x1001, GIB])], { pageSize: 65536 });
    expect(large.machine.banks[0]!.base).toBe(0x10000);
  });

  it('that overlap are merged, as one real board needs', () => {
    // Memblock counts no byte twice.
    const board = load([memory([GIB, GIB], [GIB + MIB, GIB])]);
    expect(board.machine.banks).toEqual([{ base: GIB, size: GIB + MIB }]);
    expect(noteKinds(board)).toEqual(['bank-overlap']);
  });

  it('ignore a tail shorter than a tuple (FM4) and size 0', () => {
    // Five cells of four, and one empty tuple.
    const spec = node('memory@0', {
      device_type: 'memory',
      reg: [...reg([0, 0], [GIB, GIB]), 7],
    });
    expect(banksOf(spec)).toEqual([{ base: GIB, size: GIB }]);
  });

  it('end at the last address, and may not start there', () => {
    // Sizes are cut, bases refused: no machine has memory at 2^52.
    const banks = banksOf(memory([GIB, 2n ** 64n - 1n]));
    expect(banks).toEqual([{ base: GIB, size: 2 ** 52 - GIB }]);
    expect(() => banksOf(memory([2n ** 52n, GIB]))).toThrow(
      '/memory@80000000:reg: found address 0x10000000000000, expected an address below 2^52',
    );
  });

  it('follow the cells of the root, one each by default', () => {
    // A root without cell counts reads 32-bit tuples.
    const spec = node('memory', { device_type: 'memory', reg: [GIB, MIB] });
    const bare = loadBoard(blob(node('', {}, spec)));
    expect(bare.machine.banks).toEqual([{ base: GIB, size: MIB }]);
  });
});

describe('a tree without banks', () => {
  const empty = memory([2 * GIB, 0]);

  it('is refused with the way out', () => {
    // More than half of real trees are like this; the message names the option.
    expect(() => load([empty])).toThrow(BoardError);
    expect(() => load([])).toThrow('the size of RAM from the caller: --memory BASE+SIZE');
  });

  it('takes the banks of the caller', () => {
    // Given banks replace everything else, sizes of the tree included.
    const given = [{ base: 0, size: GIB }];
    expect(load([empty], { memory: given }).machine.banks).toEqual(given);
    expect(load([memory()], { memory: given }).banksFrom).toBe('caller');
    expect(() => load([], { memory: [{ base: 1, size: GIB }] })).toThrow(BoardError);
  });

  it('starts at its memory node or the lowest static region, whichever is lower', () => {
    // The size is the caller's choice, the base is the tree's.
    const at = (...specs: Parameters<typeof load>[0]) =>
      load(specs, { memorySize: GIB }).machine.banks;
    expect(at(empty)).toEqual([{ base: 2 * GIB, size: GIB }]);
    expect(at(empty, reserved(pool('p@1', GIB, MIB, 1)))).toEqual([{ base: GIB, size: GIB }]);
    const off = pool('p@1', GIB, MIB, 1, { status: 'disabled' });
    expect(at(empty, reserved(off))).toEqual([{ base: 2 * GIB, size: GIB }]);
    expect(at()).toEqual([{ base: 2 * GIB, size: GIB }]);
    expect(load([memory()], { memorySize: MIB }).banksFrom).toBe('tree');
  });

  it('refuses a page size the profile does not have', () => {
    // 8 KiB pages exist nowhere.
    expect(() => load([memory()], { pageSize: 8192 })).toThrow(/page size/);
  });
});
