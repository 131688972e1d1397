/** The board report: reach of pools, and text that stays readable. */
import { describe, expect, it } from 'vitest';
import { DEVICE_DEFAULTS } from '../../contract/machine.ts';
import { boardText, reportBoard } from '../../report/board.ts';
import { reachOf } from '../../report/board-reach.ts';
import { reg, u64 } from './blob.ts';
import { bus, device, GIB, load, MIB, memory, pool, reserved } from './trees.ts';

const VIEW = { ...DEVICE_DEFAULTS };
const POOL = { base: 2 * GIB, size: MIB };

describe('reach', () => {
  it('is direct without windows, up to the mask', () => {
    // The last byte counts, and a bus limit is named when it is the tighter one.
    expect(reachOf(POOL, VIEW)).toEqual({ is: 'direct', busAddress: 2 * GIB, why: '' });
    const edge = { ...VIEW, coherentMask: 2 * GIB + MIB - 1 };
    expect(reachOf(POOL, edge).is).toBe('direct');
    const short = { ...VIEW, coherentMask: 2 * GIB + MIB - 2 };
    expect(reachOf(POOL, short)).toMatchObject({ is: 'mask', why: 'coherent mask 0x800ffffe' });
    const bridge = { ...VIEW, busLimit: GIB };
    expect(reachOf(POOL, bridge)).toMatchObject({ is: 'mask', why: 'bus limit 0x40000000' });
  });

  it('goes through windows: moved, identical, missed or crossed', () => {
    // The same pool under four tables; address 0 is a valid bus address.
    const windows = (cpu: number, dma: number, size: number) => ({
      ...VIEW,
      windows: [{ cpu, dma, size }],
    });
    expect(reachOf(POOL, windows(2 * GIB, 0, GIB))).toMatchObject({ is: 'window', busAddress: 0 });
    expect(reachOf(POOL, windows(0, 0, 4 * GIB)).is).toBe('direct');
    expect(reachOf(POOL, windows(0, 0, GIB)).is).toBe('outside');
    expect(reachOf(POOL, windows(2 * GIB, 0, MIB - 1)).why).toMatch(/crosses/);
    const ended = {
      ...VIEW,
      windows: [
        { cpu: 0, dma: 0, size: 0 },
        { cpu: 0, dma: 0, size: 4 * GIB },
      ],
    };
    expect(reachOf(POOL, ended).is).toBe('outside');
  });

  it('does not matter behind an IOMMU', () => {
    // Whatever the windows say.
    const iommu = { granule: 4096, apertureStart: 0, apertureEnd: 2 ** 32 - 1 };
    expect(reachOf(POOL, { ...VIEW, iommu, coherentMask: 1 }).is).toBe('iommu');
  });
});

describe('the report', () => {
  const many = (pools: number, views: number) =>
    load([
      memory(),
      reserved(
        ...Array.from({ length: pools }, (_, index) =>
          pool(
            `memory@${(2 * GIB + index * MIB).toString(16)}`,
            2 * GIB + index * MIB,
            MIB,
            1 + index,
          ),
        ),
      ),
      ...Array.from({ length: views }, (_, index) =>
        bus(
          `bus${index}`,
          { 'dma-ranges': [...reg([index * GIB, 2 * GIB]), ...u64((index + 1) * 4 * MIB)] },
          device(`d@${index}`, { 'memory-region': [1 + (index % pools)] }),
        ),
      ),
    ]);

  it('is plain data', () => {
    // A round trip through JSON changes nothing.
    const report = reportBoard(many(2, 2));
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report.pools.map(({ owners }) => owners)).toEqual([['d@0'], ['d@1']]);
    expect(report.reach.map((row) => row.map(({ is }) => is))).toEqual([
      ['window', 'window'],
      ['window', 'window'],
    ]);
  });

  it('stays within 100 columns for 24 pools and 16 views', () => {
    // The size of the largest real board, with views as different as can be.
    const text = boardText(reportBoard(many(24, 16)));
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(text).toContain('reach: coherent pools by device views');
    expect(text).toMatch(/memory@80000000 \.\. memory@80300000 \(4\)/);
  });

  it('groups neighbours that every view sees alike', () => {
    // Two pools, one view: one row.
    const text = boardText(
      reportBoard(
        load([
          memory(),
          reserved(pool('p0', 2 * GIB, MIB, 1), pool('p1', 2 * GIB + MIB, MIB, 2)),
          device('d@1', { 'memory-region': [1] }),
        ]),
      ),
    );
    const from = text.indexOf('reach');
    expect(
      text
        .slice(from, text.indexOf('notes', from))
        .split('\n')
        .map((line) => line.trim()),
    ).toEqual([
      'reach: coherent pools by device views',
      expect.stringMatching(/^view +1$/),
      expect.stringMatching(/^p0 \.\. p1 \(2\) +=$/),
      '',
      '=  direct: bus address = physical address',
      '',
      '',
    ]);
  });

  it('says so when there is nothing to show', () => {
    // A board without pools, owners and devices.
    const text = boardText(reportBoard(load([memory()])));
    expect(text.match(/^ {2}none$/gm)?.length).toBe(5);
  });
});
