// Goal: the worked examples of the specification. Method: V-A and V-P through the subject.
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../contract/outcome.ts';
import { answers } from './answers.ts';

const handles = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => (outcome.is === 'ok' ? outcome.handle : outcome.is));

describe('V-A (windows)', () => {
  const window = `profile arm64
bank 0x80000000 2G
device d0 window 0x80000000 0x0 1G
`;

  it('phys 0x8000_1000 -> dma 0x1000; outside on both sides: error', () => {
    const seen = answers(`${window}phys_to_dma d0 0x80001000
phys_to_dma d0 0x7fffffff
phys_to_dma d0 0xc0000000
dma_to_phys d0 0x40000000`);
    expect(seen).toEqual([
      { is: 'ok', address: 0x1000 },
      { is: 'none' },
      { is: 'none' },
      { is: 'none' },
    ]);
  });

  it('page 3 of a pool at 0x9000_0000: translated, not, and from all ones', () => {
    const seen = answers(`profile arm64
bank 0x80000000 128M
pool p0 0x90000000 16K
device through window 0x80000000 0x0 1G pool p0
device plain pool p0
device miss window 0x10000000 0x0 1M pool p0
attach through
attach plain
attach miss
h0 = alloc_coherent plain 8192
h1 = alloc_coherent plain 4096
h2 = alloc_coherent through 4096
free h2
h3 = alloc_coherent plain 4096
free h3
h4 = alloc_coherent miss 4096`);
    expect(handles([seen[5]!, seen[7]!, seen[9]!])).toEqual([0x10003000, 0x90003000, 0x2fff]);
  });
});

describe('V-P (coherent pool)', () => {
  const pool = (pages: number, ops: string) =>
    answers(`profile arm64
bank 0x80000000 1G
pool p0 0x0 ${pages * 4096}
device d0 pool p0
attach d0
${ops}`).slice(1);
  const alloc = (orders: readonly number[]) =>
    orders.map((order, i) => `h${i} = alloc_coherent d0 ${4096 * 2 ** order}`).join('\n');
  const pages = (outcomes: readonly Outcome[]) =>
    handles(outcomes).map((handle) => (typeof handle === 'number' ? handle / 4096 : handle));

  it('16 pages: orders 0,2,1,0,3 -> 0,4,2,1,8, and the holes are filled again', () => {
    const again = `free h0\nfree h2\nh8 = alloc_coherent d0 8192\nh9 = alloc_coherent d0 4096`;
    const seen = pool(16, `${alloc([0, 2, 1, 0, 3])}\n${again}`);
    expect(pages(seen.slice(0, 5))).toEqual([0, 4, 2, 1, 8]);
    expect(pages(seen.slice(7))).toEqual([2, 0]);
  });

  it('13 pages: orders 3,3,2,1,0,0 -> 0, fail, 8, fail, 12, fail', () => {
    const seen = pool(13, alloc([3, 3, 2, 1, 0, 0]));
    expect(pages(seen)).toEqual([0, 'none', 8, 'none', 12, 'none']);
  });

  it('3 pages: order 2 fails, 1 -> 0, 1 fails, 0 -> 2, 0 fails', () => {
    const seen = pool(3, alloc([2, 1, 1, 0, 0]));
    expect(pages(seen)).toEqual(['none', 0, 'none', 2, 'none']);
  });
});
