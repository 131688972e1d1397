// Goal: what is legal, misuse, meaningless or never sent. Method: one example per rule.
import { describe, expect, it } from 'vitest';
import { OK } from '../../contract/outcome.ts';
import type { Answered } from './forge.ts';
import { grant, legalityOf } from './forge.ts';

const MACHINE = `bank 0x80000000 1G
pool p0 0x20000000 16K
cma c0 0xa0000000 64M
restricted r0 0xb0000000 1M
device d0 pool p0 pool c0 pool r0
device d1 pool p0
device d2
device none mask none
device zero window 0xbffff000 0x0 4K`;

const attached: Answered = ['attach d0', OK];
const live: readonly Answered[] = [
  attached,
  ['h0 = alloc_coherent d0 4096', grant(0x20000000, 4096)],
];

const CASES: readonly (readonly [
  rule: string,
  before: readonly Answered[],
  op: string,
  is: string,
])[] = [
  ['a free of a dead label', [], 'free h0', 'meaningless'],
  ['a free of a live one', live, 'free h0', 'legal'],
  ['a free through a device without the pool', live, 'free h0 via=d2', 'undefined'],
  ['a free through a sharer', [...live, ['attach d1', OK]], 'free h0 via=d1', 'legal'],
  ['a second free', [...live, ['free h0', OK]], 'free h0', 'meaningless'],
  ['a release of a reserved pool', [attached], 'release d0', 'undefined'],
  ['a release without a pool', [], 'release d0', 'legal'],
  ['a detach with live buffers', live, 'detach d0', 'misuse'],
  ['a detach by a sharer without buffers', [...live, ['attach d1', OK]], 'detach d1', 'legal'],
  ['an allocation without any pool', [], 'h0 = alloc_coherent d2 4096', 'meaningless'],
  ['an attach of a CMA area', [], 'attach d0 index=1', 'meaningless'],
  ['an attach of a restricted pool', [], 'attach d0 index=2', 'meaningless'],
  ['a write past the end', live, 'write h0 4095 2 0x1', 'undefined'],
  ['an mmap claim past the pool', live, 'mmap h0 size=16385', 'undefined'],
  ['a mask question where RAM ends at bus address 0', [], 'required_mask zero', 'undefined'],
  ['a capability question without a mask', [], 'capable none 0x0 1', 'undefined'],
];

describe('legality', () => {
  for (const [rule, before, op, is] of CASES) {
    it(`${rule} is ${is}`, () => {
      expect(legalityOf(MACHINE, before, op)).toBe(is);
    });
  }

  it('a declared pool with live buffers is never released', () => {
    const before: Answered[] = [
      ['declare d2 0x60000000 0x0 8192', OK],
      ['h0 = alloc_coherent d2 4096', grant(0x60000000, 4096, 0)],
    ];
    expect(legalityOf(MACHINE, before, 'release d2')).toBe('undefined');
    expect(legalityOf(MACHINE, [...before, ['free h0', OK]], 'release d2')).toBe('legal');
  });
});
