/**
 * Generated memory for the page allocator: pageblocks that are RAM, CMA, a hole or partly RAM, and
 * up to three zones whose borders lie anywhere.
 *
 * Small layouts have largest orders of 2 to 4 and up to 24 pageblocks; large ones have real orders
 * (10 to 13) and a few pageblocks. They start at page 0, in the middle of a largest block, across
 * 2^31 or near 2^40. RAM is cut into ranges at random, so that blocks merge across them at boot.
 */
import fc from 'fast-check';
import { ZONE_NAMES } from '../../contract/machine.ts';
import { alignDown, alignUp } from '../../contract/numbers.ts';
import type { PageLayout, PfnRange, Watermarks, Zone } from '../../sut/mm/page-alloc.ts';

/** A pageblock: all of it one thing, or RAM without its first and last pages; in 1/16 of it. */
interface Piece {
  readonly kind: 'ram' | 'cma' | 'hole';
  readonly skipFirst: number;
  readonly skipLast: number;
  /** A range of its own, also beside RAM. */
  readonly apart: boolean;
}

export interface LayoutDraw {
  readonly maxOrder: number;
  readonly pageblockOrder: number;
  /** Index of the first page's place, and pageblocks it lies further up. */
  readonly base: number;
  readonly shift: number;
  readonly pieces: readonly Piece[];
  /** Zone borders, in 1/64 of all pages. */
  readonly borders: readonly number[];
}

const BASES = [0, 2 ** 31 - 2 ** 14, 2 ** 40 - 2 ** 20];

const skip = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat({ max: 7 }));
const piece: fc.Arbitrary<Piece> = fc.record({
  kind: fc.oneof(
    { weight: 5, arbitrary: fc.constant('ram' as const) },
    { weight: 2, arbitrary: fc.constant('cma' as const) },
    { weight: 1, arbitrary: fc.constant('hole' as const) },
  ),
  skipFirst: skip,
  skipLast: skip,
  apart: fc.boolean(),
});

export function layoutDraws(small: boolean): fc.Arbitrary<LayoutDraw> {
  const maxOrder = small
    ? fc.integer({ min: 2, max: 4 })
    : fc.oneof({ weight: 4, arbitrary: fc.constant(10) }, fc.constantFrom(11, 13));
  return maxOrder.chain((order) =>
    fc.record({
      maxOrder: fc.constant(order),
      pageblockOrder: fc.integer({ min: order - (small ? 2 : 1), max: order }),
      base: fc.nat({ max: BASES.length - 1 }),
      shift: fc.nat({ max: 3 }),
      pieces: fc.array(piece, { minLength: 1, maxLength: small ? 24 : 6, size: 'max' }),
      borders: fc.array(fc.nat({ max: 64 }), { maxLength: 2 }),
    }),
  );
}

export function layoutOf(draw: LayoutDraw, watermarks?: Watermarks): PageLayout {
  const { maxOrder, pageblockOrder, pieces } = draw;
  const pageblock = 2 ** pageblockOrder;
  const base = BASES[draw.base]! + draw.shift * pageblock;
  const at = (index: number) => base + index * pageblock;
  const free: PfnRange[] = [];
  const blocks: PfnRange[] = [];
  for (const [index, { kind, skipFirst, skipLast, apart }] of pieces.entries()) {
    if (kind === 'cma') blocks.push({ start: at(index), end: at(index + 1) });
    if (kind !== 'ram') continue;
    const start = at(index) + Math.floor((skipFirst * pageblock) / 16);
    const end = at(index + 1) - Math.floor((skipLast * pageblock) / 16);
    const before = free.at(-1);
    if (before?.end === start && !apart) free[free.length - 1] = { start: before.start, end };
    else free.push({ start, end });
  }
  const zones = zonesOf(draw, base, blocks);
  const cma = joined(blocks, zones);
  const layout = { maxOrder, pageblockOrder, zones, free, cma };
  return watermarks === undefined ? layout : { ...layout, watermarks };
}

/** The highest is always `normal`; one below it is `dma`, of two the upper one is `dma32`. */
function zonesOf(draw: LayoutDraw, base: number, cma: readonly PfnRange[]): Zone[] {
  const pageblock = 2 ** draw.pageblockOrder;
  const pages = draw.pieces.length * pageblock;
  const borders = draw.borders
    .map((part) => base + Math.floor((part * pages) / 64))
    // An area lies in one zone.
    .map((pfn) => (cma.some((r) => r.start < pfn && pfn < r.end) ? alignDown(pfn, pageblock) : pfn))
    .sort((a, b) => a - b);
  const names = borders.length === 1 ? ['dma' as const, 'normal' as const] : ZONE_NAMES;
  const starts = [alignDown(base, 2 ** draw.maxOrder), ...borders];
  const ends = [...borders, alignUp(base + pages, 2 ** draw.maxOrder)];
  return starts.map((start, index) => {
    return { name: names[names.length - starts.length + index]!, start, end: ends[index]! };
  });
}

/** Neighbouring pageblocks of one zone are one area. */
function joined(blocks: readonly PfnRange[], zones: readonly Zone[]): PfnRange[] {
  const areas: PfnRange[] = [];
  for (const { start, end } of blocks) {
    const before = areas.at(-1);
    const border = zones.some((zone) => zone.start === start);
    if (before?.end === start && !border) areas[areas.length - 1] = { start: before.start, end };
    else areas.push({ start, end });
  }
  return areas;
}

/** One line that says all of it. */
export function layoutText({ maxOrder, pageblockOrder, zones, free, cma, ...rest }: PageLayout) {
  const ranges = (list: readonly PfnRange[]) =>
    list.map(({ start, end }) => `${start}-${end}`).join(' ') || 'none';
  const named = zones.map(({ name, start, end }) => `${name} ${start}-${end}`).join(', ');
  const { watermarks } = rest;
  const marks = watermarks === undefined ? '' : `; watermarks ${JSON.stringify(watermarks)}`;
  const orders = `max order ${maxOrder}, pageblock order ${pageblockOrder}`;
  return `${orders}; zones ${named}; free ${ranges(free)}; cma ${ranges(cma)}${marks}`;
}
