/**
 * Tables that grow batch by batch, beside the literal definition; then beside the implementation's
 * own table of all pages at once, wherever the two must agree (mapping.md §1.8.3).
 *
 * A batch that runs out of memory is tried again, unless it is the first: in the kernel its arrays
 * would be lost then, and here it is freed.
 */
import { entriesOf } from '../../model/reference/scatterlist.ts';
import {
  appendPages,
  emptyAppend,
  freeAppend,
  type ReferencePage,
} from '../../model/reference/scatterlist-append.ts';
import { SgTable } from '../../sut/lib/scatterlist.ts';
import { SgAppendTable } from '../../sut/lib/scatterlist-append.ts';
import type { Divergence } from './check.ts';
import { differs, sizeOf } from './scatterlist-build.ts';
import { type AppendProgram, pagesIn } from './scatterlist-programs.ts';
import { ArrayLedger, type SgSide } from './scatterlist-sides.ts';
import { expectedEntries, observedEntries, sourceText } from './scatterlist-texts.ts';

interface Batch {
  readonly pfns: readonly number[];
  readonly owners: readonly number[];
  readonly offset: number;
  readonly size: number;
  readonly leftPages: number;
}

/** What is appended, in order; the last batch takes all that is left. */
function batchesOf(program: AppendProgram): Batch[] {
  const { pfns, owners } = pagesIn(program.pages);
  const { pageSize, slack, closes, missing } = program;
  const batches: Batch[] = [];
  for (let start = 0; start < pfns.length; ) {
    const end = Math.min(pfns.length, start + (program.batches[batches.length] ?? pfns.length));
    const isLast = end === pfns.length;
    const offset = start === 0 ? program.offset : 0;
    const unused = offset + (isLast ? program.trim : missing);
    const size = Math.max(1, (end - start) * pageSize - unused);
    const toCome = slack === null ? 1 : pfns.length - end + slack;
    const leftPages = isLast ? (closes ? 0 : (slack ?? 1)) : toCome;
    const pages = { pfns: pfns.slice(start, end), owners: owners.slice(start, end) };
    batches.push({ ...pages, offset, size, leftPages });
    start = end;
  }
  return batches;
}

class AppendRun {
  readonly #program: AppendProgram;
  readonly #side: SgSide;
  readonly #ledger: ArrayLedger;
  readonly #expectedLedger: ArrayLedger;
  readonly #append: SgAppendTable;
  readonly #expected = emptyAppend();
  readonly #calls: string[];
  /** Did the last batch lengthen an entry that was there? */
  #absorbed = false;

  constructor(program: AppendProgram, side: SgSide) {
    this.#program = program;
    this.#side = side;
    this.#ledger = new ArrayLedger(program.failAt);
    this.#expectedLedger = new ArrayLedger(program.failAt);
    this.#append = new SgAppendTable(program.pageSize, this.#ledger);
    this.#calls = [sourceText(program)];
  }

