/**
 * Walks the reservations in the kernel's order: static regions, then the ones to place; both in
 * tree order. The reserve map of the header comes later and moves nothing.
 * Source: drivers/of/of_reserved_mem.c:fdt_scan_reserved_mem, fdt_init_reserved_mem_node;
 * drivers/of/fdt.c:early_init_dt_reserve_memory.
 */
import type { Bank } from '../../contract/machine.ts';
import { ADDRESS_END, hex, sizeText } from '../../contract/numbers.ts';
import { addressOf, boundsOf } from '../cells.ts';
import { DYNAMIC_REGIONS_MAX } from '../limits.ts';
import type { Notebook } from '../notes.ts';
import type { Declared, RootCells, Tuple } from './declared.ts';
import { type HandlerRules, kindOf } from './handlers.ts';
import { place, type Span, wishOf } from './placement.ts';
import { overlaps, subtract } from './spans.ts';

export interface ReserveInput {
  readonly declared: readonly Declared[];
  readonly cells: RootCells;
  readonly banks: readonly Bank[];
  readonly pageSize: number;
  readonly rules: HandlerRules;
  readonly notes: Notebook;
}

/** Where the available regions lie: the spans of a region, its first one being the object. */
export type Reserved = ReadonlyMap<Declared, readonly [Span, ...Span[]]>;

interface BootMemory {
  readonly ram: readonly Span[];
  readonly mapped: Span[];
  readonly noMap: Span[];
}

export function reserveAll(input: ReserveInput): Reserved {
  const ram = input.banks.map(({ base, size }) => ({ start: base, end: base + size }));
  const memory: BootMemory = { ram, mapped: [], noMap: [] };
  const reserved = new Map<Declared, readonly [Span, ...Span[]]>();
  for (const region of input.declared) {
    if (region.how !== 'static' || !region.available) continue;
    const [first, ...more] = region.tuples.map((tuple) => spanOf(region, tuple, input.notes));
    reserved.set(region, [first!, ...more]);
    for (const span of [first!, ...more]) reserve(region, span, memory, input.notes);
  }
  for (const [region, span] of placeAll(input, memory)) reserved.set(region, [span]);
  return reserved;
}

/** A tuple as a span; what ends beyond every address is cut there. */
export function spanOf(region: Declared, tuple: Tuple, notes: Notebook): Span {
  const start = addressOf(tuple.base, `${region.node.path}:reg`);
  if (boundsOf(tuple.base, tuple.size) === undefined) {
    notes.add('region-clamped', region.node.path, `${hex(start)}+0x${tuple.size.toString(16)}`);
    return { start, end: ADDRESS_END };
  }
  return { start, end: start + Number(tuple.size) };
}

/** Memory that is reserved already does not become no-map; outside RAM that does not matter. */
function reserve(region: Declared, span: Span, memory: BootMemory, notes: Notebook): void {
  if (span.start === span.end) return;
  if (!region.noMap) memory.mapped.push(span);
  else if (overlaps(span, memory.ram) && overlaps(span, memory.mapped)) {
    notes.add('no-map-refused', region.node.path, spanText(span));
  } else memory.noMap.push(span);
}

/**
 * Places the regions without address: never in another reservation, at most
 * DYNAMIC_REGIONS_MAX of them. A region whose handlers refuse it is given back at once.
 */
function placeAll(input: ReserveInput, memory: BootMemory): Map<Declared, Span> {
  const { cells, notes, rules, pageSize } = input;
  const dynamic = input.declared.filter((one) => one.how === 'dynamic' && one.available);
  for (const region of dynamic.slice(DYNAMIC_REGIONS_MAX)) {
    notes.add('region-late-dynamic', region.node.path, `only ${DYNAMIC_REGIONS_MAX} are placed`);
  }
  const result = new Map<Declared, Span>();
  for (const region of dynamic.slice(0, DYNAMIC_REGIONS_MAX)) {
    const wish = wishOf(region, cells, rules.cmaAlignment);
    if (typeof wish === 'string') {
      notes.add('region-unplaced', region.node.path, wish);
      continue;
    }
    const free = subtract(memory.ram, [...memory.mapped, ...memory.noMap]);
    const base = place(wish, free, [...result.values()], pageSize);
    if (base === undefined) {
      notes.add('region-unplaced', region.node.path, `no room for ${sizeText(wish.size)}`);
      continue;
    }
    const span = { start: base, end: base + wish.size };
    notes.add('region-placed', region.node.path, spanText(span));
    result.set(region, span);
    if (kindOf(region, base, wish.size, rules) === 'returned') continue;
    (region.noMap ? memory.noMap : memory.mapped).push(span);
  }
  return result;
}

export function spanText(span: Span): string {
  return `${hex(span.start)}+${sizeText(span.end - span.start)}`;
}
