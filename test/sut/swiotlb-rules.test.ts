// Goal: what holds of slots in general (4.14), and traps that a caller can meet (4.15).
// Method: few calls each; orders and shifts that must not matter are all tried, or drawn.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IoTlbPool } from '../../sut/dma/swiotlb/pool.ts';
import { type Shape, SlotTable, START } from './slot-table.ts';

const REQUESTS = fc.array(
  fc.record({
    low: fc.nat({ max: 0xfff }),
    bytes: fc.integer({ min: 1, max: 40000 }),
    align: fc.constantFrom(0, 0xfff),
    cpu: fc.nat({ max: 3 }),
  }),
  { minLength: 1, maxLength: 12 },
);

describe('invariants', () => {
  it('4.14.7: unmapping everything, in any order, leaves what there was at first', () => {
    const shape = { nslabs: 256, nareas: 2, minAlign: 0xfff };
    const initial = new SlotTable(shape).state();
    const property = fc.property(REQUESTS, fc.infiniteStream(fc.nat()), (requests, picks) => {
      const table = new SlotTable(shape);
      const live = requests.flatMap(({ bytes, ...asked }) => table.map(bytes, asked) ?? []);
      for (const pick of picks) {
        const [at] = live.splice(pick % live.length, 1);
        expect(table.unmap(at!)).toBe(true);
        if (live.length === 0) break;
      }
      expect(table.state()).toBe(initial);
    });
    fc.assert(property, { seed: 1, numRuns: 100 });
  });

  it('4.14.9: a refusal changes nothing', () => {
    const table = new SlotTable({ nslabs: 128 });
    table.map(200000);
    const [state, index] = [table.state(), table.index()];
    expect(table.map(100000)).toBeNull();
    expect([table.state(), table.index(), table.mem.usedHiwater]).toEqual([state, index, 98]);
  });

  it('4.14.10: pool and buffers may move by multiples of what is asked for', () => {
    const answers = (
      requests: readonly { bytes: number; low: number }[],
      shape: Omit<Shape, 'nslabs'>,
      by = 0,
    ) => {
      const table = new SlotTable({ nslabs: 256, minAlign: 0x1fff, ...shape });
      return requests.map(({ bytes, low, ...asked }) =>
        table.map(bytes, { ...asked, low: low + by }),
      );
    };
    const boundary = 0xffff;
    const property = fc.property(REQUESTS, fc.integer({ min: 1, max: 9 }), (requests, times) => {
      const plain = answers(requests, { boundary });
      const shifted = answers(requests, { boundary, start: START + times * 0x10000 });
      expect(shifted).toEqual(plain);
      expect(answers(requests, { boundary }, times * 0x2000)).toEqual(plain);
    });
    fc.assert(property, { seed: 1, numRuns: 100 });
  });
});

