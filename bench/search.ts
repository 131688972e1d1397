/**
 * Searches of gen_pool and CMA in 2^20 granules, 90 % taken, beside the kernel's own loop on words
 * (literal-bitmap.ts). What is measured is a request and its return, on our side with all accounts.
 *
 * States: `front-packed`, the first 90 % taken; `steady`, after 300 000 operations of requests of 1
 * to 32 granules, first fit, and returns of any of them; `random`, every granule taken with 9 to 1;
 * `combed`, runs of 7 free granules everywhere, which is as bad as it gets for 8.
 */
import { pathToFileURL } from 'node:url';
import { Bitmap } from '../sut/lib/bitmap.ts';
import {
  type GenAlgo,
  GenPool,
  genPoolBestFit,
  genPoolFirstFit,
  genPoolFirstFitAlign,
  genPoolFirstFitOrderAlign,
  genPoolFixedAlloc,
} from '../sut/lib/genalloc.ts';
import { Cma } from '../sut/mm/cma.ts';
import { LiteralBitmap } from './literal-bitmap.ts';
import { type BenchRow, type BenchTable, interleaved, tableText } from './measure.ts';
import { frontPacked, numbers, PAGES, randomlyTaken } from './pool-states.ts';

/** Granules asked for, equally often: 1 to 32, every fourth a power of two. */
const COUNTS = [13, 1, 27, 6, 19, 32, 3, 10, 23, 8, 5, 30, 15, 2, 7, 20];
/** CMA aligns a request to its own size. */
const orderOf = (count: number) => Math.ceil(Math.log2(count));
const ALIGN = 8;
const START = 2 ** 30;

/** A place for `count` granules from `at` on, found and given back; what the answer is. */
type Search = (count: number) => number | null;

interface Kind {
  readonly name: string;
  /** Does it have to look further than at one place? Then a gain is promised. */
  readonly searches: boolean;
  readonly counts: readonly number[];
  readonly optimized: (map: Bitmap) => Search;
  readonly literal: (map: LiteralBitmap) => Search;
}

const genPool = (
  name: string,
  counts: readonly number[],
  algo: GenAlgo,
  literal: (map: LiteralBitmap, count: number) => number,
): Kind => ({
  name,
  searches: counts === COUNTS && !name.startsWith('fixed'),
  counts,
  optimized: (map) => genPoolSearch(poolLike(map), algo),
  literal: (map) => literalSearch(map, (count) => literal(map, count)),
});

const KINDS: readonly Kind[] = [
  genPool('first_fit', COUNTS, genPoolFirstFit, (map, count) => map.area(0, count, 0, 0)),
  genPool('first_fit_align(8)', COUNTS, genPoolFirstFitAlign(ALIGN), (map, count) =>
    map.area(0, count, ALIGN - 1, 0),
  ),
  genPool('first_fit_order_align', COUNTS, genPoolFirstFitOrderAlign, (map, count) =>
    map.area(0, count, 2 ** orderOf(count) - 1, 0),
  ),
  genPool('best_fit', COUNTS, genPoolBestFit, literalBestFit),
  genPool('fixed, last granules', COUNTS, genPoolFixedAlloc(PAGES - 32), (map, count) => {
    const place = map.area(PAGES - 32, count, 0, 0);
    return place === PAGES - 32 ? place : PAGES;
  }),
  {
    name: 'cma_alloc',
    searches: true,
    counts: COUNTS,
    optimized: (map) => cmaSearch(cmaLike(map)),
    literal: (map) => literalSearch(map, (count) => map.area(0, count, 2 ** orderOf(count) - 1, 0)),
  },
  genPool('first_fit of 8 only', [8], genPoolFirstFit, (map, count) => map.area(0, count, 0, 0)),
  genPool('best_fit of 1 only', [1], genPoolBestFit, literalBestFit),
];

function literalBestFit(map: LiteralBitmap, count: number): number {
  let best = PAGES;
  let shortest = PAGES + 1;
  let at = map.area(0, count, 0, 0);
  while (at < PAGES && shortest > count) {
    const end = at + count < PAGES ? map.nextSet(at + count, PAGES) : PAGES;
    if (end - at < shortest) {
      shortest = end - at;
      best = at;
    }
    at = map.area(end + 1, count, 0, 0);
  }
  return best;
}

function literalSearch(map: LiteralBitmap, find: (count: number) => number): Search {
  return (count) => {
    const place = find(count);
    if (place >= PAGES) return null;
    map.setRange(place, count);
    map.clearRange(place, count);
    return place;
  };
}

function genPoolSearch(pool: GenPool, algo: GenAlgo): Search {
  return (count) => {
    const addr = pool.allocAlgo(count, algo);
    if (addr === null) return null;
    pool.free(addr, count);
    return addr - START;
  };
}

