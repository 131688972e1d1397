/**
 * The page allocator: what freeing a block and allocating another costs, beside other allocators;
 * how that grows with the zone; what booting costs.
 *
 * "Reference" is model/reference (arrays for lists). "Objects" is object-buddy.ts. "Package" is
 * MemPool of @thi.ng/malloc, the one maintained allocator of ranges on npm that is used on its own
 * (2,400 downloads a month; `number-allocator` hands out single numbers, texture allocators take
 * rectangles, and no buddy allocator is published). It splits and merges, but first fit on two
 * linked lists, and aligns to 8 bytes only. A page is 16 bytes to it, its header included.
 */
import { pathToFileURL } from 'node:url';
import { MemPool } from '@thi.ng/malloc/pool';
import { ReferenceBuddy } from '../model/reference/buddy.ts';
import { PageAllocator, type PageLayout } from '../sut/mm/page-alloc.ts';
import { growthTable, row } from './growth.ts';
import { type BenchTable, interleaved, tableText } from './measure.ts';
import { ObjectBuddy } from './object-buddy.ts';
import { numbers } from './pool-states.ts';

const MAX_ORDER = 10;
const ORDERS = 10;
/** Pages by order: a power costs more than what is measured. */
const SIZES = Array.from({ length: ORDERS }, (_, order) => 2 ** order);
const LOG2_PAGES = 22;
const PAGE_BYTES = 16;
const HEADER_BYTES = 8;
const GIB = 2 ** 18;
/** Steps do not grow with the zone; what is left to grow is misses of the processor's caches. */
const GROWTH_MAX = 1.5;

interface Allocator {
  alloc(order: number): number;
  free(pfn: number, order: number): void;
}

function layoutOf(pages: number): PageLayout {
  return {
    maxOrder: MAX_ORDER,
    pageblockOrder: 9,
    zones: [{ name: 'normal', start: 0, end: pages }],
    free: [{ start: 0, end: pages }],
    cma: [],
  };
}

function paged(buddy: PageAllocator | ReferenceBuddy): Allocator {
  return {
    alloc: (order) => buddy.allocPages(order, 'normal'),
    free: (pfn, order) => buddy.freePages(pfn, order),
  };
}

const optimized = (pages: number) => paged(new PageAllocator(layoutOf(pages)));

function packaged(pages: number): Allocator {
  const pool = new MemPool({ size: pages * PAGE_BYTES });
  return {
    // 0 is its "none".
    alloc: (order) => pool.malloc(PAGE_BYTES * SIZES[order]! - HEADER_BYTES) || -1,
    free: (address) => void pool.free(address),
  };
}

const DRAWS = 2 ** 16;

/** Numbers 0..2^30-1, drawn before: drawing them must not be what is measured. */
function drawn(): Int32Array {
  const random = numbers();
  return Int32Array.from({ length: DRAWS }, () => random(2 ** 30));
}

/**
 * Random life of a zone that is half full: frees anything live, and allocates random orders until
 * half is taken again. On average one free and one allocation.
 */
function churn(allocator: Allocator, pages: number): () => void {
  const draws = drawn();
  let draw = 0;
  const live = new Float64Array(pages);
  const orders = new Uint8Array(pages);
  let count = 0;
  let taken = 0;
  const fill = () => {
    while (taken < pages / 2) {
      draw = (draw + 1) % DRAWS;
      const order = draws[draw]! % ORDERS;
      const pfn = allocator.alloc(order);
      if (pfn < 0) return;
      live[count] = pfn;
      orders[count] = order;
      count++;
      taken += SIZES[order]!;
    }
  };
  fill();
  return () => {
    draw = (draw + 1) % DRAWS;
    const at = draws[draw]! % count;
    const order = orders[at]!;
    allocator.free(live[at]!, order);
    taken -= SIZES[order]!;
    count--;
    live[at] = live[count]!;
    orders[at] = orders[count]!;
    fill();
  };
}

/** An operation in the steady state. */
function aged(allocator: Allocator, pages: number, operations: number): () => void {
  const operation = churn(allocator, pages);
  for (let k = 0; k < operations; k++) operation();
  return operation;
}

function besideOthers(): BenchTable {
  const pages = 2 ** LOG2_PAGES;
  const candidates = [
    {
      name: 'page allocator',
      operations: 10_000,
      operation: aged(optimized(pages), pages, 300_000),
    },
    {
      name: 'objects',
      operations: 10_000,
      operation: aged(new ObjectBuddy(pages, MAX_ORDER), pages, 300_000),
    },
    {
      name: 'reference',
      operations: 20,
      operation: aged(paged(new ReferenceBuddy(layoutOf(pages))), pages, 100),
    },
    { name: 'package', operations: 20, operation: aged(packaged(pages), pages, 100) },
  ];
  const [own, objects, reference, pool] = interleaved(candidates, 15);
  const others = [objects!, reference!, pool!];
  const ratioOf = 'the cost of the page allocator';
  return {
    title: `a free and an allocation, 2^${LOG2_PAGES} pages half full, orders 0..${ORDERS - 1}`,
    rows: [
      { name: 'page allocator', value: own!, unit: 'ns' },
      row('objects', objects!, objects! / own!, ratioOf),
      row('reference', reference!, reference! / own!, ratioOf),
      row('package', pool!, pool! / own!, ratioOf),
    ],
    claims: [
      {
        says: 'every other one costs more',
        value: Math.min(...others) / own!,
        holds: Math.min(...others) > own!,
      },
    ],
  };
}

function growth(): BenchTable {
  const sizes = [14, 16, 18, 20, 22, 24];
  const candidates = sizes.map((log2) => {
    const operation = aged(optimized(2 ** log2), 2 ** log2, 300_000);
    // Long turns: the one before has emptied the processor's caches.
    return { name: `2^${log2} pages`, operations: 50_000, operation };
  });
  return growthTable('the same by the size of the zone', candidates, GROWTH_MAX);
}

function boots(): BenchTable {
  const sizes = [
    { name: '8 GiB', pages: 8 * GIB },
    { name: '1 TiB', pages: 1024 * GIB },
  ];
  const candidates = sizes.map(({ name, pages }) => {
    return { name, operations: 1000, operation: () => void optimized(pages) };
  });
  const [small, large] = interleaved(candidates, 25);
  return {
    title: 'boot of one range of 4 KiB pages',
    rows: [
      { name: '8 GiB', value: small!, unit: 'ns' },
      row('1 TiB', large!, large! / small!, 'the cost of 8 GiB'),
    ],
    claims: [
      {
        says: '128 times the memory boots in less than twice the time',
        value: large! / small!,
        holds: large! / small! < 2,
      },
    ],
  };
}

export function buddyBench(): BenchTable[] {
  return [besideOthers(), growth(), boots()];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const tables = buddyBench();
  console.log(tables.map(tableText).join('\n\n'));
  if (tables.some(({ claims }) => claims.some(({ holds }) => !holds))) process.exitCode = 1;
}
