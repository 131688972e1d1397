/**
 * B-I4: the set of free blocks follows from the set of free pages. Two allocators of one layout
 * make the same allocations; then both free the same of them, each in an order of its own.
 */
import fc from 'fast-check';
import type { PageLayout } from '../../sut/mm/page-alloc.ts';
import { blockText, see } from './buddy-invariants.ts';
import { type LayoutDraw, layoutDraws, layoutOf, layoutText } from './buddy-layouts.ts';
import type { Allocator, MakeAllocator } from './buddy-run.ts';
import type { Divergence } from './check.ts';

export interface HistoryProgram {
  readonly layout: LayoutDraw;
  /** Blocks, or that many pages exactly. */
  readonly allocs: readonly { readonly order: number; readonly exact: number }[];
  /** For each allocation: whether it is freed first, and its place in the two orders. */
  readonly ranks: readonly { readonly early: boolean; one: number; other: number }[];
}

const ALLOCS_MAX = 24;

export function historyPrograms(): fc.Arbitrary<HistoryProgram> {
  const allocs = fc.record({
    order: fc.nat({ max: 4 }),
    exact: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 12 })),
  });
  const rank = fc.nat({ max: 1000 });
  const ranks = fc.record({ early: fc.boolean(), one: rank, other: rank });
  const programs = fc.record({
    layout: layoutDraws(true),
    allocs: fc.array(allocs, { maxLength: ALLOCS_MAX, size: 'max' }),
    ranks: fc.array(ranks, { minLength: ALLOCS_MAX, maxLength: ALLOCS_MAX }),
  });
  return fc.noBias(programs);
}

interface Taken {
  readonly pfn: number;
  readonly order: number;
  readonly exact: number;
  readonly rank: HistoryProgram['ranks'][number];
}

export function runHistory(
  { layout: draw, allocs, ranks }: HistoryProgram,
  make: MakeAllocator,
): Divergence | undefined {
  const layout = layoutOf(draw);
  const both = [make(layout), make(layout)] as const;
  const calls = [layoutText(layout)];
  const atBoot = blockSet(both[0], layout);
  const taken: Taken[] = [];
  for (const [index, { order, exact }] of allocs.entries()) {
    const pfns = both.map((allocator) =>
      exact > 0
        ? allocator.allocPagesExact(exact, 'normal')
        : allocator.allocPages(order, 'normal'),
    );
    const pfn = pfns[0]!;
    if (pfn < 0 || pfn !== pfns[1]) continue;
    calls.push(`${exact > 0 ? `exact ${exact}` : `alloc order ${order}`}: ${pfn}`);
    taken.push({ pfn, order, exact, rank: ranks[index]! });
  }
  for (const early of [true, false]) {
    const some = taken.filter(({ rank }) => rank.early === early);
    for (const [allocator, key] of [[both[0], 'one'] as const, [both[1], 'other'] as const]) {
      const ordered = [...some].sort((a, b) => a.rank[key] - b.rank[key]);
      for (const one of ordered) free(allocator, one);
      calls.push(`${key} frees ${ordered.map(({ pfn }) => pfn).join(' ')}`);
    }
    const [expected, observed] = both.map((allocator) => blockSet(allocator, layout));
    if (expected !== observed) return divergence(calls, expected!, observed!);
  }
  const atEnd = blockSet(both[1], layout);
  return atEnd === atBoot ? undefined : divergence(calls, atBoot, atEnd);
}

function free(allocator: Allocator, { pfn, order, exact }: Taken): void {
  if (exact > 0) allocator.freePagesExact(pfn, exact);
  else allocator.freePages(pfn, order);
}

const blockSet = (allocator: Allocator, layout: PageLayout) =>
  see(allocator, layout).flat().map(blockText).sort().join(' ');

const divergence = (calls: readonly string[], expected: string, observed: string): Divergence => ({
  law: 'buddy/history-free',
  calls,
  expected,
  observed,
});
