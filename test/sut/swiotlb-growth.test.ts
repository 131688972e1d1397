// Goal: allocators that can grow do, when and as far as Linux does (4.11). Method: few calls each.
import { describe, expect, it } from 'vitest';
import { SlotMemory } from '../../properties/lockstep/slot-memory.ts';
import { IoTlbMem } from '../../sut/dma/swiotlb/mem.ts';
import { deviceWith, START } from './slot-table.ts';

const MIB = 2 ** 20;

describe('growth', () => {
  const GROWS_AT = 0x40000000;

  /** A pool of one segment that may grow; a device of 32 bits. */
  function growing(nslabs: number, budget: number, nareas = 1) {
    const memory = new SlotMemory(budget, GROWS_AT);
    const dynamic = { memory, physLimit: 2 ** 32 - 1 };
    const mem = new IoTlbMem({ start: START, nslabs, nareas, pageSize: 4096, dynamic });
    const dev = deviceWith({ dmaMask: 2 ** 32 - 1 });
    const map = (bytes: number, low = 0) => mem.tblMapSingle(dev, 0x50000000 + low, bytes, 0, 0);
    return { mem, dev, map, memory };
  }

  it('a mapping without room gets a pool of its own, which goes with it', () => {
    const { mem, dev, map, memory } = growing(128, MIB);
    expect([map(262144), map(6000)]).toEqual([START, GROWS_AT]);
    expect([mem.totalUsed, mem.transientNslabs, mem.nslabs]).toEqual([131, 3, 128]);
    expect(mem.bounce(dev, GROWS_AT + 100, 8)?.orig).toBe(0x50000064);
    expect(mem.tblUnmapSingle(deviceWith({ dmaUsesIoTlb: true }), GROWS_AT)).toBe(false);
    expect(mem.tblUnmapSingle(dev, GROWS_AT)).toBe(true);
    expect([mem.totalUsed, mem.transientNslabs, dev.dmaIoTlbPools]).toEqual([128, 0, []]);
    expect(memory.journal.at(-1)).toBe(`give back ${GROWS_AT}, 6144 bytes`);
  });

  it('is exactly as long as the mapping: an odd page has no place in it', () => {
    const { mem, map, dev, memory } = growing(128, MIB);
    expect(map(262144)).toBe(START);
    const odd = { ...dev, minAlign: 0xfff, dmaIoTlbPools: [] };
    expect(mem.tblMapSingle(odd, 0x50000800, 2048, 0, 0)).toBeNull();
    expect(memory.journal.at(-1)).toBe(`give back ${GROWS_AT}, 2048 bytes`);
    expect(mem.runWork()).not.toBeNull();
  });

  it('work adds a pool that is asked first, once for each time it was due', () => {
    const { mem, map } = growing(2048, 16 * MIB, 16);
    expect(mem.runWork()).toBeNull();
    for (let k = 0; k < 16; k++) map(262144);
    map(2048);
    map(2048);
    const start = GROWS_AT + 2 * 0x20000;
    expect(mem.runWork()).toEqual({ start, nslabs: 2048, nareas: 16 });
    expect([mem.runWork(), mem.nslabs]).toEqual([null, 4096]);
    expect(map(2048)).toBe(start);
  });

  it.each([
    [8192, 4 * MIB, { nslabs: 2048, nareas: 16 }],
    [8192, 4 * MIB - 1, { nslabs: 1024, nareas: 8 }],
    [8192, MIB, { nslabs: 512, nareas: 4 }],
    [8192, MIB - 1, null],
    [256, 512 * 1024, { nslabs: 256, nareas: 2 }],
    [256, 512 * 1024 - 1, null],
  ])('like a pool of %i slots, with %i bytes at most', (nslabs, budget, expected) => {
    const { mem, map, memory } = growing(nslabs, budget, Math.min(64, nslabs / 128));
    for (let slots = 0; slots < nslabs; slots += 128) map(262144);
    // Too little memory for this one: none is used up before the work.
    const none = memory.obtain.bind(memory);
    memory.obtain = () => null;
    expect(map(2048)).toBeNull();
    memory.obtain = none;
    const grown = mem.runWork();
    expect(grown && { nslabs: grown.nslabs, nareas: grown.nareas }).toEqual(expected);
  });

  it('is within the reach of the device: its mask and its bus', () => {
    const { mem, map, memory } = growing(128, MIB);
    map(262144);
    const asks = (dmaMask: number, busDmaLimit: number) =>
      mem.tblMapSingle(deviceWith({ dmaMask, busDmaLimit }), 0x50000000, 1, 0, 0);
    expect([asks(GROWS_AT, 0), asks(2 ** 32, GROWS_AT), asks(GROWS_AT, 2 ** 32)]).toEqual([
      null,
      null,
      null,
    ]);
    expect(memory.journal).toEqual(new Array(3).fill(`obtain 2048 below ${GROWS_AT}: none`));
    expect(asks(2 ** 32, GROWS_AT + 2047)).toBe(GROWS_AT);
  });

  it('without any slots there is nothing to grow', () => {
    const { mem, map } = growing(0, MIB);
    expect([map(1), mem.runWork()]).toEqual([null, null]);
  });

  it('ends when somebody asks where the default pool is', () => {
    const { mem, map } = growing(128, MIB);
    expect([map(262144), mem.defaultSwiotlbBase(), map(1)]).toEqual([START, START, null]);
    expect([mem.runWork(), mem.canGrow]).toEqual([null, false]);
  });

  it('what no segment has room for is not worth growing', () => {
    const { mem, map, memory } = growing(128, MIB);
    expect([map(262145), mem.runWork(), memory.journal]).toEqual([null, null, []]);
  });

  it('devices that never met it do not look for its addresses', () => {
    const { mem, map, dev } = growing(128, MIB);
    expect(mem.isSwiotlbBuffer(dev, START)).toBe(false);
    map(262144);
    expect(
      [START - 1, START, START + 128 * 2048].map((at) => mem.isSwiotlbBuffer(dev, at)),
    ).toEqual([false, true, false]);
    const refused = deviceWith({ dmaMask: 2 ** 20 - 1 });
    expect(mem.tblMapSingle(refused, 0x50000000, 1, 0, 0)).toBeNull();
    expect(mem.isSwiotlbBuffer(refused, START)).toBe(false);
  });
});
