/**
 * Generated programs of bitmap calls on two maps; the second one is mostly there to be copied.
 *
 * Lengths sit on the edges of words (32, and the kernel's 64) and of the first summary word (32^2).
 * Positions: a third anywhere, a third within 2 of a multiple of 32, the rest within 2 of a
 * multiple of 1024 or of the end.
 *
 * Up to two combs come first, which leave many short gaps: a search without restarts proves little.
 * Then two calls of five change bits, and two are of the kinds that the wanted law judges. Every
 * call is legal on its map: within bounds, orders that exist.
 */
import fc from 'fast-check';
import { floorLog2 } from '../../contract/numbers.ts';
import type { BitmapCall, MapId } from './bitmap-calls.ts';

export interface BitmapProgram {
  readonly lengths: readonly [number, number];
  readonly calls: readonly BitmapCall[];
}

const SMALL = [0, 1, 2, 3, 13, 31, 32, 33];
const LARGE = [63, 64, 65, 100, 127, 128, 129, 992, 1000, 1023, 1024, 1025, 2049];
const CALLS_MAX = 24;
const ORDER_MAX = 11;

/** Positions 0..end. */
function positions(end: number): fc.Arbitrary<number> {
  const near = (step: number) =>
    fc
      .tuple(fc.nat({ max: Math.ceil(end / step) }), fc.integer({ min: -2, max: 2 }))
      .map(([k, distance]) => Math.min(end, Math.max(0, k * step + distance)));
  return fc.oneof(
    { weight: 4, arbitrary: fc.nat({ max: end }) },
    { weight: 4, arbitrary: near(32) },
    { weight: 2, arbitrary: near(1024) },
    { weight: 2, arbitrary: fc.integer({ min: Math.max(0, end - 2), max: end }) },
  );
}

/** Ranges [start, start + nr) inside 0..end. */
function ranges(end: number): fc.Arbitrary<{ start: number; nr: number }> {
  return fc.tuple(positions(end), positions(end)).map(([a, b]) => {
    return { start: Math.min(a, b), nr: Math.abs(a - b) };
  });
}

/** Regions of 2^order pages inside 0..end, end >= 1: half of them aligned. */
function regions(end: number): fc.Arbitrary<{ pos: number; order: number }> {
  const orders = fc.nat({ max: Math.min(ORDER_MAX, floorLog2(end)) });
  return fc.tuple(orders, positions(end), fc.boolean()).map(([order, at, aligned]) => {
    const size = 2 ** order;
    const pos = Math.min(at, end - size);
    return { order, pos: aligned ? pos - (pos % size) : pos };
  });
}

/** Sizes 0..length: the whole map, or, for the law of the tail, less of it. */
const sizes = (length: number, tail: boolean) =>
  tail ? positions(Math.max(0, length - 1)) : fc.constant(length);

function searches(length: number, on: MapId, tail: boolean): fc.Arbitrary<BitmapCall> {
  const size = sizes(length, tail);
  // Three of four in the crowded part. Starting beyond the size is legal, but finds nothing.
  const start = fc.oneof(
    { weight: 3, arbitrary: fc.nat({ max: Math.ceil(length / 4) }) },
    { weight: 1, arbitrary: positions(length + 2) },
  );
  // Two scales: areas and alignments like the gaps between fragments, and up to the whole map.
  const nr = fc.oneof(
    { weight: 3, arbitrary: fc.nat({ max: 40 }) },
    { weight: 1, arbitrary: positions(length + 1) },
  );
  const orders = fc.oneof(
    { weight: 3, arbitrary: fc.nat({ max: 4 }) },
    { weight: 1, arbitrary: fc.nat({ max: ORDER_MAX }) },
  );
  const mask = orders.map((k) => 2 ** k - 1);
  const off = fc.oneof(fc.constant(0), fc.nat({ max: 2 ** ORDER_MAX }));
  const name = fc.constantFrom('findNextBit' as const, 'findNextZeroBit' as const);
  return fc.oneof(
    fc.record({ on: fc.constant(on), name, size, start }),
    fc.record({
      on: fc.constant(on),
      name: fc.constant('findNextZeroAreaOff' as const),
      size,
      start,
      nr,
      mask,
      off,
    }),
  );
}

