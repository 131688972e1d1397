/**
 * Tables that are made at once, by count or from pages, beside the literal definition; then what
 * holds of any such table, seen on the implementation alone (mapping.md §1.8).
 */
import {
  allocTable,
  allocTableChained,
  emptyTable,
  freeTable,
  referenceMaxSingleAlloc,
} from '../../model/reference/scatterlist.ts';
import { tableFromPages } from '../../model/reference/scatterlist-append.ts';
import { SgTable } from '../../sut/lib/scatterlist.ts';
import type { Divergence } from './check.ts';
import { type AllocProgram, type BuildProgram, pagesIn } from './scatterlist-programs.ts';
import { ArrayLedger, type SgSide } from './scatterlist-sides.ts';
import { expectedEntries, observedEntries, sourceText } from './scatterlist-texts.ts';

const counters = ({ nents, origNents }: { readonly nents: number; readonly origNents: number }) =>
  `nents ${nents}, orig_nents ${origNents}`;

/** What differs, under a law; nothing if it is the same. */
export function differs(
  law: string,
  calls: readonly string[],
  expected: string | number | boolean,
  observed: string | number | boolean,
): Divergence | undefined {
  if (expected === observed) return undefined;
  return { law, calls, expected: String(expected), observed: String(observed) };
}

/** Two tables, one of each side, with a ledger each. */
class Pair {
  readonly ledger: ArrayLedger;
  readonly expectedLedger: ArrayLedger;
  readonly table: SgTable;
  readonly expected = emptyTable();

  constructor(pageSize: number, failAt: number | null) {
    this.ledger = new ArrayLedger(failAt);
    this.expectedLedger = new ArrayLedger(failAt);
    this.table = new SgTable(pageSize, this.ledger);
  }

  /** What was asked of the lenders and given back, and what the counters say. */
  arrays(calls: readonly string[]): Divergence | undefined {
    return (
      differs(
        'sg/arrays',
        calls,
        this.expectedLedger.events.join(' '),
        this.ledger.events.join(' '),
      ) ?? differs('sg/arrays', calls, counters(this.expected), counters(this.table))
    );
  }

  entries(side: SgSide, calls: readonly string[]): Divergence | undefined {
    const { sgl, nents } = this.expected;
    const expected = expectedEntries(sgl, Number.MAX_SAFE_INTEGER);
    const observed = observedEntries(this.table, side.sgNents(this.table));
    return (
      differs('sg/entries', calls, expected, observed) ??
      differs('sg/entries', calls, sgl === null ? 0 : nents, side.sgNents(this.table))
    );
  }
}

/** A table of empty entries, freed twice. */
export function runAlloc(program: AllocProgram, side: SgSide): Divergence | undefined {
  const { pageSize, nents, first, failAt } = program;
  // A chained table of none stops the kernel.
  if (first !== null && nents === 0) return undefined;
  const pair = new Pair(pageSize, failAt);
  const { table, expected, expectedLedger } = pair;
  const fails = failAt === null ? '' : `, array ${failAt} refused`;
  const chained = first === null ? '' : `, first array of ${first}`;
  const calls = [`table of ${nents} entries, pages of ${pageSize} bytes${chained}${fails}`];
  const most = first === null ? referenceMaxSingleAlloc(pageSize) : 128;
  const error =
    first === null
      ? allocTable(expected, nents, most, expectedLedger)
      : allocTableChained(expected, nents, first, expectedLedger);
  const observed =
    first === null
      ? side.sgAllocTable(table, nents)
      : side.sgAllocTableChained(table, nents, first);
  const made =
    differs('sg/arrays', calls, error || 'made', observed ?? 'made') ??
    pair.entries(side, calls) ??
    pair.arrays(calls);
  if (made) return made;
  calls.push('free, free');
  freeTable(
    expected,
    most,
    first !== null && first > 1 ? first : 0,
    freed(expected, first),
    expectedLedger,
  );
  side.sgFreeTable(table);
  side.sgFreeTable(table);
  return pair.arrays(calls) ?? differs('sg/arrays', calls, 0, side.sgNents(table));
}

/** Nothing is freed of a table whose first array suffices. */
function freed({ origNents }: { readonly origNents: number }, first: number | null): number {
  return first !== null && origNents <= first ? 0 : origNents;
}

/** Bytes of the buffer of a program. */
export function sizeOf(program: Omit<BuildProgram, 'kind'>, pages: number): number {
  const { pageSize, offset, trim, short } = program;
  const asked = short === null ? pages * pageSize - trim : (short % (2 * pages)) * pageSize;
  return Math.max(1, asked - offset);
}

/** A table from pages, freed twice. */
export function runBuild(program: BuildProgram, side: SgSide): Divergence | undefined {
  const { pageSize, offset, maxSegment, failAt } = program;
  const pages = pagesIn(program.pages);
  const size = sizeOf(program, pages.pfns.length);
  const layout = { offset, size, maxSegment };
  const calls = [sourceText(program), `table from them, offset ${offset}, size ${size}`];
  const pair = new Pair(pageSize, failAt);
  const { table, expected, expectedLedger } = pair;
  const list = pages.pfns.map((pfn, k) => ({ pfn, owner: pages.owners[k]! }));
  const error = tableFromPages(expected, list, layout, pageSize, expectedLedger);
  const observed = side.sgAllocTableFromPages(table, pages, layout);
  const made =
    differs('sg/entries', calls, error || 'made', observed ?? 'made') ??
    pair.entries(side, calls) ??
    pair.arrays(calls);
  if (made) return made;
  const broken = error === 0 ? brokenTable(program, table, side) : undefined;
  if (broken) return differs('sg/entries', calls, 'what holds of any table', broken);
  calls.push('free, free');
  const most = referenceMaxSingleAlloc(pageSize);
  freeTable(expected, most, 0, expected.origNents, expectedLedger);
  side.sgFreeTable(table);
  side.sgFreeTable(table);
  return pair.arrays(calls);
}

/** §1.8.2, 1.8.4 and 1.8.5; undefined: they hold. */
function brokenTable(program: BuildProgram, table: SgTable, side: SgSide): string | undefined {
  const { pageSize, offset, maxSegment, short } = program;
  const pages = pagesIn(program.pages);
  const size = sizeOf(program, pages.pfns.length);
  const segment = maxSegment - (maxSegment % pageSize);
  let sum = 0;
  for (let index = 0; index < table.origNents; index++) {
    sum += table.length(index);
    if (index > 0 && table.offset(index) !== 0) return `entry ${index} has an offset`;
    if (table.length(index) > segment) return `entry ${index} exceeds the segment`;
  }
  if (short === null && sum !== size) return `${sum} bytes of ${size}`;
  const nentsWith = (bytes: number, most: number): number => {
    const other = new SgTable(pageSize);
    side.sgAllocTableFromPages(other, pages, { offset, size: bytes, maxSegment: most });
    return other.origNents;
  };
  if (nentsWith(1, maxSegment) !== table.origNents) return 'nents depend on the size';
  if (nentsWith(size, segment) !== table.origNents) return 'nents depend on part of a page';
  const larger = Math.min(maxSegment + pageSize, 2 ** 32 - 1);
  return nentsWith(size, larger) > table.origNents ? 'larger segments make more' : undefined;
}