  run(): Divergence | undefined {
    for (const batch of batchesOf(this.#program)) {
      const failure = this.#batch(batch);
      if (failure === 'EINVAL' || failure === 'ENOMEM') return this.#free();
      if (failure) return failure;
    }
    return this.#invariance() ?? this.#capacity() ?? this.#free();
  }

  /** An error that ends the program, or what differs. */
  #batch(batch: Batch): Divergence | 'EINVAL' | 'ENOMEM' | undefined {
    const { prv } = this.#append;
    const before = prv === null ? 0 : this.#append.sgt.length(prv);
    const { expected, observed } = this.#call(batch);
    const failure = differs('sg/append', this.#calls, expected, observed) ?? this.#state();
    if (failure) return failure;
    this.#absorbed = prv !== null && this.#append.sgt.length(prv) > before;
    if (observed === 'EINVAL') return 'EINVAL';
    if (observed !== 'ENOMEM') return undefined;
    return prv === null ? 'ENOMEM' : this.#batch(batch);
  }

  #call({ pfns, owners, offset, size, leftPages }: Batch) {
    const { pageSize, maxSegment } = this.#program;
    this.#calls.push(`append ${pfns.length} pages, size ${size}, left ${leftPages}`);
    const pages: ReferencePage[] = pfns.map((pfn, k) => ({ pfn, owner: owners[k]! }));
    const layout = { offset, size, maxSegment };
    const ledger = this.#expectedLedger;
    const expected = appendPages(this.#expected, pages, layout, leftPages, pageSize, ledger);
    const { sgAllocAppendTableFromPages: append } = this.#side;
    const observed = append(this.#append, { pfns, owners }, layout, leftPages);
    return { expected: expected || 'appended', observed: observed ?? 'appended' };
  }

  #state(): Divergence | undefined {
    const { sgt, totalNents, prv } = this.#append;
    const { nents, origNents, sgl } = this.#expected.sgt;
    const expected = `${nents} ${origNents} ${this.#expected.totalNents} ${entriesOf(sgl).length}`;
    const observed = `${sgt.nents} ${sgt.origNents} ${totalNents} ${this.#side.sgNents(sgt)}`;
    return (
      differs('sg/append', this.#calls, expectedEntries(sgl, nents), observedEntries(sgt, nents)) ??
      differs('sg/append', this.#calls, `counts ${expected}`, `counts ${observed}`) ??
      differs('sg/append', this.#calls, origNents - 1, prv ?? -1) ??
      differs('sg/append', this.#calls, 'the rest is empty', this.#rest()) ??
      differs('sg/arrays', this.#calls, this.#expectedLedger.asked(), this.#ledger.asked())
    );
  }

  /** What a walk finds behind the last entry of a list that is not closed. */
  #rest(): string {
    const { sgt } = this.#append;
    for (let index = sgt.origNents; index < sgt.end; index++) {
      if (sgt.phys(index) !== 0 || sgt.length(index) !== 0) return `entry ${index} is not empty`;
    }
    return 'the rest is empty';
  }

  /** All pages at once: the same entries, but for the end of a last batch that was absorbed. */
  #invariance(): Divergence | undefined {
    const { pageSize, offset, maxSegment, missing } = this.#program;
    if (missing > 0) return undefined;
    const pages = pagesIn(this.#program.pages);
    const { length } = pages.pfns;
    const size = this.#absorbed
      ? length * pageSize - offset
      : Math.max(1, sizeOf(this.#program, length));
    const table = new SgTable(pageSize);
    this.#side.sgAllocTableFromPages(table, pages, { offset, size, maxSegment });
    const atOnce = observedEntries(table, table.origNents);
    const inBatches = observedEntries(this.#append.sgt, this.#append.sgt.origNents);
    return differs('sg/append', this.#calls, `as at once: ${atOnce}`, `as at once: ${inBatches}`);
  }

  /** §1.8.8, where every page is an entry and no page too many was said to come. */
  #capacity(): Divergence | undefined {
    const { sgt, totalNents } = this.#append;
    const { slack, failAt, closes } = this.#program;
    const pages = pagesIn(this.#program.pages).pfns.length;
    const exact = slack === 0 && failAt === null && closes && sgt.nents === pages;
    return differs('sg/append', this.#calls, exact ? sgt.nents : totalNents, totalNents);
  }

  /** The kernel's way back only where its arrays are all full-sized but the last. */
  #free(): Divergence | undefined {
    this.#calls.push('free, free');
    freeAppend(this.#expected, this.#program.pageSize, this.#expectedLedger);
    this.#side.sgFreeAppendTable(this.#append);
    this.#side.sgFreeAppendTable(this.#append);
    const balanced = this.#ledger.balanced() ? 'all arrays back' : this.#ledger.events.join(' ');
    const kernels = this.#expectedLedger.events.join(' ');
    return (
      differs('sg/arrays', this.#calls, 'all arrays back', balanced) ??
      (this.#program.slack === null
        ? undefined
        : differs('sg/arrays', this.#calls, kernels, this.#ledger.events.join(' ')))
    );
  }
}

export function runAppend(program: AppendProgram, side: SgSide): Divergence | undefined {
  return new AppendRun(program, side).run();
}
