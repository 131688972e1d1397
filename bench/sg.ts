/**
 * Scatter/gather tables of 2^20 pages, beside an object per entry and the kernel's two passes over
 * chained arrays of objects (object-tables.ts). What is measured is building a table and giving it
 * back, per page, and one walk over what a copy of all bytes would touch, per entry.
 *
 * Lists: `contiguous`, one run, which the largest segment cuts once; `random`, frames in any order;
 * `runs of 1 to 8`, as a page allocator leaves them; `worst`, every other page: an entry for each.
 */
import { pathToFileURL } from 'node:url';
import { SgTable, sgFreeTable } from '../sut/lib/scatterlist.ts';
import { sgAllocTableFromPages } from '../sut/lib/scatterlist-append.ts';
import { sgNentsForLen } from '../sut/lib/scatterlist-walk.ts';
import { row } from './growth.ts';
import { type BenchTable, interleaved, tableText } from './measure.ts';
import { chainedTable, type ObjectEntry, pushedTable } from './object-tables.ts';
import { numbers, PAGES } from './pool-states.ts';

const PAGE = 4096;
const SIZE = PAGES * PAGE;
const PAGES_MAX = 2 ** 20 - 1;

interface List {
  readonly name: string;
  readonly pfns: Float64Array;
  /** What building gains at least over pushing objects; the median of several runs, halved. */
  readonly least: number;
}

const filled = (pfnOf: (page: number) => number) =>
  Float64Array.from({ length: PAGES }, (_, page) => pfnOf(page));

function shuffled(): Float64Array {
  const pfns = filled((page) => page);
  const random = numbers();
  for (let page = PAGES - 1; page > 0; page--) {
    const other = random(page + 1);
    [pfns[page], pfns[other]] = [pfns[other]!, pfns[page]!];
  }
  return pfns;
}

function shortRuns(): Float64Array {
  const random = numbers();
  let pfn = 0;
  let left = 0;
  return filled(() => {
    if (left-- === 0) {
      left = random(8);
      pfn += 2;
    }
    return pfn++;
  });
}

const LISTS: readonly List[] = [
  { name: 'contiguous', pfns: filled((page) => page), least: 0.5 },
  { name: 'runs of 1 to 8', pfns: shortRuns(), least: 2 },
  { name: 'random', pfns: shuffled(), least: 3.5 },
  { name: 'worst, every other page', pfns: filled((page) => 2 * page), least: 3.5 },
];

function builtTable(pfns: Float64Array): SgTable {
  const table = new SgTable(PAGE);
  sgAllocTableFromPages(table, { pfns }, { offset: 0, size: SIZE });
  return table;
}

/** The three must agree before they are timed. */
function assertSame({ name, pfns }: List): void {
  const table = builtTable(pfns);
  const pushed = pushedTable(pfns, PAGE, SIZE, PAGES_MAX);
  const { nents } = chainedTable(pfns, PAGE, SIZE, PAGES_MAX);
  const same = pushed.every(({ pfn, length }, index) => {
    return pfn === table.pfn(index) && length === table.length(index);
  });
  if (!same || table.nents !== pushed.length || nents !== pushed.length) {
    throw new Error(`${name}: tables differ`);
  }
}

function building(list: List): BenchTable {
  assertSame(list);
  const { name, pfns, least } = list;
  const candidates = [
    { name: 'columns', operation: () => sgFreeTable(builtTable(pfns)) },
    { name: 'objects', operation: () => void pushedTable(pfns, PAGE, SIZE, PAGES_MAX) },
    { name: 'chained', operation: () => void chainedTable(pfns, PAGE, SIZE, PAGES_MAX) },
  ].map((candidate) => ({ ...candidate, operations: 1 }));
  const [own, objects, chained] = interleaved(candidates, 15).map((cost) => cost / PAGES);
  const gain = objects! / own!;
  return {
    title: `a table from 2^20 pages and its return, per page: ${name}`,
    rows: [
      { name: 'columns', value: own!, unit: 'ns' },
      row('an object per entry', objects!, gain, 'our cost'),
      row('two passes, chained arrays', chained!, chained! / own!, 'our cost'),
    ],
    notes: gain < 1 ? ['slower than an object per entry'] : [],
    claims: [
      { says: `at least ${least}x an object per entry`, value: gain, holds: gain >= least },
      { says: 'less than the two passes', value: chained! / own!, holds: chained! > own! },
    ],
  };
}

/** Entries for all bytes but one: every entry is looked at. */
function walking(): BenchTable {
  const { pfns } = LISTS.at(-1)!;
  const table = builtTable(pfns);
  const { sgl } = chainedTable(pfns, PAGE, SIZE, PAGES_MAX);
  const candidates = [
    { name: 'columns', operation: () => void sgNentsForLen(table, SIZE) },
    { name: 'chained', operation: () => void entriesFor(sgl, SIZE) },
  ].map((candidate) => ({ ...candidate, operations: 4 }));
  const [own, chained] = interleaved(candidates, 15).map((cost) => cost / PAGES);
  return {
    title: 'a walk for the entries of a length, 2^20 entries, per entry',
    rows: [
      { name: 'columns', value: own!, unit: 'ns' },
      row('chained arrays of objects', chained!, chained! / own!, 'our cost'),
    ],
    claims: [{ says: 'columns are walked faster', value: chained! / own!, holds: chained! > own! }],
  };
}

function entriesFor(sgl: ObjectEntry[], bytes: number): number {
  let array = sgl;
  let at = 0;
  let left = bytes;
  let nents = 0;
  while (left > 0) {
    const { next } = array[at]!;
    if (next !== null) {
      array = next;
      at = 0;
    }
    left -= array[at++]!.length;
    nents++;
  }
  return nents;
}

export function sgBench(): BenchTable[] {
  return [...LISTS.map(building), walking()];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(sgBench().map(tableText).join('\n\n'));
}
