/**
 * Coherent pools: what a region costs, how that grows with the pool, what creating one costs.
 *
 * "Literal" is the kernel's own algorithm on 32-bit words (literal-bitmap.ts); "reference" is the
 * boolean-array definition of model/reference. All run in one process, taking turns.
 */
import { pathToFileURL } from 'node:url';
import { ReferencePool } from '../model/reference/pool.ts';
import { Bitmap } from '../sut/lib/bitmap.ts';
import { growthTable, row } from './growth.ts';
import { LiteralBitmap } from './literal-bitmap.ts';
import { type BenchRow, type BenchTable, interleaved, tableText } from './measure.ts';
import { churn, frontPacked, ORDERS, PAGES, randomlyTaken, steady } from './pool-states.ts';

interface Pool {
  alloc(order: number): number;
  free(page: number, order: number): void;
}

/** An allocation and its free, for each order of the mix in turn: leaves the state as it was. */
function pairs(pool: Pool, orders: readonly number[]): () => void {
  let turn = 0;
  return () => {
    const order = orders[turn++ % orders.length]!;
    const page = pool.alloc(order);
    if (page >= 0) pool.free(page, order);
  };
}

/** The three implementations in one state: nanoseconds of an allocation with its free. */
function compare(map: Bitmap, orders: readonly number[], quick: boolean): number[] {
  const optimized: Pool = {
    alloc: (order) => map.findFreeRegion(PAGES, order),
    free: (page, order) => map.releaseRegion(page, order),
  };
  const literal = new LiteralBitmap(PAGES);
  const reference = new ReferencePool(PAGES);
  for (
    let page = map.findNextBit(PAGES, 0);
    page < PAGES;
    page = map.findNextBit(PAGES, page + 1)
  ) {
    literal.take(page);
    reference.pages[page] = true;
  }
  // A multiple of the mix, so that all see the same orders.
  const slow = quick ? 3000 : 2 * orders.length;
  const candidates = [
    { name: 'optimized', operations: 6000, operation: pairs(optimized, orders) },
    { name: 'literal', operations: slow, operation: pairs(literal, orders) },
    { name: 'reference', operations: slow, operation: pairs(reference, orders) },
  ];
  return interleaved(candidates, 9);
}

/** Allocation and free in a pool of 2^20 pages, beside the literal scan. */
export function searchBench(): BenchTable {
  const states = [
    { name: 'front-packed 90 %', map: frontPacked(), orders: ORDERS },
    { name: 'steady 90 %, after 10^6 operations', map: steady(), orders: ORDERS },
    { name: 'random 90 %', map: randomlyTaken(), orders: ORDERS },
    { name: 'random 90 %, single pages only', map: randomlyTaken(), orders: [0] },
  ];
  const rows: BenchRow[] = [];
  const gains: number[] = [];
  for (const { name, map, orders } of states) {
    const [optimized, literal, reference] = compare(map, orders, orders.length === 1);
    gains.push(Math.min(literal!, reference!) / optimized!);
    const ratioOf = 'the optimized cost';
    rows.push(
      { name: `${name}: optimized`, value: optimized!, unit: 'ns' },
      row(`${name}: literal`, literal!, literal! / optimized!, ratioOf),
      row(`${name}: reference`, reference!, reference! / optimized!, ratioOf),
    );
  }
  const worst = Math.min(gains[0]!, gains[1]!);
  const says = 'front-packed and steady pools gain at least 20x over the faster literal scan';
  return {
    title: 'allocation + free, 2^20 pages, orders 0..5',
    rows,
    claims: [{ says, value: worst, holds: worst >= 20 }],
  };
}

/** Cost of one operation of a pool 80 % full, by its size; `ordersFor` answers the mix. */
function growthBench(
  title: string,
  ordersFor: (log2: number) => readonly number[],
  mostAllowed: number,
): BenchTable {
  const sizes = [10, 12, 14, 16, 18, 20];
  const candidates = sizes.map((log2) => {
    const operation = churn(new Bitmap(2 ** log2), 0.8, ordersFor(log2));
    // Into the steady state: first fit has to age.
    for (let k = 0; k < 300_000; k++) operation();
    return { name: `2^${log2} pages`, operations: 10_000, operation };
  });
  return growthTable(title, candidates, mostAllowed);
}

/** Creating a bitmap: memory that the C library zeroes, and a fixed number of small objects. */
export function creationBench(): BenchTable {
  const sizes = [10, 12, 14, 16, 18, 20, 22, 24];
  const candidates = sizes.map((log2) => {
    const operation = () => void new Bitmap(2 ** log2);
    return { name: `2^${log2} bits`, operations: log2 > 18 ? 20 : 500, operation };
  });
  const bare = { name: '2^24 bits, bare array', operations: 20, operation: bareArray };
  const costs = interleaved([...candidates, bare], 25);
  const growth = costs[sizes.length - 1]! / costs[0]!;
  const overBare = costs[sizes.length - 1]! / costs[sizes.length]!;
  return {
    title: 'creation of a bitmap',
    rows: [...candidates, bare].map(({ name }, index) => {
      return row(name, costs[index]!, costs[index]! / costs[0]!, 'the cost of 2^10 bits');
    }),
    claims: [
      {
        says: '2^14 times the bits cost less than a tenth of 2^14 times as much',
        value: growth,
        holds: growth < 2 ** 14 / 10,
      },
      {
        says: '2^24 bits cost at most 3x their zeroed memory alone',
        value: overBare,
        holds: overBare <= 3,
      },
    ],
  };
}

const bareArray = () => void new Int32Array(2 ** 24 / 32);

export function poolBench(): { readonly tables: readonly BenchTable[]; readonly text: string } {
  const upTo = (order: number) => Array.from({ length: order + 1 }, (_, k) => k);
  const tables = [
    searchBench(),
    growthBench('random operations, 80 % full, orders 0..5', () => ORDERS, 3),
    growthBench('the same, orders 0..log2(pages)/2', (log2) => upTo(log2 / 2), 3),
    creationBench(),
  ];
  return { tables, text: tables.map(tableText).join('\n\n') };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { tables, text } = poolBench();
  console.log(text);
  if (tables.some(({ claims }) => claims.some(({ holds }) => !holds))) process.exitCode = 1;
}
