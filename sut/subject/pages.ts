/** Pages the kernel takes for itself, and gives back in the manner they were taken. */
import { pagesOf } from '../../contract/numbers.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { failed, NONE, OK } from '../../contract/outcome.ts';
import type { PageOp } from './kinds.ts';
import type { System } from './system.ts';

export interface PageBuffer {
  readonly kind: 'order' | 'exact' | 'contig';
  readonly pfn: number;
  /** Physical address of the first byte. */
  readonly phys: number;
  /** `order`: log2 of the pages; otherwise how many. */
  readonly amount: number;
}

/** Pages of a buffer. */
export function pagesIn({ kind, amount }: PageBuffer): number {
  return kind === 'order' ? 2 ** amount : amount;
}

interface Taken {
  readonly outcome: Outcome;
  readonly buffer: PageBuffer | null;
}

export function applyPages({ memory, contig }: System, op: PageOp): Taken {
  const { pages, pageSize } = memory;
  const taken = (kind: 'order' | 'exact', pfn: number, amount: number): Taken => {
    if (pfn < 0) return { outcome: NONE, buffer: null };
    const phys = pfn * pageSize;
    return { outcome: { is: 'ok', phys }, buffer: { kind, pfn, phys, amount } };
  };
  switch (op.op) {
    case 'alloc_pages':
      return taken('order', pages.allocPages(op.order, op.zone), op.order);
    case 'alloc_exact': {
      const amount = pagesOf(op.size, pageSize);
      return taken('exact', pages.allocPagesExact(amount, op.zone), amount);
    }
    case 'alloc_contig': {
      const { phys, pages: amount } = op;
      if (phys % pageSize !== 0) return { outcome: failed('EINVAL'), buffer: null };
      const pfn = phys / pageSize;
      const error = contig.take({ start: pfn, end: pfn + amount });
      if (error !== null) return { outcome: failed(error), buffer: null };
      return { outcome: OK, buffer: { kind: 'contig', pfn, phys, amount } };
    }
  }
}

export function freePages({ memory, contig }: System, { kind, pfn, amount }: PageBuffer): void {
  switch (kind) {
    case 'order':
      memory.pages.freePages(pfn, amount);
      break;
    case 'exact':
      memory.pages.freePagesExact(pfn, amount);
      break;
    case 'contig':
      contig.give({ start: pfn, end: pfn + amount });
      break;
  }
}
