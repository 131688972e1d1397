/**
 * Who may read which value of a byte. There is one view of the CPU, and one of the device for each
 * mapping. Ownership follows the documented rules of the DMA API, and not how they are kept.
 *
 * A byte is contended while two live mappings cover it and one of them may write, and where a cache
 * line holds an edge of memory that a device without snooping writes. Then every party may see what
 * any of them saw since: all views of it are one. Source: Documentation/core-api/dma-api.rst.
 *
 * Of a subject that reports no bytes nothing is remembered here: no law could ask for it.
 */
import { union, without } from './arena.ts';
import type { MappedPiece, MappingState } from './mappings.ts';
import { bytesOf, deviceOf, isWritable } from './mappings.ts';
import { isLinear } from './reach.ts';
import type { State } from './state.ts';
import type { Interval } from './system-ram.ts';
import type { Values, View } from './views.ts';
import { assign, change, combine, join, seen } from './views.ts';

export interface Bytes {
  /** What the CPU may read, by physical byte. */
  cpu: View;
}

/** What is in both. */
function common(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const both: Interval[] = [];
  for (const one of a) {
    for (const other of b) {
      const start = Math.max(one[0], other[0]);
      const end = Math.min(one[1], other[1]);
      if (start < end) both.push([start, end]);
    }
  }
  return both;
}

/** Lines that hold bytes of the memory and other bytes: writing one back may undo the device. */
function edgeLines(state: State, mapping: MappingState): Interval[] {
  if (deviceOf(state, mapping).coherent || !isWritable(mapping)) return [];
  const line = state.machine.cacheLine;
  return mapping.pieces
    .filter(({ bounce }) => bounce === null)
    .flatMap((piece) => bytesOf(piece))
    .filter((edge) => edge % line !== 0)
    .map((edge) => [edge - (edge % line), edge - (edge % line) + line]);
}

/** Those that stand for memory with bytes in it. */
function live(state: State): MappingState[] {
  return [...state.mappings.values()].filter(({ kind }) => kind !== 'resource');
}

/** Live mappings and the part of each in the ranges. */
function covering(state: State, ranges: readonly Interval[]) {
  return live(state)
    .map((mapping) => ({ mapping, parts: common(mapping.pieces.map(bytesOf), ranges) }))
    .filter(({ parts }) => parts.length > 0);
}

/** The contended bytes of the ranges. */
function contended(state: State, ranges: readonly Interval[]): Interval[] {
  const mapped = covering(state, ranges);
  const shared = mapped.flatMap((one, index) =>
    mapped
      .slice(index + 1)
      .filter((other) => isWritable(one.mapping) || isWritable(other.mapping))
      .flatMap((other) => common(one.parts, other.parts)),
  );
  const edges = live(state).flatMap((mapping) => edgeLines(state, mapping));
  return union([...shared, ...common(ranges, edges)]);
}

/** Those of all mappings. */
export function allContended(state: State): Interval[] {
  return contended(state, union(live(state).flatMap(({ pieces }) => pieces.map(bytesOf))));
}

/** Every view of contended bytes may hold what any of them does. */
export function settle(state: State): void {
  if (!state.contents) return;
  const shared = allContended(state);
  for (const { mapping, parts } of covering(state, shared)) {
    for (const [start, end] of parts) {
      state.bytes.cpu = combine(state.bytes.cpu, mapping.view, start, end, join);
    }
  }
  for (const { mapping, parts } of covering(state, shared)) copyToDevice(state, mapping, parts);
}

function copyToDevice(state: State, mapping: MappingState, parts: readonly Interval[]): void {
  for (const [start, end] of parts) {
    mapping.view = combine(mapping.view, state.bytes.cpu, start, end, (_mine, theirs) => theirs);
  }
}

/** A party stores into contended bytes: nobody can tell what stays. */
function storeContended(state: State, ranges: readonly Interval[], values: Values): void {
  for (const [start, end] of ranges) {
    state.bytes.cpu = change(state.bytes.cpu, start, end, (now) => join(now, values));
  }
  for (const { mapping, parts } of covering(state, ranges)) copyToDevice(state, mapping, parts);
}

