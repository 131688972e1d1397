// Goal: nothing small is missed. Method: every program of allocations of every order, and frees of
// everything live, up to a constant length, on a zone of 16 pages; after each call the lists are
// those of the literal allocator, and the set of blocks follows from the free pages (B-I4).
import { describe, expect, it } from 'vitest';
import { ReferenceBuddy } from '../../model/reference/buddy.ts';
import { type Block, PageAllocator, type PageLayout } from '../../sut/mm/page-alloc.ts';

/** Takes about 3 seconds. */
const LENGTH_MAX = 6;
const ORDER_MAX = 4;

const layout: PageLayout = {
  maxOrder: ORDER_MAX,
  pageblockOrder: 2,
  zones: [{ name: 'normal', start: 0, end: 16 }],
  free: [{ start: 0, end: 16 }],
  cma: [],
};

/** An order to allocate, or -1 - index of the live block to free. */
type Call = number;
type Allocator = Pick<PageAllocator, 'allocPages' | 'freePages' | 'blocks'>;

interface Live {
  readonly pfn: number;
  readonly order: number;
}

/** Performs a program; answers what is live and the last answer. */
function perform(allocator: Allocator, program: readonly Call[]): { live: Live[]; last: number } {
  let live: Live[] = [];
  let last = -1;
  for (const call of program) {
    if (call < 0) {
      const freed = live[-1 - call]!;
      live = live.filter((one) => one !== freed);
      allocator.freePages(freed.pfn, freed.order);
    } else {
      last = allocator.allocPages(call, 'normal');
      if (last >= 0) live.push({ pfn: last, order: call });
    }
  }
  return { live, last };
}

const textOf = (blocks: readonly Block[]) => blocks.map((b) => `${b.pfn}/${b.order}`).join(' ');

function freePages(blocks: readonly Block[]): string {
  const pages = new Array<string>(16).fill('-');
  for (const { pfn, order } of blocks) pages.fill('f', pfn, pfn + 2 ** order);
  return pages.join('');
}

describe('all small programs', () => {
  it('leave the lists of the literal allocator', { timeout: 120_000 }, () => {
    const blocksOf = new Map<string, string>();
    let count = 0;
    const visit = (program: readonly Call[]) => {
      count++;
      const sut = new PageAllocator(layout);
      const reference = new ReferenceBuddy(layout);
      const { live, last } = perform(sut, program);
      const wanted = perform(reference, program);
      const blocks = sut.blocks('normal');
      const same = textOf(blocks) === textOf(reference.blocks('normal')) && last === wanted.last;
      if (!same) expect({ program, blocks }).toEqual(reference.blocks('normal'));
      const free = freePages(blocks);
      const set = textOf([...blocks].sort((a, b) => a.pfn - b.pfn));
      const before = blocksOf.get(free);
      if (before !== undefined && before !== set) expect({ program, set }).toEqual(before);
      blocksOf.set(free, set);
      if (program.length === LENGTH_MAX) return;
      for (let order = 0; order <= ORDER_MAX; order++) visit([...program, order]);
      for (let index = 0; index < live.length; index++) visit([...program, -1 - index]);
    };
    visit([]);
    expect(count).toBe(76_940);
    expect(blocksOf.size).toBe(498);
  });
});
