// Goal: what the judge allows and Linux would not have chosen is seen, for subjects that promise
// Linux's choices. Method: forged answers, a right and a wrong one each.
import { describe, expect, it } from 'vitest';
import { OK } from '../../contract/outcome.ts';
import { leftmostRegion } from '../../model/reference/placement.ts';
import { PLACEMENT_LAWS, placementOf } from '../../properties/placement.ts';
import type { Answered } from './forge.ts';
import { chunk, grant, judgeAfter, ok, withMemory } from './forge.ts';

const POOL = `bank 0x80000000 1G
pool p0 0x20000000 64K
device d0 pool p0
device w0 window 0x80000000 0x0 1G window 0x80000000 0x40000000 2G window 0x0 0x0 0
device w1 window 0x80000000 0x0 512M window 0x80000000 0x40000000 1G pool p0
device w2 window 0x20000000 0x0 8K window 0x20000000 0x5000000 64K pool p0`;
const attached: Answered = ['attach d0', OK];
const first: Answered = ['h0 = alloc_coherent d0 4096', grant(0x20000000, 4096)];
const window: Answered = ['attach w2', OK];

/** The law, earlier answers, the operation, what Linux answers, what another right one does. */
const CHOICES: readonly (readonly [law: string, Answered[], string, Answered[1], Answered[1]])[] = [
  [
    'leftmost',
    [attached],
    'h1 = alloc_coherent d0 4096',
    grant(0x20000000, 4096),
    grant(0x2000f000, 4096),
  ],
  [
    'leftmost',
    [attached, first],
    'h1 = alloc_coherent d0 8192',
    grant(0x20002000, 8192),
    grant(0x20004000, 8192),
  ],
  [
    'first-window',
    [window, ['h0 = alloc_coherent w2 8192', grant(0x20000000, 8192, 0)]],
    'h1 = alloc_coherent w2 4096',
    grant(0x20002000, 4096, 0x2000),
    grant(0x20002000, 4096, 0x5002000),
  ],
  [
    'first-window',
    [],
    'phys_to_dma w0 0x80000000',
    ok({ address: 0 }),
    ok({ address: 0x40000000 }),
  ],
  [
    'first-window',
    [],
    'dma_to_phys w0 0x40000000',
    ok({ address: 0x80000000 }),
    ok({ address: 0x80000001 }),
  ],
  [
    'first-window',
    [],
    'required_mask w0',
    ok({ address: 0x3fffffff }),
    ok({ address: 0x7fffffff }),
  ],
  [
    'first-window',
    [],
    'coherent_ok w1 0x80000000 0x20000001',
    ok({ truth: false }),
    ok({ truth: true }),
  ],
];

/** Two chunks of the DMA pool, the newer one behind; an area with a page in use. */
const MEMORY = `bank 0x80000000 64M
cma c0 0x80400000 4M default
device d0
device d1 coherent`;
const CHUNKS = [
  chunk('kernel', 0x80400000, 0x20000),
  chunk('dma', 0x80420000, 0x20000),
  chunk('dma32', 0x80440000, 0x20000),
];
const GROWN: Answered[] = [
  ['h0 = alloc_coherent d0 4096 gfp=atomic', grant(0x80420000, 4096)],
  ['run_work', { ...OK, events: [chunk('dma', 0x80460000, 0x20000)] }],
];

describe('Linux chooses in memory behind the pools', () => {
  it.each([
    [GROWN, 'h1 = alloc_coherent d0 4096 gfp=atomic', 0x80460000, 0x80421000],
    [GROWN, 'h1 = alloc_coherent d1 8192', 0x80480000, 0x80490000],
    [[], 'h1 = alloc_noncoherent d1 8192', 0x80460000, 0x80462000],
  ] as const)('first-run: after %j, %s', (before, op, linux, other) => {
    const size = op.includes('8192') ? 8192 : 4096;
    const { judge, last } = judgeAfter(MEMORY, before, op, withMemory(...CHUNKS));
    const verdict = (at: number) => placementOf(judge.state, last, grant(at, size));
    expect(judge.check(last, grant(linux, size))).toBeNull();
    expect(judge.check(last, grant(other, size))).toBeNull();
    expect(verdict(linux)).toBeNull();
    expect(verdict(other)?.law).toBe('placement/first-run');
  });
});

/** Three zones; what is asked for may come from all of them. */
const ZONES = `profile x86-64
bank 0x0 16M
bank 0x40000000 4M
bank 0x100000000 4M
device d0 mask 64
device d1 mask 64 coherent-mask 31`;
const RUN_DRY: Answered = ['h0 = alloc_contig 0x100000000 1024', OK];

describe('Linux chooses among zones', () => {
  it.each([
    [[], 'h1 = alloc_noncoherent d0 4096', 0x100000000, 0x40000000],
    [[RUN_DRY], 'h1 = alloc_noncoherent d0 4096', 0x40000000, 0x0],
    [[], 'h1 = alloc_coherent d1 4096', 0x40000000, 0x0],
    [[], 'h1 = alloc_pages 0 zone=dma32', 0x40000000, 0x0],
    [[], 'h1 = alloc_exact 4096', 0x100000000, 0x40000000],
  ] as const)('highest-zone: after %j, %s', (before, op, linux, other) => {
    const { judge, last } = judgeAfter(ZONES, before, op, withMemory());
    const at = (phys: number) => (op.includes('coherent') ? grant(phys, 4096) : ok({ phys }));
    expect([linux, other].map((phys) => judge.check(last, at(phys)))).toEqual([null, null]);
    expect(placementOf(judge.state, last, at(linux))).toBeNull();
    expect(placementOf(judge.state, last, at(other))?.law).toBe('placement/highest-zone');
  });
});

describe('Linux chooses', () => {
  it.each(CHOICES)('%s: after %j, %s', (law, before, op, linux, other) => {
    const { judge, last } = judgeAfter(POOL, before, op);
    expect(judge.check(last, linux)).toBeNull();
    expect(placementOf(judge.state, last, linux)).toBeNull();
    expect(placementOf(judge.state, last, other)?.law).toBe(`placement/${law}`);
  });

  it('no region where none is free', () => {
    expect(leftmostRegion(4, [{ page: 1, pages: 1 }], 4)).toBeNull();
    expect(leftmostRegion(4, [{ page: 1, pages: 1 }], 2)).toBe(2);
  });

  it('and each law is met', () => {
    const met = new Set([
      ...CHOICES.map(([law]) => `placement/${law}`),
      'placement/first-run',
      'placement/highest-zone',
    ]);
    expect([...met].sort()).toEqual(PLACEMENT_LAWS.map(({ id }) => id).sort());
  });
});