/** The others may see it at once, or when they are synchronized. */
function joinOthers(
  state: State,
  ranges: readonly Interval[],
  values: Values,
  but: MappingState | null,
): void {
  for (const { mapping, parts } of covering(state, ranges)) {
    if (mapping === but) continue;
    for (const [start, end] of parts) {
      mapping.view = change(mapping.view, start, end, (now) => join(now, values));
    }
  }
}

/** Whole cache lines around the ranges. */
function linesOf(state: State, ranges: readonly Interval[]): Interval[] {
  const { cacheLine } = state.machine;
  return union(
    ranges.map(([start, end]): Interval => {
      const first = Math.floor(start / cacheLine) * cacheLine;
      return [first, Math.ceil(end / cacheLine) * cacheLine];
    }),
  );
}

/** A store makes a line the CPU's own: what the device writes to the rest of it may be lost. */
function dirtyLines(state: State, ranges: readonly Interval[]): void {
  const lines = linesOf(state, ranges);
  for (const mapping of live(state)) {
    if (deviceOf(state, mapping).coherent) continue;
    const cached = (piece: MappedPiece) => piece.bounce === null && isLinear(state, piece);
    const direct = mapping.pieces.filter(cached).map(bytesOf);
    const mates = common(direct, lines);
    mapping.dirty = union([...mapping.dirty, ...mates]);
    joinCpu(state, mapping, mates);
  }
}

/** The device may see what the CPU does, besides what it saw. */
function joinCpu(state: State, mapping: MappingState, parts: readonly Interval[]): void {
  for (const [start, end] of parts) {
    mapping.view = combine(mapping.view, state.bytes.cpu, start, end, join);
  }
}

/** The CPU stores `values` (one of them, or null: who knows what). */
export function cpuStore(state: State, ranges: readonly Interval[], values: Values): void {
  if (!state.contents) return;
  dirtyLines(state, ranges);
  const shared = contended(state, ranges);
  const alone = without(ranges, shared);
  for (const [start, end] of alone) state.bytes.cpu = assign(state.bytes.cpu, start, end, values);
  joinOthers(state, alone, values, null);
  for (const { mapping, parts } of covering(state, uncached(state, alone))) {
    for (const [start, end] of parts) mapping.view = assign(mapping.view, start, end, values);
  }
  storeContended(state, shared, values);
}

/** Of these the bytes that no cache has, for want of a linear address: all see the last store. */
function uncached({ ram }: State, ranges: readonly Interval[]): Interval[] {
  return without(ranges, ram.mapped);
}

/** The device stores through a mapping: the CPU may see it, and will after the next sync. */
export function deviceStore(
  state: State,
  mapping: MappingState,
  ranges: readonly Interval[],
  value: number,
): void {
  if (!state.contents) return;
  const shared = contended(state, ranges);
  const alone = without(ranges, shared);
  for (const [start, end] of common(alone, mapping.dirty)) {
    mapping.view = change(mapping.view, start, end, (now) => join(now, [value]));
  }
  for (const [start, end] of without(alone, mapping.dirty)) {
    mapping.view = assign(mapping.view, start, end, [value]);
  }
  for (const [start, end] of alone) {
    state.bytes.cpu = change(state.bytes.cpu, start, end, (now) => join(now, [value]));
  }
  for (const [start, end] of uncached(state, alone)) {
    state.bytes.cpu = assign(state.bytes.cpu, start, end, [value]);
  }
  joinOthers(state, alone, [value], mapping);
  storeContended(state, shared, [value]);
}

/**
 * - `exact`: the receiver sees what the other side saw, and nothing else.
 * - `either`: a call that is wrong: the receiver sees one or the other.
 */
export type Transfer = 'exact' | 'either';

