/** Windows: where the search starts and ends, how tuples translate and merge. */
import { describe, expect, it } from 'vitest';
import { loadBoard } from '../../boards/loader.ts';
import { UNLIMITED } from '../../contract/numbers.ts';
import { blob, node, reg, type Spec, u64, type Value } from './blob.ts';
import { bus, CELLS, device, deviceNamed, GIB, load, memory, noteKinds } from './trees.ts';

/** `dma-ranges` of two-cell buses: [dma, cpu, size] each. */
function ranges(...tuples: readonly (readonly (bigint | number)[])[]): number[] {
  return tuples.flatMap((tuple) => tuple.flatMap((value) => u64(value)));
}

const D = device('d@1000');

function windowsBelow(...specs: readonly Spec[]) {
  return deviceNamed(load([memory(), ...specs]), 'd@1000')!.windows;
}

const IDENTITY = { cpu: 0, dma: 0, size: GIB };

describe('the search', () => {
  const some = { 'dma-ranges': ranges([0, 0, GIB]) };
  const empty = { 'dma-ranges': true } as const;

  it('finds the window of the parent bus', () => {
    // The plainest case, and the numbers that follow from it.
    const board = load([memory(), bus('soc', { 'dma-ranges': ranges([0, 2 * GIB, GIB]) }, D)]);
    expect(deviceNamed(board, 'd@1000')).toMatchObject({
      windows: [{ dma: 0, cpu: 2 * GIB, size: GIB }],
      busLimit: GIB - 1,
      mask: GIB - 1,
      coherentMask: GIB - 1,
    });
  });

  it('goes on above empty dma-ranges', () => {
    // Two empty levels, then the window.
    expect(windowsBelow(bus('a', some, bus('b', empty, bus('c', empty, D))))).toEqual([IDENTITY]);
  });

  it('lets the first bus lack the property', () => {
    // Whether or not a present one came before: it is the first node looked at.
    expect(windowsBelow(bus('a', some, bus('b', {}, D)))).toEqual([IDENTITY]);
  });

  it('ends at the second bus without the property', () => {
    // Parent and grandparent lack it: no window even though a bus further up has one.
    expect(windowsBelow(bus('a', some, bus('b', {}, bus('c', {}, D))))).toEqual([]);
    expect(windowsBelow(bus('a', some, bus('b', {}, bus('c', empty, D))))).toEqual([]);
  });

  it('finds nothing translatable on the root', () => {
    // The root has no parent whose addresses could be meant.
    const spec = node('', { ...CELLS, 'dma-ranges': ranges([0, 0, GIB]) }, memory(), D);
    const board = loadBoard(blob(spec));
    expect(deviceNamed(board, 'd@1000')).toMatchObject({ windows: [], busLimit: 0 });
    expect(noteKinds(board)).toEqual(['window-untranslatable', 'window-none']);
  });

  it('does not look at the device itself', () => {
    // dma-ranges on a device speaks to what is behind it.
    expect(windowsBelow(device('d@1000', some))).toEqual([]);
  });
});

describe('the DMA parent', () => {
  const via = (phandle: number): Readonly<Record<string, Value>> => ({
    interconnects: [9, 1, 2, phandle, 5],
    'interconnect-names': ['other', 'dma-mem'],
  });
  const other = node('icc', { phandle: [9], '#interconnect-cells': [2] });
  const mbus = (more: Readonly<Record<string, Value>>) =>
    bus('mbus', { phandle: [7], '#interconnect-cells': [1], ...more });
  const shifted = { 'dma-ranges': ranges([0, GIB, GIB]) };

  it('is the interconnect named dma-mem, before the parent', () => {
    // The list has an entry with two argument cells before it.
    const soc = bus('soc', { 'dma-ranges': ranges([0, 0, GIB]) }, device('d@1000', via(7)));
    expect(windowsBelow(other, mbus(shifted), soc)).toEqual([{ dma: 0, cpu: GIB, size: GIB }]);
  });

  it('is the parent when the interconnect cannot be resolved', () => {
    // Wrong phandle; then a target without cell count.
    const soc = bus('soc', { 'dma-ranges': ranges([0, 0, GIB]) }, device('d@1000', via(8)));
    expect(windowsBelow(other, mbus(shifted), soc)).toEqual([IDENTITY]);
    const bare = bus('mbus', { phandle: [8], ...shifted });
    expect(windowsBelow(other, bare, soc)).toEqual([IDENTITY]);
  });

  it('counts for coherence and for translation, too', () => {
    // The bus on the way up is coherent and itself behind another window.
    const way = bus(
      'way',
      { 'dma-ranges': ranges([GIB, 2 * GIB, GIB]), 'dma-coherent': true },
      mbus(shifted),
    );
    const board = load([memory(), other, way, bus('soc', {}, device('d@1000', via(7)))]);
    expect(deviceNamed(board, 'd@1000')).toMatchObject({
      coherent: true,
      windows: [{ dma: 0, cpu: 2 * GIB, size: GIB }],
    });
  });

  it('running in a circle leads nowhere (FM7)', () => {
    // Two buses name each other, and one names itself.
    const loop = (name: string, self: number, next: number) =>
      bus(name, {
        phandle: [self],
        '#interconnect-cells': [0],
        interconnects: [next],
        'interconnect-names': 'dma-mem',
        'dma-ranges': ranges([0, 0, GIB]),
      });
    const user = device('d@1000', { interconnects: [1], 'interconnect-names': 'dma-mem' });
    for (const specs of [
      [loop('a', 1, 2), loop('b', 2, 1), user],
      [loop('a', 1, 1), user],
    ]) {
      const board = load([memory(), ...specs]);
      expect(deviceNamed(board, 'd@1000')!.windows).toEqual([]);
      expect(noteKinds(board)).toContain('dma-parent-loop');
    }
  });
});

