/** One program of the page allocator on implementation and reference at once. */
import type { ZoneName } from '../../contract/machine.ts';
import { alignDown } from '../../contract/numbers.ts';
import { ReferenceBuddy } from '../../model/reference/buddy.ts';
import type { MigrateType, PageAllocator, PageLayout } from '../../sut/mm/page-alloc.ts';
import type { BuddyStep } from './buddy-programs.ts';

/** The public side of the implementation: what is under test need not be made of it. */
export type Allocator = Omit<PageAllocator, 'setupLowmemReserve' | 'addPages'>;
export type MakeAllocator = (layout: PageLayout) => Allocator;

/** What somebody has: a block, or single pages in a row. */
export interface Live {
  readonly what: 'block' | 'movable' | 'exact' | 'contig';
  pfn: number;
  readonly pages: number;
}

/** A call as it was made, and both answers. */
export type Call = (
  | { readonly name: 'alloc' | 'movable'; order: number; zone: ZoneName }
  | { readonly name: 'exact'; pages: number; zone: ZoneName }
  | { readonly name: 'free'; live: Live; pages: number }
  | { readonly name: 'contig'; start: number; end: number; type: MigrateType }
) & { text: string };

export type Answer = number | string | null | undefined;

export interface Answers {
  readonly expected: Answer;
  readonly observed: Answer;
  /** Blocks that were moved, `from>to/order`. */
  readonly expectedMoves: readonly string[];
  readonly observedMoves: readonly string[];
}

export class BuddyRun {
  readonly layout: PageLayout;
  readonly sut: Allocator;
  readonly reference: ReferenceBuddy;
  live: Live[] = [];

  constructor(layout: PageLayout, make: MakeAllocator) {
    this.layout = layout;
    this.sut = make(layout);
    this.reference = new ReferenceBuddy(layout);
  }

  /** What a step means now; undefined: it does not apply. */
  resolve(step: BuddyStep): Call | undefined {
    switch (step.kind) {
      case 'alloc':
      case 'movable': {
        const { kind: name, order, zone } = step;
        return { name, order, zone, text: `${name} order ${order} zone ${zone}` };
      }
      case 'exact':
        return {
          name: 'exact',
          pages: step.pages,
          zone: step.zone,
          text: `exact ${step.pages} zone ${step.zone}`,
        };
      case 'free': {
        const live = this.live[Math.floor((step.at * this.live.length) / 1024)];
        if (live === undefined) return undefined;
        const single = live.what === 'exact' || live.what === 'contig';
        const pages = single && step.part ? Math.ceil(live.pages / 2) : live.pages;
        return { name: 'free', live, pages, text: `free ${live.what} ${live.pfn}+${pages}` };
      }
      case 'contig':
        return this.#contig(step);
    }
  }

  #contig({ at, pages, aligned, inCma }: BuddyStep & { kind: 'contig' }): Call {
    const { zones, cma, pageblockOrder } = this.layout;
    const all = { start: zones[0]!.start, end: zones.at(-1)!.end };
    const area = inCma ? (cma[at % Math.max(1, cma.length)] ?? all) : all;
    const drawn = area.start + Math.floor((at * (area.end - area.start)) / 1024);
    const start = aligned ? alignDown(drawn, 2 ** pageblockOrder) : drawn;
    const end = inCma ? Math.min(start + pages, area.end) : start + pages;
    // Now and then for the wrong kind of memory.
    const forArea = at % 16 === 5 ? !inCma : inCma;
    const type = forArea && cma.length > 0 ? 'cma' : 'movable';
    return { name: 'contig', start, end, type, text: `contig ${start}+${end - start} ${type}` };
  }

  /** Makes the call on both, and keeps account of who has what. */
  perform(call: Call): Answers {
    const expectedMoves: string[] = [];
    const observedMoves: string[] = [];
    const told = (moves: string[]) => (from: number, to: number, order: number) => {
      moves.push(`${from}>${to}/${order}`);
    };
    this.reference.onMove = told(expectedMoves);
    this.sut.onMove = (from, to, order) => {
      told(observedMoves)(from, to, order);
      for (const live of this.live) if (live.pfn === from) live.pfn = to;
    };
    // A block that is freed is named by its place, which is the same in both until they differ.
    const expected = answer(this.reference, call);
    const observed = answer(this.sut, call);
    this.#account(call, observed);
    return { expected, observed, expectedMoves, observedMoves };
  }

  #account(call: Call, observed: Answer): void {
    if (call.name === 'free') {
      this.live = this.live.filter((live) => live !== call.live);
      const rest = call.live.pages - call.pages;
      if (rest > 0) {
        this.live.push({ what: call.live.what, pfn: call.live.pfn + call.pages, pages: rest });
      }
    } else if (call.name === 'contig') {
      if (observed !== null) return;
      this.live.push({ what: 'contig', pfn: call.start, pages: call.end - call.start });
    } else if (Number(observed) >= 0) {
      const pages = call.name === 'exact' ? call.pages : 2 ** call.order;
      const what = call.name === 'alloc' ? 'block' : call.name;
      this.live.push({ what, pfn: Number(observed), pages });
    }
  }
}

function answer(allocator: Allocator, call: Call): Answer {
  switch (call.name) {
    case 'alloc':
      return allocator.allocPages(call.order, call.zone);
    case 'movable':
      return allocator.allocMovable(call.order, call.zone);
    case 'exact':
      return allocator.allocPagesExact(call.pages, call.zone);
    case 'contig':
      return allocator.allocContigRange(call.start, call.end, call.type);
    case 'free':
      free(allocator, call.live, call.pages);
      return undefined;
  }
}

function free(allocator: Allocator, { what, pfn, pages: all }: Live, pages: number): void {
  if (what === 'exact') allocator.freePagesExact(pfn, pages);
  else if (what === 'contig') allocator.freeContigRange(pfn, pages);
  else allocator.freePages(pfn, Math.log2(all));
}
