/** Sets of byte ranges, as short sorted lists. */
import type { Span } from './placement.ts';

export function overlaps(span: Span, others: readonly Span[]): boolean {
  return others.some((other) => span.start < other.end && other.start < span.end);
}

/** `from` without `holes`, ascending. Both may be unsorted; `from` must be disjoint. */
export function subtract(from: readonly Span[], holes: readonly Span[]): Span[] {
  const sorted = holes.filter((hole) => hole.start < hole.end).sort((a, b) => a.start - b.start);
  const rest: Span[] = [];
  for (const span of [...from].sort((a, b) => a.start - b.start)) {
    let start = span.start;
    for (const hole of sorted) {
      if (hole.start >= span.end) break;
      if (hole.end <= start) continue;
      if (hole.start > start) rest.push({ start, end: hole.start });
      start = hole.end;
    }
    if (start < span.end) rest.push({ start, end: span.end });
  }
  return rest;
}
