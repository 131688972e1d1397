/**
 * What holds of a gen_pool whatever its algorithm is, seen on the implementation alone: its maps,
 * its numbers and the regions it handed out (pools.md §4.2, G-I1 to G-I6).
 */
import type { Algorithm } from '../../model/reference/genalloc.ts';
import type { GenChunk, GenPool } from '../../sut/lib/genalloc.ts';

export interface LiveRegion {
  readonly addr: number;
  readonly bytes: number;
}

/** A chunk before a request: its map as text, `#` for taken granules. */
export interface ChunkView {
  readonly chunk: GenChunk;
  readonly avail: number;
  readonly map: string;
}

export function viewOf(pool: GenPool): readonly ChunkView[] {
  return pool.chunks().map((chunk) => {
    const bits = Array.from({ length: chunk.bits.length }, (_, bit) => chunk.bits.test(bit));
    const map = bits.map((taken) => (taken ? '#' : '.')).join('');
    return { chunk, avail: chunk.avail, map };
  });
}

/** G-I1: what is available is the size without the granules that are taken. Null: it holds. */
export function brokenAccounts(pool: GenPool): string | null {
  let avail = 0;
  for (const { start, end, avail: stated, bits } of pool.chunks()) {
    const free = end - start + 1 - pool.granule * bits.count();
    if (stated !== free) return `chunk ${start}: avail ${stated}, but ${free} bytes are free`;
    avail += free;
  }
  return pool.avail === avail ? null : `avail ${pool.avail}, but chunks have ${avail}`;
}

/** G-I2: regions are disjoint, in one chunk each, at the physical place of their address. */
export function brokenRegions(pool: GenPool, live: readonly LiveRegion[]): string | null {
  const sorted = live.toSorted((a, b) => a.addr - b.addr);
  let before = -1;
  for (const { addr, bytes } of sorted) {
    if (addr <= before) return `${addr} is handed out twice`;
    before = addr + Math.ceil(bytes / pool.granule) * pool.granule - 1;
    const holds = pool.chunks().filter(({ start, end }) => addr >= start && before <= end);
    if (holds.length !== 1) return `${addr} is in ${holds.length} chunks`;
    const { start, phys } = holds[0]!;
    const expected = phys === null ? null : phys + (addr - start);
    if (pool.virtToPhys(addr) !== expected) return `${addr} is at ${pool.virtToPhys(addr)}`;
  }
  return null;
}

/** G-I3 to G-I6 of an answer (null: none) to a request of `bytes`, in the state before it. */
export function brokenChoice(
  pool: GenPool,
  before: readonly ChunkView[],
  bytes: number,
  algorithm: Algorithm,
  answer: number | null,
): string | null {
  const n = Math.ceil(bytes / pool.granule);
  for (const view of before) {
    const { start, end } = view.chunk;
    const inside = answer !== null && answer >= start && answer <= end;
    const places = view.avail < bytes ? [] : runPlaces(pool, view, n, algorithm);
    if (!inside && places.length === 0) continue;
    // What starts at address 0 is handed out, but looks like a refusal.
    if (!inside)
      return start === 0 && answer === null ? null : `passed over ${start}, which has room`;
    const place = (answer - start) / pool.granule;
    if (!places.includes(place)) return `granule ${place} is taken, or not where it may begin`;
    return algorithm.kind === 'best-fit' ? looserThanBest(view.map, n, place) : null;
  }
  return answer === null ? null : `${answer} is in no chunk`;
}

/** Where a run of n free granules may begin. */
function runPlaces(pool: GenPool, view: ChunkView, n: number, algorithm: Algorithm): number[] {
  return runsOf(view.map)
    .flatMap(({ start, length }) =>
      Array.from({ length: Math.max(0, length - n + 1) }, (_, k) => start + k),
    )
    .filter((place) => mayBegin(pool, view.chunk.start, place, n, algorithm));
}

function mayBegin(pool: GenPool, start: number, place: number, n: number, algorithm: Algorithm) {
  const { granule } = pool;
  if (algorithm.kind === 'order-align') return place % 2 ** Math.ceil(Math.log2(n)) === 0;
  if (algorithm.kind === 'fixed') return place * granule === algorithm.offset;
  if (algorithm.kind !== 'align') return true;
  // The granule of the chunk's start decides, also when that is in the middle of one.
  const address = start - (start % granule) + place * granule;
  return algorithm.align <= granule || address % algorithm.align === 0;
}

/** G-I5. */
function looserThanBest(map: string, n: number, place: number): string | null {
  const fitting = runsOf(map).filter(({ length }) => length >= n);
  const shortest = Math.min(...fitting.map(({ length }) => length));
  const best = fitting.find(({ length }) => length === shortest)!;
  return best.start === place ? null : `a run of ${shortest} granules begins at ${best.start}`;
}

function runsOf(map: string): { readonly start: number; readonly length: number }[] {
  return [...map.matchAll(/\.+/g)].map(({ index, 0: run }) => {
    return { start: index, length: run.length };
  });
}
