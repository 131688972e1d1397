/** What real trees really do, and what a hostile one might: one fixed case each. */
import { describe, expect, it } from 'vitest';
import { loadBoard } from '../../boards/loader.ts';
import { machineProblem } from '../../contract/machine-check.ts';
import { blob, cellBytes, latin1, node, reg, type Spec, u64 } from './blob.ts';
import { measured } from './measured.ts';
import {
  bus,
  device,
  deviceNamed,
  GIB,
  load,
  MIB,
  memory,
  noteKinds,
  pool,
  reserved,
  root,
} from './trees.ts';

const ranges = (dma: number, cpu: number, size: number) => ({
  'dma-ranges': [...u64(dma), ...u64(cpu), ...u64(size)],
});

describe('real extremes', () => {
  it('a pool whose bus address is 0', () => {
    // As on stm32mp215f: a window from 0 to the start of RAM, the pool right there.
    const user = device('d@1', { 'memory-region': [1] });
    const board = load([
      memory(),
      reserved(pool('p', 2 * GIB, 64 * MIB, 1)),
      bus('soc', ranges(0, 2 * GIB, 4 * GIB), user),
    ]);
    expect(measured(board).pools).toMatchObject([[{ is: 'window', busAddress: 0 }]]);
  });

  it('a pool above 4 GiB for the CPU and below for the device', () => {
    // As on jh7100, and the same without window as on beaglev-fire.
    const high = 0x10_7a00_0000;
    const board = load([
      memory(),
      reserved(pool('p', high, 16 * MIB, 1)),
      bus('soc', ranges(0xfa00_0000, high, 16 * MIB), device('d@1')),
      device('e@1'),
    ]);
    expect(measured(board).pools[0]!.map(({ is }) => is)).toEqual(['window', 'cannot-map']);
  });

  it('a translated master behind an offset window', () => {
    // As on mt8186: both facts stay.
    const unit = node('smmu', { phandle: [8], '#iommu-cells': [1] });
    const user = device('d@1', { iommus: [8, 1] });
    const soc = bus('soc', ranges(4 * GIB, GIB, 0xfff0_0000), user);
    const one = deviceNamed(load([memory(), unit, soc]), 'd@1')!;
    expect(one.iommu).not.toBeNull();
    expect(one).toMatchObject({ busLimit: 0x1_ffef_ffff, windows: [{ dma: 4 * GIB, cpu: GIB }] });
  });

  it('twenty-four adjacent pools that differ in their unit address only', () => {
    // The comb of k3-j784s4: names stay apart, order stays, nothing overlaps.
    const comb = Array.from({ length: 24 }, (_, index) => {
      const base = 0xa000_0000 + Math.floor(index / 2) * 16 * MIB + (index % 2) * MIB;
      return pool(`memory@${base.toString(16)}`, base, index % 2 === 0 ? MIB : 15 * MIB, index + 1);
    });
    const board = load([memory(), reserved(...comb)]);
    expect(board.machine.regions.filter(({ kind }) => kind === 'pool').length).toBe(24);
    expect(board.notes).toEqual([]);
  });

  it('pools in odd places and sizes', () => {
    // 20 KiB, 64 KiB plus one page, a base inside a page, 256 bytes: kept as they are.
    const sizes = [
      [0xeefa_1800, 0x1fa400],
      [2 * GIB, 20 * 1024],
      [2 * GIB + MIB, 256],
    ] as const;
    const children = sizes.map(([base, size], index) => pool(`p${index}`, base, size, index + 1));
    const { machine } = load([memory(), reserved(...children)]);
    expect(machine.regions.map(({ base, size }) => [base, size])).toEqual(sizes);
    expect(machineProblem(machine)).toBeNull();
  });

  it('a disabled region without address that an enabled device lists', () => {
    // As on 138 apple devices: the boot loader fills it in; until then nothing binds.
    const hole = node('fb', { compatible: 'framebuffer', phandle: [1], status: 'disabled' });
    const board = load([memory(), reserved(hole), device('d@1', { 'memory-region': [1] })]);
    expect(board.machine.regions).toMatchObject([{ name: 'fb', disabled: true, size: 0 }]);
    expect(noteKinds(board)).toEqual(['region-skipped', 'user-of-skipped']);
  });

  it('strings without end, empty, or with empty ones inside (FM11)', () => {
    // A list with an empty string before the one that counts, and no NUL at its end.
    const spec = node('p', { compatible: latin1('\0shared-dma-pool'), reg: reg([2 * GIB, MIB]) });
    expect(load([memory(), reserved(spec)]).machine.regions[0]!.kind).toBe('pool');
    const none = node('p', { compatible: true, reg: reg([2 * GIB, MIB]) });
    expect(load([memory(), reserved(none)]).machine.regions[0]!.kind).toBe('plain');
  });
});

