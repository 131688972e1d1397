// Goal: what is legal, misuse, meaningless or never sent, of memory behind the pools. Method: one
// example per rule.
import { describe, expect, it } from 'vitest';
import { OK } from '../../contract/outcome.ts';
import type { Observation } from '../../contract/subject.ts';
import type { Answered } from './forge.ts';
import { chunk, grant, judgeAfter, legalityOf, ok, withMemory } from './forge.ts';

const MACHINE = `bank 0x80000000 64M
bank 0x100000000 4M
pool p0 0x20000000 16K
cma c0 0x82000000 4M
cma c1 0x82400000 4M default
restricted r0 0x83000000 512K
restricted odd 0x83100000 300K
restricted away 0x90000000 512K
restricted apart 0x83200800 512K
restricted off 0x83300000 100K disabled
restricted empty 0x83400000 0
device d0 pool p0 pool c0 pool r0 pool odd pool away pool apart pool off pool empty
device d1
device twice window 0x80000000 0x0 64M window 0x80000000 0x4000000 64M pool r0
device half window 0x80000000 0x0 48M window 0x83020000 0x3020000 1M pool r0
device io iommu 4K 0x0 0xffffffff`;

const setting = withMemory(
  chunk('kernel', 0x82400000, 0x20000),
  chunk('dma', 0x82420000, 0x20000),
  chunk('dma32', 0x82440000, 0x20000),
);

const [POOL, AREA, SLOTS] = [0, 1, 2];
const attach = (index: number): Answered => [`attach d0 index=${index}`, OK];
const cookie = (phys: number) => ok({ phys, handle: phys });
const pages: Answered = ['h0 = alloc_coherent d0 4096', grant(0x80000000, 4096)];
const unmapped: Answered = [
  'h0 = alloc_coherent d0 4096 attrs=no-kernel-mapping',
  cookie(0x80000000),
];
const noncoherent: Answered = ['h0 = alloc_noncoherent d0 4096', grant(0x80000000, 4096)];
const atomic: Answered = ['h0 = alloc_coherent d0 4096 gfp=atomic', grant(0x82420000, 4096)];
const shared: Answered = ['h0 = alloc_coherent d0 8192', grant(0x82460000, 8192)];
const own: readonly Answered[] = [
  attach(AREA),
  ['h0 = alloc_coherent d0 4096', grant(0x82000000, 4096)],
];
const bounced: readonly Answered[] = [
  attach(SLOTS),
  ['h0 = alloc_coherent d0 4096', grant(0x83000000, 4096)],
];
const pooled: readonly Answered[] = [
  attach(POOL),
  ['h0 = alloc_coherent d0 100', grant(0x20000000, 100)],
];
const moved: Answered = ['set_offset d0 0x80000000 0x0 1G', OK];
const detached: Answered = ['detach d0', OK];
const kernel: Answered = ['h0 = alloc_pages 0', ok({ phys: 0x80000000 })];

type Case = readonly [rule: string, before: readonly Answered[], op: string, is: string];

/** The way back is found anew (trap C-T8): it must lead to where the memory came from. */
const FREES: readonly Case[] = [
  ['a free of pages', [pages], 'free h0', 'legal'],
  ['a free of pages through another device', [pages], 'free h0 via=d1', 'undefined'],
  ['a free of pages whose handle means others now', [pages, moved], 'free h0', 'undefined'],
  ['a free of pages without a mapping, all the same', [unmapped, moved], 'free h0', 'legal'],
  ['a free of pages by their page, all the same', [noncoherent, moved], 'free h0', 'legal'],
  ['a free to an atomic pool, all the same', [atomic, moved], 'free h0', 'legal'],
  ['a free to an area whose handle means another', [...own, moved], 'free h0', 'undefined'],
  ['a free to a coherent pool, all the same', [...pooled, moved], 'free h0', 'legal'],
  ['a free of pages of a device that has got an area', [pages, attach(AREA)], 'free h0', 'legal'],
  ['a free of pages of one that has got slots', [pages, attach(SLOTS)], 'free h0', 'legal'],
  ['a free of pages of one that has got a pool', [pages, attach(POOL)], 'free h0', 'legal'],
  [
    'a free of pages without a mapping, of one with slots',
    [unmapped, attach(SLOTS)],
    'free h0',
    'undefined',
  ],
  ['a free to the default area', [shared], 'free h0', 'legal'],
  ['a free to it by a device with another now', [shared, attach(AREA)], 'free h0', 'undefined'],
  ['a free to its own area', own, 'free h0', 'legal'],
  ['a free to an area that is not bound any more', [...own, detached], 'free h0', 'undefined'],
  ['a free to slots', bounced, 'free h0', 'legal'],
  ['a free to slots that are not bound any more', [...bounced, detached], 'free h0', 'undefined'],
  ['a free of pages after a detach', [pages, attach(AREA), detached], 'free h0', 'legal'],
  ["a free of the kernel's own pages", [kernel], 'free h0', 'meaningless'],
  ['their own way back', [kernel], 'free_pages h0', 'legal'],
  ['that way for pages of a device', [pages], 'free_pages h0', 'meaningless'],
  ['that way twice', [kernel, ['free_pages h0', OK]], 'free_pages h0', 'meaningless'],
  ['a detach with live memory of the area', own, 'detach d0', 'misuse'],
  ['a detach with live slots', bounced, 'detach d0', 'misuse'],
  ['a detach with live pages alone', [pages, attach(AREA)], 'detach d0', 'legal'],
];

