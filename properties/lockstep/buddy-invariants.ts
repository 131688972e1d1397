/**
 * What must hold of the page allocator's own blocks, whatever the reference says. Each function
 * answers what is wrong, or undefined.
 */
import type { ZoneName } from '../../contract/machine.ts';
import type { Block, PageLayout, Zone } from '../../sut/mm/page-alloc.ts';
import type { Allocator, Call, Live } from './buddy-run.ts';

/** The free blocks of every zone, low to high, as the allocator lists them. */
export type Seen = readonly (readonly Block[])[];

export interface Wrong {
  readonly expected: string;
  readonly observed: string;
}

export function see(allocator: Allocator, layout: PageLayout): Seen {
  return layout.zones.map(({ name }) => allocator.blocks(name));
}

export const blockText = ({ pfn, order, cma }: Block) => `${pfn}/${order}${cma ? ' cma' : ''}`;

const sizeOf = ({ order }: Block) => 2 ** order;
const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
const wrong = (expected: string, observed: string): Wrong => ({ expected, observed });

/** B-I2, B-I3: aligned, inside one zone and one kind of memory, and no two halves both free. */
export function uncoalesced(layout: PageLayout, seen: Seen): Wrong | undefined {
  for (const [index, zone] of layout.zones.entries()) {
    const all = new Set(seen[index]!.map(blockText));
    for (const block of seen[index]!) {
      const { pfn, order } = block;
      const misplaced =
        order > layout.maxOrder || pfn % 2 ** order !== 0 || !fits(layout, zone, block);
      if (misplaced) return wrong('aligned blocks of one zone and kind', blockText(block));
      const isLower = Math.floor(pfn / 2 ** order) % 2 === 0;
      const upper = blockText({ ...block, pfn: pfn + 2 ** order });
      if (order < layout.maxOrder && isLower && all.has(upper)) {
        return wrong('no two free halves of a block', `${blockText(block)} and ${upper}`);
      }
    }
  }
  return undefined;
}

function fits({ cma }: PageLayout, zone: Zone, block: Block): boolean {
  const end = block.pfn + sizeOf(block);
  const touches = cma.some((area) => block.pfn < area.end && area.start < end);
  return block.pfn >= zone.start && end <= zone.end && touches === block.cma;
}

/** B-I1: every page given at boot is in one free block or with one owner; the counters say so. */
export function unaccounted(
  layout: PageLayout,
  seen: Seen,
  live: readonly Live[],
  allocator: Allocator,
): Wrong | undefined {
  const pieces = [
    ...seen.flat().map((block) => ({ pfn: block.pfn, pages: sizeOf(block) })),
    ...live,
  ].sort((a, b) => a.pfn - b.pfn);
  for (const [index, { pfn, pages }] of pieces.entries()) {
    const next = pieces[index + 1];
    if (next !== undefined && pfn + pages > next.pfn) {
      return wrong('pages in one place each', `${pfn}+${pages} and ${next.pfn}+${next.pages}`);
    }
  }
  const managed = sum(layout.zones.map(({ name }) => allocator.managed(name)));
  const known = sum(pieces.map(({ pages }) => pages));
  if (known !== managed) return wrong(`${managed} pages free or in use`, `${known}`);
  for (const [index, { name }] of layout.zones.entries()) {
    for (const cma of [false, true]) {
      const listed = sum(seen[index]!.filter((block) => block.cma === cma).map(sizeOf));
      const counted = cma ? allocator.freeCmaCount(name) : allocator.freeCount(name);
      if (counted !== listed) {
        return wrong(`${listed} ${cma ? 'cma ' : ''}pages free in ${name}`, `${counted}`);
      }
    }
  }
  return undefined;
}

/**
 * B-I7, B-I8: an allocation takes its block out of one, and leaves one block of each order between
 * them; exact ones take their pages and no more.
 */
export function badSplit(call: Call, answer: number, before: Seen, after: Seen): Wrong | undefined {
  if (answer < 0) return undefined;
  const taken = sum(before.flat().map(sizeOf)) - sum(after.flat().map(sizeOf));
  if (call.name === 'exact' && taken !== call.pages) {
    return wrong(`${call.pages} pages taken`, `${taken}`);
  }
  if (call.name !== 'alloc' && call.name !== 'movable') return undefined;
  const had = new Set(before.flat().map(blockText));
  const from = before.flat().find(({ pfn }) => pfn === answer)?.order ?? call.order;
  const expected = Array.from({ length: from - call.order }, (_, k) => call.order + k);
  const added = after.flat().filter((block) => !had.has(blockText(block)));
  const observed = added.map(({ order }) => order).sort((a, b) => a - b);
  if (String(observed) === String(expected)) return undefined;
  return wrong(`halves of orders ${expected} left`, `${observed}`);
}

/**
 * B-I5, B-I6: there is an answer if some allowed zone has a block that suffices; it comes from the
 * highest such zone and the smallest such order there. Without watermarks.
 */
export function incomplete(
  call: Call & { name: 'alloc' | 'movable' },
  answer: number,
  before: Seen,
  layout: PageLayout,
): Wrong | undefined {
  const { zones } = layout;
  const mayHave = (block: Block) => call.name === 'movable' || !block.cma;
  for (let index = hintOf(zones, call.zone); index >= 0; index--) {
    const fitting = before[index]!.filter((b) => b.order >= call.order && mayHave(b));
    if (fitting.length === 0) continue;
    const from = fitting.find(({ pfn }) => pfn === answer);
    if (from === undefined) {
      return wrong(`a block of zone ${zones[index]!.name}`, answer < 0 ? 'none' : `${answer}`);
    }
    const least = Math.min(...fitting.filter((b) => b.cma === from.cma).map((b) => b.order));
    if (from.order === least) return undefined;
    return wrong(`out of a block of order ${least}`, `order ${from.order}`);
  }
  return answer < 0 ? undefined : wrong('none', `${answer}`);
}

/** Index of the highest zone a request may use (gfp_zone). */
export function hintOf(zones: readonly Zone[], name: ZoneName): number {
  const index = zones.findIndex((zone) => zone.name === name);
  return index < 0 ? zones.length - 1 : index;
}

/** Every page of the range was free or movable; on success none is free and just they are gone. */
export function badContig(
  call: Call & { name: 'contig' },
  answer: unknown,
  before: Seen,
  after: Seen,
  liveBefore: readonly Live[],
): Wrong | undefined {
  const { start, end } = call;
  const gone = sum(before.flat().map(sizeOf)) - sum(after.flat().map(sizeOf));
  if (answer !== null) return gone === 0 ? undefined : wrong('no page taken', `${gone}`);
  if (gone !== end - start) return wrong(`${end - start} pages taken`, `${gone}`);
  const overlap = (pfn: number, pages: number) =>
    Math.max(0, Math.min(end, pfn + pages) - Math.max(start, pfn));
  const still = after.flat().find((block) => overlap(block.pfn, sizeOf(block)) > 0);
  if (still !== undefined) return wrong('no free block in the range', blockText(still));
  const had =
    sum(before.flat().map((block) => overlap(block.pfn, sizeOf(block)))) +
    sum(liveBefore.filter(({ what }) => what === 'movable').map((l) => overlap(l.pfn, l.pages)));
  return had === end - start ? undefined : wrong(`${end - start} pages free or movable`, `${had}`);
}