describe('hostile trees', () => {
  /** CPU seconds a load may take; all of these need about a tenth. */
  const CPU_SECONDS = 5;

  function loadWithin(spec: Spec): ReturnType<typeof loadBoard> {
    const start = process.cpuUsage();
    const board = loadBoard(blob(spec));
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(CPU_SECONDS);
    expect(machineProblem(board.machine)).toBeNull();
    return board;
  }

  it('with as many tuples on as many levels as there can be', () => {
    // Every tuple of the innermost bus is translated through the 57 tables above it.
    const table = Array.from({ length: 100 }, (_, index) => [
      ...u64(index * 2 * MIB),
      ...u64(index * 2 * MIB),
      ...u64(MIB),
    ]).flat();
    let spec: Spec = device('d@1');
    for (let level = 0; level < 58; level += 1)
      spec = bus(`b${level}`, { 'dma-ranges': table }, spec);
    expect(noteKinds(loadWithin(root(memory(), spec)))).toContain('limit');
  });

  it('with thousands of devices that all list broken phandles', () => {
    // Notes are capped and counted, placeholders shared.
    const devices = Array.from({ length: 4000 }, (_, index) =>
      device(`d@${index}`, { 'memory-region': [1000, 1001, 1002], iommus: [7] }),
    );
    const board = loadWithin(root(memory(), ...devices));
    expect(board.notes.length).toBe(500);
    expect(board.notesDropped).toBeGreaterThan(1000);
    expect(board.machine.regions.length).toBe(3);
  });

  it('with more buses than anybody has, or more bytes than Linux maps', () => {
    // Both are refused before any work is done.
    const buses = Array.from({ length: 513 }, (_, index) => bus(`b${index}`, ranges(0, 0, MIB)));
    expect(() => loadBoard(blob(root(memory(), ...buses)))).toThrow(/513 buses with windows/);
    const large = node('x', { a: new Uint8Array(2 * MIB) });
    expect(() => loadBoard(blob(root(memory(), large)))).toThrow(/total size/);
  });

  it('with one view for every device', () => {
    // Three hundred buses, each with a window of its own.
    const buses = Array.from({ length: 300 }, (_, index) =>
      bus(`b${index}`, ranges(0, index * MIB, MIB), device(`d@${index}`)),
    );
    const board = loadWithin(root(memory(), ...buses));
    expect(board.machine.devices.length).toBe(256);
    expect(noteKinds(board)).toContain('limit');
  });

  it('with cell counts from another world', () => {
    // Nothing can be read with them, so nothing is there.
    for (const cells of [0, 3, 0x4000_0000, 0xffff_ffff]) {
      const counts = { '#address-cells': [cells], '#size-cells': [cells] };
      const ram = node('memory', { device_type: 'memory', reg: reg([0, GIB]) });
      const parent = node('reserved-memory', { ...counts, ranges: true }, pool('p', 0, MIB, 1));
      const tree = blob(node('', counts, ram, parent, device('d@1')));
      const board = loadBoard(tree, { memory: [{ base: 0, size: GIB }] });
      expect(board.machine.regions).toEqual([]);
    }
  });

  it('with cell counts that are too short to be read', () => {
    // Three bytes are no cell: the default of one each holds.
    const short = { '#address-cells': cellBytes([2]).subarray(1), '#size-cells': latin1('') };
    const ram = node('memory', { device_type: 'memory', reg: [2 * GIB, GIB] });
    expect(loadBoard(blob(node('', short, ram))).machine.banks).toEqual([
      { base: 2 * GIB, size: GIB },
    ]);
  });
});