const TOUCHES: readonly Case[] = [
  ['a read behind the size, inside the page', [pages], 'read h0 4000 96', 'legal'],
  ['a read of the tail of a page of a pool', pooled, 'read h0 100 3996', 'legal'],
  ['a read behind the page', [pages], 'read h0 4000 97', 'undefined'],
  ['a read behind the page of a pool', pooled, 'read h0 4000 97', 'undefined'],
  ['a read without a mapping', [unmapped], 'read h0 0 1', 'undefined'],
  ['a write without a mapping', [unmapped], 'write h0 0 1 0x1', 'undefined'],
  ["a read of the kernel's pages", [kernel], 'read h0 0 4096', 'legal'],
  ['an mmap of pages', [pages], 'mmap h0', 'legal'],
  ['an mmap of pages whose handle means others', [pages, moved], 'mmap h0', 'undefined'],
  ['an mmap of pages without a mapping', [unmapped], 'mmap h0', 'legal'],
  ['an mmap of those, by a handle of others', [unmapped, moved], 'mmap h0', 'undefined'],
  ['an mmap by the page', [noncoherent, moved], 'mmap h0', 'legal'],
  ['an mmap of slots', bounced, 'mmap h0', 'legal'],
  ['an mmap through another device', [pages], 'mmap h0 via=d1', 'undefined'],
  ["an mmap of the kernel's pages", [kernel], 'mmap h0', 'meaningless'],
];

const REGIONS: readonly Case[] = [
  ['an attach of an area', [], 'attach d0 index=1', 'legal'],
  ['an attach of slots', [], 'attach d0 index=2', 'legal'],
  ['an attach of part of a segment', [], 'attach d0 index=3', 'undefined'],
  ['an attach of slots outside RAM', [], 'attach d0 index=4', 'undefined'],
  ['an attach of slots across pages', [], 'attach d0 index=5', 'undefined'],
  ['an attach of a disabled region', [], 'attach d0 index=6', 'legal'],
  ['an attach of no slots', [], 'attach d0 index=7', 'legal'],
  ['slots at two addresses', [['attach twice', OK]], 'h0 = alloc_coherent twice 1', 'undefined'],
  ['slots partly out of view', [['attach half', OK]], 'h0 = alloc_noncoherent half 1', 'undefined'],
  ['a pin', [], 'pin c0 1023', 'legal'],
  ['a pin that ends behind the area', [], 'pin c0 1023 pages=2', 'meaningless'],
  ['a pin behind the area', [], 'pin c0 1024', 'meaningless'],
  ['a pin of another region', [], 'pin r0 0', 'meaningless'],
  ['an unpin', [['pin c0 4 pages=4', OK]], 'unpin c0 5 pages=2', 'legal'],
  ['an unpin of what is not pinned', [], 'unpin c0 0', 'meaningless'],
  ['an unpin of half so', [['pin c0 4', OK]], 'unpin c0 4 pages=2', 'meaningless'],
  ['an unpin behind the area', [], 'unpin c0 1024', 'meaningless'],
];

const PAGES: readonly Case[] = [
  ['a range', [], 'h0 = alloc_contig 0x80000000 1', 'legal'],
  ['a range off a page', [], 'h0 = alloc_contig 0x80000800 1', 'undefined'],
  ['a range outside RAM', [], 'h0 = alloc_contig 0x90000000 1', 'undefined'],
  ['a range partly outside', [], 'h0 = alloc_contig 0x83fff000 2', 'undefined'],
  ['pages behind an IOMMU', [], 'h0 = alloc_noncoherent io 1', 'meaningless'],
  ['memory behind an IOMMU', [], 'h0 = alloc_coherent io 1', 'meaningless'],
  ['memory without any pool', [], 'h0 = alloc_coherent d1 1', 'legal'],
  ['work', [], 'run_work', 'legal'],
  ['an account', [], 'census', 'legal'],
];

describe('legality of memory behind the pools', () => {
  for (const [rule, before, op, is] of [...FREES, ...TOUCHES, ...REGIONS, ...PAGES]) {
    it(`${rule} is ${is}`, () => {
      expect(legalityOf(MACHINE, before, op, setting)).toBe(is);
    });
  }

  it('no range crosses zones', () => {
    const machine = 'profile x86-64\nbank 0x800000 16M\ndevice d0';
    const crossing = 'h0 = alloc_contig 0xfff000 2';
    expect(legalityOf(machine, [], crossing, withMemory())).toBe('undefined');
  });

  it('nothing of it has a meaning for a subject that is not asked for pages', () => {
    for (const op of [
      'h0 = alloc_noncoherent d1 1',
      'h0 = alloc_coherent d1 1',
      'h0 = alloc_pages 0',
      'h0 = alloc_exact 1',
      'h0 = alloc_contig 0x80000000 1',
      'pin c0 0',
      'unpin c0 0',
      'run_work',
      'census',
      'attach d0 index=1',
    ]) {
      expect([op, legalityOf(MACHINE, [], op)]).toEqual([op, 'meaningless']);
    }
  });

  it('accounts are asked only of who keeps them', () => {
    const observes = new Set<Observation>(['phys', 'handle', 'bytes']);
    const { judge, last } = judgeAfter(MACHINE, [], 'census', { ...withMemory(), observes });
    expect(judge.legality(last)).toBe('meaningless');
  });

  it('regions of a build without areas are asked for in vain, and that is legal', () => {
    const machine = `profile arm-nommu
bank 0x80000000 64M
cma c0 0x82000000 4M
restricted r0 0x90000000 100
device d0 pool c0 pool r0`;
    for (const op of ['attach d0', 'attach d0 index=1']) {
      expect(legalityOf(machine, [], op, withMemory())).toBe('legal');
    }
    expect(legalityOf(machine, [], 'pin c0 0', withMemory())).toBe('meaningless');
  });
});