describe('translation', () => {
  it('goes through every bus above', () => {
    // Nested windows: 0 -> 1 GiB -> 2 GiB.
    const inner = bus('inner', { 'dma-ranges': ranges([0, GIB, 4096]) }, D);
    const outer = bus('outer', { 'dma-ranges': ranges([GIB, 2 * GIB, GIB]) }, inner);
    expect(windowsBelow(outer)).toEqual([{ dma: 0, cpu: 2 * GIB, size: 4096 }]);
  });

  it('is 1:1 through buses without or with empty dma-ranges', () => {
    // Both kinds above the bus with the window.
    const inner = bus('inner', { 'dma-ranges': ranges([0, GIB, 4096]) }, D);
    expect(windowsBelow(bus('a', { 'dma-ranges': true }, bus('b', {}, inner)))).toEqual([
      { dma: 0, cpu: GIB, size: 4096 },
    ]);
  });

  it('skips tuples that lead nowhere, and gives up when all do', () => {
    // The outer bus knows 0..1 GiB only.
    const outer = (tuples: number[]) =>
      bus('outer', { 'dma-ranges': ranges([0, 0, GIB]) }, bus('in', { 'dma-ranges': tuples }, D));
    expect(windowsBelow(outer(ranges([0, 4 * GIB, GIB], [GIB, 0, GIB])))).toEqual([
      { dma: GIB, cpu: 0, size: GIB },
    ]);
    const board = load([memory(), outer(ranges([0, 4 * GIB, GIB]))]);
    expect(deviceNamed(board, 'd@1000')).toMatchObject({ windows: [], busLimit: 0 });
    expect(noteKinds(board)).toEqual(['window-untranslatable', 'window-none']);
  });

  it('compares all three cells of a bus with three (bank numbers)', () => {
    // Two banks with equal low cells: the address <2 0 0x10> belongs to the second.
    const three = { '#address-cells': [3], '#size-cells': [2] } as const;
    const banks = [1, 0, 0, 0, 0x1000, 0, 0x100, 2, 0, 0, 0, 0x9000, 0, 0x100];
    const inner = bus('inner', { 'dma-ranges': [...u64(0), 2, 0, 0x10, 0, 0x20] }, D);
    const outer = bus('outer', { ...three, 'dma-ranges': banks }, inner);
    expect(windowsBelow(outer)).toEqual([{ dma: 0, cpu: 0x9010, size: 0x20 }]);
  });

  it('keeps the flags cell through empty dma-ranges', () => {
    // A PCI-like bus matches on the flags of an address that came through a 1:1 bus.
    const three = { '#address-cells': [3], '#size-cells': [2] } as const;
    const flags = 0x02000000;
    const inner = bus('inner', { 'dma-ranges': [0, 0, flags, 0, 0x1000, 0, 0x100] }, D);
    const middle = bus('middle', { ...three, 'dma-ranges': true }, inner);
    const top = bus(
      'top',
      { ...three, 'dma-ranges': [flags, 0, 0, ...u64(2 * GIB), ...u64(0x10000)] },
      middle,
    );
    expect(windowsBelow(top)).toEqual([{ dma: 0, cpu: 2 * GIB + 0x1000, size: 0x100 }]);
  });

  it('needs sane cell counts (FM3)', () => {
    // No address cells, five address cells, no size cells: a bus that cannot be crossed.
    for (const cells of [
      { '#address-cells': [0] },
      { '#address-cells': [5] },
      { '#size-cells': [0] },
      { '#address-cells': [0xffffffff] },
    ]) {
      const inner = bus('inner', { 'dma-ranges': ranges([0, 0, GIB], [0, 0, GIB]) }, D);
      const board = load([memory(), bus('outer', { ...cells, 'dma-ranges': true }, inner)]);
      expect(deviceNamed(board, 'd@1000')!.windows).toEqual([]);
    }
  });

  it('inherits cell counts from above', () => {
    // The bus has no counts of its own; the root has two and two.
    const plain = node('soc', { ranges: true, 'dma-ranges': ranges([0, GIB, GIB]) }, D);
    expect(windowsBelow(plain)).toEqual([{ dma: 0, cpu: GIB, size: GIB }]);
  });
});

