/** Devices: which nodes count, what they list, how they see memory. */
import { describe, expect, it } from 'vitest';
import { parseFdt } from '../../boards/fdt/parse.ts';
import { phandleCount } from '../../boards/phandles.ts';
import { blob, latin1, node, reg, type Value } from './blob.ts';
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
  regionNamed,
  reserved,
  root,
} from './trees.ts';

const BASE = 2 * GIB;
const names = (...specs: Parameters<typeof load>[0]) =>
  load([memory(), ...specs]).machine.devices.map((one) => one.name);

describe('which nodes are devices', () => {
  it('memory-mapped nodes with compatible, one for each view', () => {
    // Three that see alike are one; a coherent one is another.
    const board = load([
      memory(),
      device('a@1'),
      device('b@2'),
      bus('soc', { 'dma-coherent': true }, device('c@3'), device('d@4')),
    ]);
    expect(board.machine.devices.map((one) => one.name)).toEqual(['a@1', 'c@3']);
    expect(board.devices.views.map(({ count, example }) => [count, example])).toEqual([
      [2, 0],
      [2, 1],
    ]);
    expect(board.devices.total).toBe(4);
  });

  it('nothing behind a bus without ranges, without compatible, or below /cpus', () => {
    // An I2C client, a bare node and a CPU.
    const i2c = node('i2c', { '#address-cells': [1], '#size-cells': [0] }, device('codec@1a'));
    const bare = node('bare@1', { reg: reg([0, 1]) });
    const cpus = node('cpus', { ranges: true }, device('cpu@0', { device_type: 'cpu' }));
    expect(names(i2c, bare, cpus)).toEqual([]);
  });

  it('nothing that is not available, or below what is not', () => {
    // The status of the node and of every ancestor; "ok" is as good as "okay".
    const off = { status: 'disabled' } as const;
    expect(names(device('a@1', off), bus('b', off, device('c@2')))).toEqual([]);
    expect(names(device('a@1', { status: 'ok' }))).toEqual(['a@1']);
    expect(names(device('a@1', { status: latin1('okay') }))).toEqual(['a@1']);
    expect(names(device('a@1', { status: 'fail' }), device('b@1', { status: true }))).toEqual([]);
  });

  it('whatever lists a region, wherever it is', () => {
    // Remote processors have no reg; each of them is kept, although they see alike.
    const users = ['r0', 'r1'].map((name) =>
      node(name, { compatible: 'test,rproc', 'memory-region': [1] }),
    );
    expect(names(reserved(pool('p', BASE, MIB, 1)), ...users)).toEqual(['r0', 'r1']);
  });

  it('with names of their own: the path on a collision', () => {
    // The same unit address on two buses.
    const more = { 'memory-region': [1] } as const;
    const twice = [bus('x', {}, device('d@1', more)), bus('y', {}, device('d@1', more))];
    expect(names(reserved(pool('p', BASE, MIB, 1)), ...twice)).toEqual(['d@1', '/y/d@1']);
  });
});

