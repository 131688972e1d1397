/**
 * Goal: each invariant of slots that is checked on the implementation alone can fail. Method: a
 * sound state, and one thing about it that is wrong.
 */
import { describe, expect, it } from 'vitest';
import { UNLIMITED } from '../../contract/numbers.ts';
import { SlotMemory } from '../../properties/lockstep/slot-memory.ts';
import {
  brokenRuns,
  brokenSlots,
  brokenTotals,
  type LiveSlots,
} from '../../properties/lockstep/swiotlb-invariants.ts';
import { IoTlbMem } from '../../sut/dma/swiotlb/mem.ts';
import type { IoTlbPool } from '../../sut/dma/swiotlb/pool.ts';
import type { IoTlbSlot } from '../../sut/dma/swiotlb/segment.ts';
import { deviceWith, START } from '../sut/slot-table.ts';

const LIVE: LiveSlots = { tlbAddr: START, orig: 0x41000000, bytes: 6000, align: 0, device: 0 };
const DEVICE = { minAlign: 0, boundary: UNLIMITED, offset: 0, limit: UNLIMITED };

const FREE: IoTlbSlot = { list: 126, origAddr: null, allocSize: 0, padSlots: 0 };

/** Two areas; slots 0 to 2 are taken. */
function allocator(): IoTlbMem {
  const mem = new IoTlbMem({ start: START, nslabs: 256, nareas: 2, pageSize: 4096 });
  expect(mem.tblMapSingle(deviceWith(), LIVE.orig!, LIVE.bytes, 0, 0)).toBe(START);
  return mem;
}

/** One slot says something else. */
function lies(index: number, claim: Partial<IoTlbSlot>): IoTlbPool {
  const { defpool } = allocator();
  const area = defpool.areas[0]!;
  const slot = area.slot.bind(area);
  area.slot = (at) => (at === index ? { ...slot(at), ...claim } : slot(at));
  return defpool;
}

describe('records', () => {
  it('are sound', () => {
    const mem = allocator();
    expect([brokenSlots(mem.defpool), brokenTotals(mem)]).toEqual([null, null]);
    expect(brokenRuns(mem.defpool, [DEVICE], [LIVE])).toBeNull();
  });

  it.each([
    ['slot 8 counts 120, the next one 5', 9, { list: 5 }],
    ['slot 126 counts 2, the next one 2', 127, { list: 2 }],
    ['area 0 uses 2, not 3', 2, FREE],
    ['free slot 9 says more', 9, { allocSize: 1 }],
    ['free slot 9 says more', 9, { origAddr: 1 }],
    ['free slot 9 says more', 9, { padSlots: 1 }],
  ])('%s', (says, index, claim) => {
    expect(brokenSlots(lies(index, claim))).toContain(says);
  });

  it('areas count and go on inside', () => {
    const counting = allocator();
    counting.defpool.areas[1]!.used = 1;
    expect(brokenSlots(counting.defpool)).toBe('area 1 uses 0, not 1');
    expect(brokenTotals(counting)).toBe('3 used, but areas use 4');
    const beyond = allocator();
    beyond.defpool.areas[1]!.index = 128;
    expect(brokenSlots(beyond.defpool)).toBe('area 1 goes on at 128');
  });
});

describe('runs', () => {
  const runs = (device: Partial<typeof DEVICE>, ...live: readonly Partial<LiveSlots>[]) =>
    brokenRuns(
      allocator().defpool,
      [{ ...DEVICE, ...device }],
      live.map((one) => ({ ...LIVE, ...one })),
    );

  it.each([
    ['0 is also of 0', runs({}, {}, { bytes: 1 })],
    ['3 is free', runs({}, { bytes: 8192 })],
    ["slot 2 is nobody's", runs({}, { bytes: 4096 })],
    ['two segments', runs({}, { tlbAddr: START + 127 * 2048 })],
    ['not of the pool', runs({}, { tlbAddr: START + 255 * 2048 })],
    ['not of the pool', runs({}, { tlbAddr: START + 5 })],
    ['crosses a boundary', runs({ boundary: 0xfff }, {})],
    ['is not aligned', runs({ offset: 0x800 }, { bytes: 4096, align: 0xfff })],
    ['low bits differ', runs({ minAlign: 0xfff, offset: 0x800 }, {})],
  ])('%s', (says, broken) => {
    expect(broken).toContain(says);
  });
});

it('memory counts what it hands out', () => {
  const memory = new SlotMemory(8192, START);
  expect([memory.obtain(4096, START + 4094), memory.obtain(8193, UNLIMITED)]).toEqual([null, null]);
  expect([memory.obtain(8192, START + 8191), memory.obtain(1, UNLIMITED)]).toEqual([START, null]);
  memory.giveBack(START, 4096);
  memory.giveBack(START, 8192);
  expect(memory.journal.slice(-2)).toEqual([
    `give back ${START}, 4096 bytes, never handed out`,
    `give back ${START}, 8192 bytes`,
  ]);
  expect(memory.obtain(8192, UNLIMITED)).toBe(START + 0x20000);
});
