// Goal: slots are those of the worked examples of the specification (4.13). Method: each table,
// number by number; where Linux overlooks a slot, its own answer from the literal rules as well.
import { describe, expect, test } from 'vitest';
import { LiteralTable, SlotTable, START } from './slot-table.ts';

test('E1: one area, no alignment', () => {
  const table = new SlotTable({ nslabs: 128 });
  expect(table.slots(2048)).toEqual([0, 0, 1, 1]);
  expect(table.list(3)).toBe('0 127 126');
  expect(table.slots(6000)).toEqual([2, 4, 5, 4]);
  expect(table.list(9)).toBe('0 1 0 0 0 123 122 121 120');
  expect(table.slots(2048)).toEqual([5, 5, 6, 5]);
  expect(table.list(7)).toBe('0 1 0 0 0 0 122');
  expect(table.slots(4096)).toEqual([6, 7, 8, 7]);
  expect(table.slots(2048)).toEqual([8, 8, 9, 8]);
  expect(table.list(10)).toBe('0 1 0 0 0 0 0 0 0 119');
  expect(table.unmap(2 * 2048)).toBe(true);
  expect([table.index(), table.mem.totalUsed]).toEqual([9, 5]);
  expect(table.list(9)).toBe('0 4 3 2 1 0 0 0 0');
  expect(table.unmap(0)).toBe(true);
  expect([table.index(), table.mem.totalUsed]).toEqual([9, 4]);
  expect(table.list(9)).toBe('5 4 3 2 1 0 0 0 0');
  expect(table.slots(2048)).toEqual([9, 9, 10, 5]);
  expect(table.mem.usedHiwater).toBe(8);
});

test('E2: low bits of a page are kept', () => {
  const table = new SlotTable({ nslabs: 128, minAlign: 0xfff });
  const rows = [
    { low: 0xa00, bytes: 3000, at: 0xa00, slots: [1, 2], index: 3 },
    { low: 0x200, bytes: 512, at: 0x2200, slots: [4, 4], index: 5 },
    { low: 0x7ff, bytes: 4096, at: 0x37ff, slots: [6, 8], index: 9 },
    { low: 0x000, bytes: 4096, at: 0x5000, slots: [10, 11], index: 12 },
    { low: 0xfff, bytes: 1, at: 0x6fff, slots: [13, 13], index: 14 },
  ];
  const twin = new SlotTable({ nslabs: 128, minAlign: 0xfff });
  for (const { low, bytes, at, slots, index } of rows) {
    expect(table.slots(bytes, { low })?.slice(0, 3)).toEqual([...slots, index]);
    expect(twin.map(bytes, { low })).toBe(at);
  }
  expect(table.list(14)).toBe('1 0 0 1 0 1 0 0 0 1 0 0 1 0');
  expect([table.unmap(0xa00), table.unmap(0x37ff)]).toEqual([true, true]);
  expect(table.list(14)).toBe('4 3 2 1 0 5 4 3 2 1 0 0 1 0');
});

describe('E3: what the search of Linux overlooks', () => {
  const odd = { low: 0x800 };

  test('a slot just before the index, which we find', () => {
    const shape = { nslabs: 128, minAlign: 0xfff };
    const table = new SlotTable(shape);
    const literal = new LiteralTable(shape);
    for (let slot = 0; slot < 128; slot++) {
      const asked = { low: (slot % 2) * 2048 };
      expect([table.map(2048, asked), literal.slot(2048, asked)]).toEqual([slot * 2048, slot]);
    }
    expect(table.index()).toBe(0);
    const freed = 3 * 2048;
    table.unmap(freed);
    literal.unmap(freed);
    expect([table.slots(2048, odd), literal.slot(2048, odd)]).toEqual([[3, 3, 4, 128], 3]);
    table.unmap(freed);
    literal.unmap(freed);
    expect([table.slots(2048, odd), literal.slot(2048, odd)]).toEqual([[3, 3, 4, 128], null]);
  });

  /** A free pool that goes on at `index`, of either kind. */
  function emptied(nslabs: number, index: number) {
    const shape = { nslabs, minAlign: 0xfff };
    const sides = [new SlotTable(shape), new LiteralTable(shape)] as const;
    for (let slot = 0; slot < index; slot++) {
      for (const side of sides) {
        if (side instanceof SlotTable) side.map(1, { low: (slot % 2) * 2048 });
        else side.slot(1, { low: (slot % 2) * 2048 });
      }
    }
    for (let slot = 0; slot < index; slot++) for (const side of sides) side.unmap(slot * 2048);
    return sides;
  }

  test.each([
    [128, 0, 1, 1],
    [128, 1, 1, 1],
    [128, 2, null, 1],
    [128, 3, 1, 1],
    [128, 4, 1, 1],
    [256, 2, 129, 129],
  ])('the longest mapping in %i free slots from index %i on', (nslabs, index, linux, ours) => {
    const [table, literal] = emptied(nslabs, index);
    expect(table.mem.maxMappingSize(table.dev)).toBe(258048);
    expect(literal.slot(258048, { low: 0xfff })).toBe(linux);
    expect(table.slots(258048, { low: 0xfff })?.[0]).toBe(ours);
  });
});