describe('traps', () => {
  it('address 0 keeps only what is below a slot', () => {
    const table = new SlotTable({ nslabs: 128, minAlign: 0xfff });
    table.map(2048);
    expect(table.mem.tblMapSingle(table.dev, 0, 2048, 0, 0)).toBe(START + 2048);
  });

  it('without any alignment a page or more begins at a page; with some it need not', () => {
    expect([
      new SlotTable({ nslabs: 128 }),
      new SlotTable({ nslabs: 128, minAlign: 0x7ff }),
    ]).toEqual(expect.arrayContaining([]));
    const second = (minAlign: number) => {
      const table = new SlotTable({ nslabs: 128, minAlign });
      table.map(1);
      return table.map(4096);
    };
    expect([second(0), second(0x7ff)]).toEqual([4096, 2048]);
  });

  it('boundaries are counted from bus address 0, also in the second area', () => {
    const shape = { nslabs: 256, nareas: 2, start: START + 0x8000, boundary: 0x7ffff };
    const table = new SlotTable(shape);
    const first = (slots: number) => table.slots(slots * 2048, { cpu: 1 })?.[0];
    // The next 512 KiB begin at slot 240.
    expect([first(100), first(20)]).toEqual([128, 0]);
    expect([first(12), first(16)]).toEqual([228, 240]);
  });

  it('a boundary below a slot allows one slot, and no more', () => {
    const table = new SlotTable({ nslabs: 128, boundary: 0x3ff });
    expect([table.map(2048), table.map(2049)]).toEqual([0, null]);
  });

  it('the last slot of a run may have less than no bytes', () => {
    const table = new SlotTable({ nslabs: 128, minAlign: 0x7ff });
    expect(table.map(100, { low: 2000 })).toBe(2000);
    expect(table.mem.defpool.slot(1)).toMatchObject({ list: 0, allocSize: -1948 });
    expect(table.unmap(2000)).toBe(true);
    expect(table.list(3)).toBe('128 127 126');
  });

  it('no byte before or behind a mapping is part of it, nor is padding', () => {
    const table = new SlotTable({ nslabs: 128, minAlign: 0xfff });
    expect(table.map(100, { low: 0xa80, align: 0xfff })).toBe(0xa80);
    const part = (at: number) => table.mem.bounce(table.dev, START + at, 8);
    expect([0, 0x7ff, 0xa7f, 0x1000].map(part)).toEqual([null, null, null, null]);
    expect(part(0xa80)).toEqual({ orig: 0x41000a80, size: 8, clipped: false });
    // Up to the alignment asked for there is room behind the buffer.
    expect(part(0xfff)).toEqual({ orig: 0x41000fff, size: 1, clipped: true });
    expect(table.map(2040, { low: 0x700 })).toBe(0x1700);
    expect(part(0x1700 + 2040)).toBeNull();
  });

  it('an unmap needs the address itself', () => {
    const table = new SlotTable({ nslabs: 128, minAlign: 0xfff });
    const at = table.map(9000, { low: 0xa00, align: 0xfff })!;
    const others = [at - 0x200, at + 1, at + 2048, 0, 2048 * 100, -2048, 128 * 2048];
    expect(others.map((other) => table.unmap(other))).toEqual(others.map(() => false));
    expect([table.mem.free(START + at), table.unmap(at), table.unmap(at)]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it.each([
    [256, 3],
    [128, 2],
    [300, 2],
  ])('%i slots cannot have %i areas', (nslabs, nareas) => {
    expect(() => new IoTlbPool(START, nslabs, nareas)).toThrow(RangeError);
  });

  it.each([
    [0, 262144],
    [0x1ff, 260096],
    [0xfff, 258048],
    [0xffff, 196608],
    [0xfffff, 0],
  ])('with mask %i a mapping has at most %i bytes', (minAlign, bytes) => {
    const table = new SlotTable({ nslabs: 128, minAlign });
    expect(table.mem.maxMappingSize(table.dev)).toBe(bytes);
    if (bytes > 0) expect(table.map(bytes, { low: minAlign % 0x1000 })).not.toBeNull();
  });

  it('some longer mappings have room', () => {
    const room = (low: number, bytes: number) =>
      new SlotTable({ nslabs: 128, minAlign: 0xfff }).map(bytes, { low });
    expect([room(0xfff, 258049), room(0x800, 260096), room(0x800, 260097)]).toEqual([
      0xfff,
      0x800,
      null,
    ]);
  });

  it('an allocator without slots answers nothing', () => {
    const table = new SlotTable({ nslabs: 0 });
    const { mem, dev } = table;
    expect([table.map(1), mem.alloc(dev, 4096), table.unmap(0)]).toEqual([null, null, false]);
  });

  it('the mark can only be reset', () => {
    const table = new SlotTable({ nslabs: 128 });
    table.map(6000);
    expect([table.mem.setUsedHiwater(1), table.mem.usedHiwater]).toEqual(['EINVAL', 3]);
    expect([table.mem.setUsedHiwater(0), table.mem.usedHiwater]).toEqual([null, 0]);
    table.map(1);
    expect(table.mem.usedHiwater).toBe(4);
  });
});