function cmaSearch(cma: Cma): Search {
  return (count) => {
    const pfn = cma.alloc(count, orderOf(count));
    if (pfn === null) return null;
    cma.release(pfn, count);
    return pfn - START;
  };
}

/** Maximal runs of equal bits, from the left. */
function* runs(map: Bitmap): Generator<{ start: number; end: number; taken: boolean }> {
  for (let start = 0; start < map.length; ) {
    const taken = map.test(start);
    const end = taken ? map.findNextZeroBit(map.length, start) : map.findNextBit(map.length, start);
    yield { start, end, taken };
    start = end;
  }
}

/** A pool of one chunk of 1-byte granules in the state of the map. */
function poolLike(map: Bitmap): GenPool {
  const pool = new GenPool(0);
  pool.addVirt(START, null, map.length);
  for (const { start, end, taken } of runs(map)) {
    if (taken) pool.allocAlgo(end - start, genPoolFixedAlloc(start));
  }
  return pool;
}

/** An area of as many pages in the state of the map. Nothing is ever busy. */
function cmaLike(map: Bitmap): Cma {
  const pages = { allocContigRange: () => null, freeContigRange: () => undefined };
  const cma = new Cma('area', START, map.length, 0, pages);
  for (const { start, end } of runs(map)) cma.alloc(end - start, 0);
  for (const { start, end, taken } of runs(map))
    if (!taken) cma.release(START + start, end - start);
  return cma;
}

function literalLike(map: Bitmap): LiteralBitmap {
  const literal = new LiteralBitmap(map.length);
  for (const { start, end, taken } of runs(map)) if (taken) literal.setRange(start, end - start);
  return literal;
}

function steadyAreas(): Bitmap {
  const map = new Bitmap(PAGES);
  const random = numbers();
  const live: { start: number; count: number }[] = [];
  let taken = 0;
  for (let k = 0; k < 300_000; k++) {
    const count = COUNTS[random(COUNTS.length)]!;
    const start = taken < PAGES * 0.9 ? map.findNextZeroAreaOff(PAGES, 0, count, 0, 0) : PAGES;
    if (start < PAGES) {
      map.setRange(start, count);
      live.push({ start, count });
      taken += count;
      continue;
    }
    const [gone] = live.splice(random(live.length), 1);
    map.clearRange(gone!.start, gone!.count);
    taken -= gone!.count;
  }
  return map;
}

function combed(): Bitmap {
  const map = new Bitmap(PAGES);
  for (let start = 0; start < PAGES; start += 70) map.setRange(start, Math.min(63, PAGES - start));
  return map;
}

/** What one algorithm costs in one state: nanoseconds of a request with its return, both sides. */
function compare(kind: Kind, map: Bitmap, turns: number): [number, number] {
  const { name, counts, optimized, literal } = kind;
  const sides = [optimized(map), literal(literalLike(map))] as const;
  for (const count of counts) {
    if (sides[0](count) !== sides[1](count)) throw new Error(`${name}: answers differ`);
  }
  const candidates = sides.map((search, side) => {
    let turn = 0;
    const operation = () => void search(counts[turn++ % counts.length]!);
    return { name, operations: COUNTS.length * (side === 0 ? turns : 1), operation };
  });
  const [ours, theirs] = interleaved(candidates, 5);
  return [ours!, theirs!];
}

/** Every algorithm in one state; `least` is the gain that searches promise there. */
function stateBench(state: string, map: Bitmap, least: number | null): BenchTable {
  const rows: BenchRow[] = [];
  const gains: number[] = [];
  const losses: string[] = [];
  for (const kind of KINDS) {
    const [ours, theirs] = compare(kind, map, least === null ? 10 : 200);
    const ratio = theirs / ours;
    if (kind.searches) gains.push(ratio);
    if (ratio < 1) losses.push(`slower than the literal loop: ${kind.name}`);
    rows.push(
      { name: `${kind.name}: optimized`, value: ours, unit: 'ns' },
      { name: `${kind.name}: literal`, value: theirs, unit: 'ns', ratio, ratioOf: 'our cost' },
    );
  }
  const worst = Math.min(...gains);
  const says = `every search of the mix gains at least ${least}x over the literal loop`;
  return {
    title: `a request and its return, 2^20 granules, ${state}`,
    rows,
    claims: least === null ? [] : [{ says, value: worst, holds: worst >= least }],
    notes: losses,
  };
}

export function searchBench(): BenchTable[] {
  return [
    stateBench('front-packed 90 %', frontPacked(), 20),
    stateBench('steady 90 %', steadyAreas(), 20),
    stateBench('random 90 %', randomlyTaken(), 20),
    // Every run is looked at when all are one too short to be aligned, or none fits exactly.
    stateBench('combed 90 %', combed(), null),
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(searchBench().map(tableText).join('\n\n'));
}