describe('tuples', () => {
  const map = (...tuples: readonly (readonly (bigint | number)[])[]) =>
    load([memory(), bus('soc', { 'dma-ranges': ranges(...tuples) }, D)]);
  const windows = (...tuples: readonly (readonly (bigint | number)[])[]) =>
    deviceNamed(map(...tuples), 'd@1000')!.windows;

  it('merge when they continue each other on both sides', () => {
    // The third continues on one side only.
    const size = 4096;
    expect(windows([0, GIB, size], [size, GIB + size, size], [2 * size, 0, size])).toEqual([
      { dma: 0, cpu: GIB, size: 2 * size },
      { dma: 2 * size, cpu: 0, size },
    ]);
  });

  it('keep their order, high before low', () => {
    // apm lists 512 GiB first; the limit is the highest end, not the last.
    const device = deviceNamed(map([2 ** 39, 2 ** 39, GIB], [0, 0, GIB]), 'd@1000')!;
    expect(device.windows.map(({ dma }) => dma)).toEqual([2 ** 39, 0]);
    expect(device.busLimit).toBe(2 ** 39 + GIB - 1);
  });

  it('may have a size of nearly 2^64, and a limit that is no mask', () => {
    // ffffffffffffc000 is on seven boards: clamped, not refused.
    const device = deviceNamed(map([0, 0, 0xffffffffffffc000n]), 'd@1000')!;
    expect(device.windows).toEqual([{ cpu: 0, dma: 0, size: UNLIMITED }]);
    expect(device).toMatchObject({ busLimit: UNLIMITED, mask: 2 ** 32 - 1 });
    const odd = deviceNamed(map([0, GIB, 0xc0000000]), 'd@1000')!;
    expect(odd).toMatchObject({ busLimit: 0xbfffffff, mask: 2 ** 32 - 1 });
  });

  it('that wrap 2^64 keep their size; the limit wraps as in the kernel', () => {
    // Sizes of 2^64 - 1 at 4096: the end is 4094.
    const device = deviceNamed(map([4096, 0, 2n ** 64n - 1n]), 'd@1000')!;
    expect(device).toMatchObject({ busLimit: 4094, mask: 4095 });
  });

  it('of size 0 end the table', () => {
    // Behind it nothing counts, not even for the limit.
    const board = map([0, 0, GIB], [4 * GIB, 0, 0], [8 * GIB, GIB, GIB]);
    const device = deviceNamed(board, 'd@1000')!;
    expect(device.windows.map(({ size }) => size)).toEqual([GIB, 0]);
    expect(device.busLimit).toBe(GIB - 1);
    expect(noteKinds(board)).toEqual(['window-terminated']);
    // Nothing but it: a map without windows, whose limit is the mask.
    expect(deviceNamed(map([0, 0, 0]), 'd@1000')).toMatchObject({ busLimit: 2 ** 32 - 1 });
  });

  it('may not start at 2^52 or above', () => {
    // Neither side; the message names the bus.
    expect(() => map([2n ** 52n, 0, GIB])).toThrow('/soc:dma-ranges: found address');
    expect(() => map([0, 2n ** 60n, GIB])).toThrow('expected an address below 2^52');
  });

  it('of a cut-off property are ignored', () => {
    // Five cells where six make a tuple.
    const board = load([memory(), bus('soc', { 'dma-ranges': [0, 0, 0, 0, 0] }, D)]);
    expect(noteKinds(board)).toEqual(['window-none']);
  });
});

describe('PCI', () => {
  const cells = { '#address-cells': [3], '#size-cells': [2], device_type: 'pci' } as const;
  const host = (more: Readonly<Record<string, Value>>, ...children: readonly Spec[]) =>
    node(
      'pcie@1000',
      { compatible: 'test,pcie', reg: reg([0, 4096]), ...cells, ...more },
      ...children,
    );

  it('uses the window on the host for what is behind it, not for the host', () => {
    // The flags cell is no part of the bus address.
    const more = { 'dma-ranges': [0x42000000, ...u64(GIB), ...u64(2 * GIB), ...u64(GIB)] };
    const wifi = node('wifi@0', { compatible: 'pci1234,1', reg: [0, 0, 0, 0, 0] });
    const board = load([memory(), bus('soc', {}, host(more, node('port@0', {}, wifi)))]);
    const window = { dma: GIB, cpu: 2 * GIB, size: GIB };
    expect(deviceNamed(board, 'pcie@1000')!.windows).toEqual([]);
    expect(deviceNamed(board, 'pcie@1000:function')!.windows).toEqual([window]);
    expect(board.devices.views.map(({ count }) => count)).toEqual([1, 2]);
  });

  it('asks the host for coherence and for its iommu-map', () => {
    // Both are properties of the host and speak of functions only where they should.
    const unit = node('iommu@0', { phandle: [3], '#iommu-cells': [1] });
    const more = { 'dma-coherent': true, 'iommu-map': [0, 3, 0, 0x10000] } as const;
    const board = load([memory(), unit, bus('soc', {}, host(more))]);
    expect(deviceNamed(board, 'pcie@1000')).toMatchObject({ coherent: true, iommu: null });
    const behind = deviceNamed(board, 'pcie@1000:function')!;
    expect(behind.coherent).toBe(true);
    expect(behind.iommu).not.toBeNull();
  });
});