function findRegions(length: number, on: MapId, tail: boolean): fc.Arbitrary<BitmapCall> {
  return fc.record({
    on: fc.constant(on),
    name: fc.constant('findFreeRegion' as const),
    bits: sizes(length, tail),
    order: fc.oneof(
      { weight: 9, arbitrary: fc.nat({ max: ORDER_MAX }) },
      { weight: 1, arbitrary: fc.nat({ max: 31 }) },
    ),
  });
}

function combs(length: number, on: MapId): fc.Arbitrary<BitmapCall> {
  return fc.record({
    on: fc.constant(on),
    name: fc.constant('comb' as const),
    start: positions(length),
    nr: fc.integer({ min: 1, max: 5 }),
    period: fc.integer({ min: 2, max: 40 }),
    times: fc.integer({ min: 1, max: 60 }),
  });
}

function changes(length: number, on: MapId): fc.Arbitrary<BitmapCall> {
  const name = fc.constantFrom('setRange' as const, 'clearRange' as const);
  // Mostly a few bits: long ranges wipe out what earlier calls made.
  const few = fc.tuple(positions(length), fc.nat({ max: 4 })).map(([start, nr]) => {
    return { start, nr: Math.min(nr, length - start) };
  });
  const range = fc
    .tuple(name, fc.oneof({ weight: 1, arbitrary: ranges(length) }, { weight: 3, arbitrary: few }))
    .map(([kind, operands]) => ({ on, name: kind, ...operands }));
  if (length === 0) return range;
  const region = fc
    .tuple(fc.constantFrom('allocateRegion' as const, 'releaseRegion' as const), regions(length))
    .map(([kind, operands]) => ({ on, name: kind, ...operands }));
  return fc.oneof(range, region, combs(length, on));
}

function copies(
  lengths: readonly [number, number],
  on: MapId,
  source: MapId,
): fc.Arbitrary<BitmapCall> {
  const shared = Math.min(lengths[on], lengths[source]);
  const copy = positions(shared).map((nbits) => {
    return { on, name: 'copyPrefixFrom' as const, source, nbits };
  });
  if (shared === 0) return copy;
  const cut = fc
    .tuple(positions(shared - 1), positions(shared + 40), positions(shared))
    .map(([first, nr, end]) => {
      return { on, name: 'cut' as const, source, first, nr, nbits: Math.max(end, first + 1) };
    });
  return fc.oneof(copy, cut);
}

/** Calls on one of the two maps; half of them are judged by `law`. */
function callsOn(
  on: MapId,
  law: string,
  lengths: readonly [number, number],
): fc.Arbitrary<BitmapCall> {
  const length = lengths[on];
  const judged: Record<string, fc.Arbitrary<BitmapCall>> = {
    'bitmap/area': searches(length, on, false),
    'bitmap/region': findRegions(length, on, false),
    'bitmap/tail': fc.oneof(searches(length, on, true), findRegions(length, on, true)),
    'bitmap/copy': fc.oneof(copies(lengths, on, 0), copies(lengths, on, 1)),
  };
  const wanted = judged[law];
  if (wanted === undefined) throw new RangeError(`no bitmap law is called "${law}"`);
  return fc.oneof(
    { weight: 4, arbitrary: changes(length, on) },
    { weight: 4, arbitrary: wanted },
    { weight: 1, arbitrary: fc.oneof(...Object.values(judged)) },
  );
}

export function bitmapPrograms(law: string): fc.Arbitrary<BitmapProgram> {
  const length = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...SMALL) },
    { weight: 2, arbitrary: fc.constantFrom(...LARGE) },
  );
  const programs = fc.tuple(length, length).chain((lengths) => {
    const calls = fc.oneof(
      { weight: 3, arbitrary: callsOn(0, law, lengths) },
      { weight: 1, arbitrary: callsOn(1, law, lengths) },
    );
    return fc
      .tuple(
        fc.array(combs(lengths[0], 0), { maxLength: 2 }),
        fc.array(calls, { maxLength: CALLS_MAX, size: 'max' }),
      )
      .map(([fragments, drawn]) => ({ lengths, calls: [...fragments, ...drawn] }));
  });
  // Edges are drawn above; fast-check's own bias would mean short programs and position 0.
  return fc.noBias(programs);
}
