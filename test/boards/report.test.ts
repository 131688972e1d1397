/** The board report: plain data, and text that stays readable. */
import { describe, expect, it } from 'vitest';
import type { Board } from '../../boards/loader.ts';
import { boardText, reportBoard } from '../../report/board.ts';
import { node, reg, u64 } from './blob.ts';
import { measured } from './measured.ts';
import { bus, device, GIB, load, MIB, memory, pool, reserved } from './trees.ts';

const shown = (board: Board) => reportBoard(board, measured(board));

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
    const report = shown(many(2, 2));
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report.pools.map(({ owners }) => owners)).toEqual([['d@0'], ['d@1']]);
    expect(report.reach.map((row) => row.map(({ is }) => is))).toEqual([
      ['window', 'window'],
      ['window', 'window'],
    ]);
  });

  it('stays within 100 columns for 24 pools and 16 views', () => {
    // The size of the largest real board, with views as different as can be.
    const text = boardText(shown(many(24, 16)));
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(text).toContain('reach: memory by device views');
    expect(text).toMatch(/memory@80000000 \.\. memory@80300000 \(4\)/);
  });

  it('groups neighbours that every view sees alike', () => {
    // Two pools, one view: one row.
    const text = boardText(
      shown(
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
      'reach: memory by device views',
      expect.stringMatching(/^view +1$/),
      expect.stringMatching(/^RAM 0x80000000 1G +=$/),
      expect.stringMatching(/^p0 \.\. p1 \(2\) +=$/),
      '',
      '=  direct: bus address = physical address',
      '',
      '',
    ]);
  });

  it('says in a line what each sign means', () => {
    // Two banks; a pool in each, one that the kernel maps; and a bus that reaches half a bank.
    const high = 34 * GIB;
    const kept = { compatible: 'shared-dma-pool', reg: reg([2 * GIB, MIB]), phandle: [2] } as const;
    const window = { 'dma-ranges': [...u64(0), ...u64(2 * GIB), ...u64(GIB / 2)] };
    const board = load([
      memory([2 * GIB, GIB], [high, GIB]),
      reserved(pool('far', high, MIB, 1), node('mapped', kept)),
      bus('soc', window, device('d@1')),
      device('e@1'),
    ]);
    const text = boardText(shown(board));
    expect(text.slice(text.indexOf('view  '), text.indexOf('notes')).split('\n')).toEqual([
      'view                                          1  2',
      '  RAM 0x80000000 512M                           a  =',
      '  RAM 0xa0000000 512M                           b  =',
      '  RAM 0x880000000 1G                            b  c',
      '  far 1M                                        d  e',
      '  mapped 1M                                     f  f',
      '  ',
      '  =  direct: bus address = physical address',
      '  a  window: bus address = physical address - 0x80000000',
      '  b  bounces up to 256K: outside of every window; longer is refused',
      '  c  bounces up to 256K: beyond mask 0xffffffff; longer is refused',
      '  d  cannot map: outside of every window; no linear address to bounce from',
      '  e  cannot map: beyond mask 0xffffffff; no linear address to bounce from',
      '  f  no pool: attaching it fails, for every device',
      '',
      '',
    ]);
  });

  it('says so when there is nothing to show', () => {
    // A board without pools, owners and devices.
    const text = boardText(shown(load([memory()])));
    expect(text.match(/^ {2}none$/gm)?.length).toBe(5);
  });
});