/** What of the mapping lies in the cache lines of the ranges. Of bounced bytes, lines of slots. */
function lineMates(
  state: State,
  pieces: readonly MappedPiece[],
  ranges: readonly Interval[],
): Interval[] {
  return pieces.flatMap((piece) => {
    // Slots need not keep the place in a line.
    const shift = piece.bounce === null ? 0 : piece.start - piece.bounce.data;
    const meant = common(ranges, [bytesOf(piece)]);
    const moved = meant.map(([from, to]): Interval => [from - shift, to - shift]);
    const lines = linesOf(state, moved).map(([from, to]): Interval => [from + shift, to + shift]);
    return common(lines, [bytesOf(piece)]);
  });
}

const bouncedOf = ({ pieces }: MappingState) => pieces.filter(({ bounce }) => bounce !== null);

/** What the CPU stored to the lines is written back, or dropped. */
export function cleanLines(state: State, mapping: MappingState, ranges: readonly Interval[]): void {
  if (mapping.dirty.length === 0) return;
  mapping.dirty = without(mapping.dirty, lineMates(state, mapping.pieces, ranges));
}

/** A new mapping: the device sees what the CPU does of these bytes, contended or not. */
export function showDevice(state: State, mapping: MappingState, ranges: readonly Interval[]): void {
  if (!state.contents) return;
  copyToDevice(state, mapping, ranges);
}

/** Lines of its slots were filled with these bytes, too. */
export function keepLines(mapping: MappingState, ranges: readonly Interval[], filled: View): void {
  for (const [start, end] of ranges) {
    mapping.lines = combine(mapping.lines, filled, start, end, join);
  }
}

export function giveToDevice(
  state: State,
  mapping: MappingState,
  ranges: readonly Interval[],
  how: Transfer,
): void {
  if (!state.contents) return;
  if (!deviceOf(state, mapping).coherent) {
    keepLines(mapping, common(ranges, bouncedOf(mapping).map(bytesOf)), state.bytes.cpu);
    // A copy of a part of a slot writes whole lines back, and what they held of the rest.
    const beside = without(lineMates(state, bouncedOf(mapping), ranges), ranges);
    for (const [start, end] of beside) {
      mapping.view = combine(mapping.view, mapping.lines, start, end, join);
    }
  }
  cleanLines(state, mapping, ranges);
  for (const [start, end] of without(ranges, contended(state, ranges))) {
    mapping.view = combine(mapping.view, state.bytes.cpu, start, end, (mine, theirs) =>
      how === 'exact' ? theirs : join(mine, theirs),
    );
  }
}

export function giveToCpu(
  state: State,
  mapping: MappingState,
  ranges: readonly Interval[],
  how: Transfer,
): void {
  if (!state.contents) return;
  // A call that is wrong may leave lines as they are.
  if (how === 'exact') cleanLines(state, mapping, ranges);
  keepLines(mapping, lineMates(state, bouncedOf(mapping), ranges), mapping.view);
  // What comes out of slots the CPU stores: lines become its own, and others may see it.
  const copied = common(ranges, bouncedOf(mapping).map(bytesOf));
  dirtyLines(state, copied);
  for (const [start, end] of without(ranges, contended(state, ranges))) {
    state.bytes.cpu = combine(state.bytes.cpu, mapping.view, start, end, (mine, theirs) =>
      how === 'exact' ? theirs : join(mine, theirs),
    );
  }
  for (const { mapping: other, parts } of covering(state, copied)) {
    if (other !== mapping) joinCpu(state, other, parts);
  }
}

/** The first byte that was read and cannot have held that, or null. */
export function wrongByte(
  view: View,
  ranges: readonly Interval[],
  runs: readonly (readonly [value: number, count: number])[],
): { readonly at: number; readonly allowed: readonly number[]; readonly value: number } | null {
  const rest = runs.map(([value, count]) => ({ value, count }));
  for (const [start, end] of ranges) {
    for (let at = start; at < end; ) {
      const run = rest[0]!;
      const until = Math.min(end, at + run.count);
      for (const { start: from, values } of seen(view, at, until)) {
        if (values === null || values.includes(run.value)) continue;
        return { at: from, allowed: values, value: run.value };
      }
      run.count -= until - at;
      if (run.count === 0) rest.shift();
      at = until;
    }
  }
  return null;
}