describe('memory-region', () => {
  const list = (...phandles: number[]) => device('d@1', { 'memory-region': phandles });
  const pools = reserved(
    pool('a', BASE, MIB, 1),
    node('carveout', { reg: reg([BASE + MIB, MIB]), phandle: [2] }),
    pool('b', BASE + 2 * MIB, MIB, 3),
    pool('off', BASE + 3 * MIB, MIB, 4, { status: 'disabled' }),
    node('nothing', { phandle: [5], status: 'disabled' }),
    node('hollow', { phandle: [6] }),
  );
  const regionNames = (...phandles: number[]) => {
    const board = load([memory(), pools, list(...phandles)]);
    const one = deviceNamed(board, 'd@1')!;
    return one.regions.map((index) => board.machine.regions[index]!.name);
  };

  it('keeps order and positions', () => {
    // Pools, carveouts and a repeated entry.
    expect(regionNames(3, 2, 1, 3)).toEqual(['b', 'carveout', 'a', 'b']);
  });

  it('is shared by devices that list the same phandle', () => {
    // Two users, one region.
    const users = ['d@1', 'd@2'].map((name) => device(name, { 'memory-region': [1] }));
    const board = load([memory(), pools, ...users]);
    expect(board.machine.devices.map((one) => one.regions)).toEqual([[0], [0]]);
  });

  it('keeps the place of what does not exist', () => {
    // A disabled region binds nothing, a node without reg and size is no region.
    const board = load([memory(), pools, list(4, 5, 6, 1)]);
    const regions = deviceNamed(board, 'd@1')!.regions.map((i) => board.machine.regions[i]!);
    expect(regions.map(({ name, disabled, kind, size }) => [name, disabled, kind, size])).toEqual([
      ['off', true, 'pool', MIB],
      ['nothing', true, 'plain', 0],
      ['hollow', false, 'plain', 0],
      ['a', false, 'pool', MIB],
    ]);
    const users = board.notes.filter((note) => note.kind === 'user-of-skipped');
    expect(users.map((note) => note.text)).toEqual([
      '/reserved-memory/nothing',
      '/reserved-memory/hollow',
    ]);
  });

  it('survives phandles that lead nowhere, to itself, or to two nodes (FM7)', () => {
    // One placeholder per number, whoever lists it.
    const self = device('s@1', { phandle: [9], 'memory-region': [9, 77, 77, 1] });
    const twin = node('twin', { phandle: [1] });
    const board = load([memory(), pools, self, twin]);
    expect(noteKinds(board)).toEqual(
      expect.arrayContaining(['duplicate-phandle', 'phandle-missing', 'user-of-skipped']),
    );
    const one = load([memory(), reserved(pool('p', BASE, MIB, 1)), self]);
    const regions = deviceNamed(one, 's@1')!.regions;
    expect(regions[1]).toBe(regions[2]);
    expect(one.machine.regions[regions[3]!]!.name).toBe('p');
  });

  it('reads the older name of the property, and only four bytes', () => {
    // linux,phandle; a phandle of 8 bytes is none.
    const old = node('p', {
      compatible: 'shared-dma-pool',
      reg: reg([BASE, MIB]),
      'linux,phandle': [1],
    });
    const wide = pool('q', BASE + MIB, MIB, 2, { phandle: [0, 2] });
    const board = load([memory(), reserved(old, wide), list(1, 2)]);
    expect(noteKinds(board)).toContain('phandle-missing');
    expect(deviceNamed(board, 'd@1')!.regions[0]).toBe(0);
  });
});

describe('restricted pools', () => {
  const restricted = (more: Readonly<Record<string, Value>> = {}) =>
    node('r', { compatible: 'restricted-dma-pool', reg: reg([BASE, MIB]), phandle: [1], ...more });
  const bound = (board: ReturnType<typeof load>, name: string) =>
    board.devices.infos.find((info) => info.device.name === name)?.restricted;

  it('bind by themselves: the first available one of the list', () => {
    // Behind a coherent pool; not for a device without list, whose count is negative.
    const parts = [memory(), reserved(pool('p', BASE + MIB, MIB, 2), restricted())];
    const user = device('d@1', { 'memory-region': [2, 1] });
    const board = load([...parts, device('e@1'), user]);
    expect(bound(board, 'd@1')).toBe(1);
    expect(bound(board, 'e@1')).toBeNull();
    expect(deviceNamed(board, 'e@1')!.regions).toEqual([]);
    const tree = parseFdt(blob(root(device('e@1'))));
    expect(phandleCount(tree.root.children[0]!, 'memory-region')).toBe(-1);
  });

  it('do not bind when disabled, or to a translated device', () => {
    // Two reasons not to.
    const user = device('d@1', { 'memory-region': [1] });
    const off = load([memory(), reserved(restricted({ status: 'disabled' })), user]);
    expect(bound(off, 'd@1')).toBeNull();
    const unit = node('smmu', { phandle: [8], '#iommu-cells': [0] });
    const behind = device('d@1', { 'memory-region': [1], iommus: [8] });
    expect(bound(load([memory(), reserved(restricted()), unit, behind]), 'd@1')).toBeNull();
  });

  it('of a PCI host serve the functions behind it', () => {
    // A function without list uses the one of its host.
    const host = node('pcie@1', { compatible: 'h', reg: reg([0, 1]), 'memory-region': [1] });
    const board = load([memory(), reserved(restricted()), host]);
    expect(deviceNamed(board, 'pcie@1:function')!.regions).toEqual([0]);
    expect(noteKinds(board)).toContain('pci-restricted');
  });
});