test('E4: boundaries', () => {
  const table = new SlotTable({ nslabs: 256, start: 0x1008000, boundary: 0xffff });
  const rows: readonly (readonly [number, number | null, number | null, number])[] = [
    [32768, 0, 0x1008000, 16],
    [40000, 16, 0x1010000, 36],
    [30000, 48, 0x1020000, 63],
    [65536, 80, 0x1030000, 112],
    [65537, null, null, 112],
    [2048, 112, 0x1040000, 113],
    [65536, 144, 0x1050000, 176],
  ];
  for (const [bytes, slot, bus, index] of rows) {
    const at = table.map(bytes);
    expect([bytes, at && at / 2048, at === null ? null : table.start + at]).toEqual([
      bytes,
      slot,
      bus,
    ]);
    expect(table.index()).toBe(index);
  }
});

test('E5: areas', () => {
  const table = new SlotTable({ nslabs: 512, nareas: 4 });
  const used = () => table.mem.defpool.areas.map((area) => area.used);
  const first = (bytes: number, cpu: number) => table.slots(bytes, { cpu })?.[0] ?? null;
  expect([first(204800, 2), used()]).toEqual([256, [0, 0, 100, 0]]);
  expect([first(102400, 2), used()]).toEqual([384, [0, 0, 100, 50]]);
  expect([first(57344, 2), used(), table.index(2)]).toEqual([356, [0, 0, 128, 50], 0]);
  expect([first(204800, 2), first(204800, 2), first(204800, 2)]).toEqual([0, 128, null]);
  expect([first(102400, 5), first(57344, 1), first(2048, 1)]).toEqual([434, 228, 484]);
  expect([table.mem.totalUsed, table.mem.usedHiwater]).toEqual([457, 457]);
});

test('E6: padding', () => {
  const table = new SlotTable({ nslabs: 128, minAlign: 0xfff });
  const slot = (index: number) => {
    const { origAddr, allocSize, padSlots } = table.mem.defpool.slot(index);
    return [origAddr, allocSize, padSlots];
  };
  const align = 0xfff;
  expect(table.slots(1000, { low: 0xa00, align })).toEqual([0, 1, 2, 2]);
  expect([slot(0), slot(1)]).toEqual([
    [null, 3584, 0],
    [0x41000a00, 1536, 1],
  ]);
  const capacity = table.mem.bounce(table.dev, START + 0xa00, 4096);
  expect(capacity).toEqual({ orig: 0x41000a00, size: 1536, clipped: true });
  expect(table.map(6000, { low: 0xa00, align })).toBe(0x1a00);
  expect([slot(2)[2], slot(3)[2], table.mem.totalUsed]).toEqual([0, 1, 8]);
  expect(table.map(100, { low: 0x123, align })).toBe(0x4123);
  expect([table.mem.totalUsed, table.index()]).toEqual([10, 10]);
  expect(table.unmap(0xa00)).toBe(true);
  expect(table.list(8)).toBe('2 1 0 0 0 0 0 0');
});

test('E7: no run leaves its segment', () => {
  const table = new SlotTable({ nslabs: 256 });
  const slots = (count: number) => table.slots(count * 2048)?.slice(0, 3) ?? null;
  expect([slots(100), slots(100)]).toEqual([
    [0, 99, 100],
    [128, 227, 228],
  ]);
  expect(table.mem.defpool.slot(100).list).toBe(28);
  expect([slots(28), slots(28)]).toEqual([
    [228, 255, 0],
    [100, 127, 128],
  ]);
  expect([slots(1), table.mem.totalUsed]).toEqual([null, 256]);
  expect([table.unmap(0), table.unmap(128 * 2048)]).toEqual([true, true]);
  expect([0, 128].map((slot) => table.mem.defpool.slot(slot).list)).toEqual([100, 100]);
  expect(slots(120)).toBeNull();
  expect([slots(100)?.[0], slots(100)?.[0]]).toEqual([128, 0]);
});

test('E8: part of a mapping', () => {
  const table = new SlotTable({ nslabs: 128, minAlign: 0xfff });
  expect([table.map(5000, { low: 0x300 }), table.mem.totalUsed]).toEqual([0x300, 3]);
  const slots = [0, 1, 2].map((index) => table.mem.defpool.slot(index));
  expect(slots.map(({ origAddr }) => origAddr)).toEqual([0x41000300, 0x41000b00, 0x41001300]);
  expect(slots.map(({ allocSize }) => allocSize)).toEqual([5000, 2952, 904]);
  const part = (at: number, bytes: number) => table.mem.bounce(table.dev, START + at, bytes);
  expect(part(0x900, 1)).toEqual({ orig: 0x41000900, size: 1, clipped: false });
  expect(part(0x900, 5000)).toEqual({ orig: 0x41000900, size: 3464, clipped: true });
});