describe('what a device sees', () => {
  it('starts with 32-bit masks and no limit', () => {
    // Only a driver widens a mask.
    expect(deviceNamed(load([memory(), device('d@1')]), 'd@1')).toMatchObject({
      mask: 2 ** 32 - 1,
      coherentMask: 2 ** 32 - 1,
      busLimit: 0,
      windows: [],
      coherent: false,
      iommu: null,
    });
  });

  it('is coherent by the first node that says so', () => {
    // A coherent bus around a non-coherent one; a device with both properties is coherent.
    const soc = bus(
      'soc',
      { 'dma-coherent': true },
      bus(
        'sub',
        { 'dma-noncoherent': true },
        device('a@1'),
        device('b@2', { 'dma-coherent': true }),
      ),
      device('c@3', { 'dma-noncoherent': true, 'dma-coherent': true }),
    );
    const board = load([memory(), soc]);
    const views = board.devices.infos.map(({ device: one }) => [one.name, one.coherent]);
    expect(views).toContainEqual(['a@1', false]);
    expect(board.devices.views.map(({ view, count }) => [view.coherent, count])).toEqual([
      [false, 1],
      [true, 2],
    ]);
  });

  it('is translated when every iommus entry resolves', () => {
    // Good, dangling, cut off, and to a disabled unit.
    const unit = node('smmu', { phandle: [8], '#iommu-cells': [1] });
    const off = node('off', { phandle: [9], '#iommu-cells': [0], status: 'disabled' });
    const iommuOf = (...iommus: number[]) =>
      deviceNamed(load([memory(), unit, off, device('d@1', { iommus })]), 'd@1')!.iommu;
    expect(iommuOf(8, 1, 8, 2)).not.toBeNull();
    expect(iommuOf(8, 1, 7)).toBeNull();
    expect(iommuOf(8)).toBeNull();
    expect(iommuOf(9)).toBeNull();
    expect(iommuOf()).toBeNull();
  });

  it('counts CPUs, and sizes the bounce pool by them', () => {
    // Six CPUs: eight areas; 1 GiB of low RAM: 1 MiB of slots, but for a segment in each area.
    const cpu = (index: number) => node(`cpu@${index}`, { device_type: 'cpu' });
    const board = load([memory(), node('cpus', {}, ...[0, 1, 2, 3, 4, 5].map(cpu))]);
    expect(board.machine).toMatchObject({ cpus: 6, swiotlb: { slots: 1024, areas: 8 } });
    const high = load([memory([2 * GIB, 4 * GIB])]).machine;
    expect(high).toMatchObject({ cpus: 1, swiotlb: { slots: 32768, areas: 1 } });
  });

  it('narrows ZONE_DMA to the narrowest bus, on arm64', () => {
    // A bus that reaches 1 GiB; an untranslatable one says nothing.
    const narrow = bus('soc', { 'dma-ranges': [0, 0, 0, 0, 0, GIB] });
    expect(load([memory(), narrow]).machine.zoneDmaLimit).toBe(GIB - 1);
    expect(load([memory()]).machine.zoneDmaLimit).toBe(2 ** 32 - 1);
    expect(load([memory([8 * GIB, GIB])]).machine.zoneDmaLimit).toBe(2 ** 52 - 1);
    expect(load([memory(), narrow], { profile: 'arm-nommu' }).machine.zoneDmaLimit).toBe(
      2 ** 32 - 1,
    );
  });

  it('notes bus addresses a region reserves', () => {
    // A machine has no word for iommu-addresses.
    const spec = pool('p', BASE, MIB, 1, { 'iommu-addresses': [1, ...reg([BASE, MIB])] });
    const board = load([memory(), reserved(spec)]);
    expect(noteKinds(board)).toEqual(['iova-reserved']);
    expect(regionNamed(board, 'p')!.kind).toBe('pool');
  });
});
