/** Lists of half open ranges of safe integers: bytes or page frames. */

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The same numbers as ranges that are sorted, disjoint and not adjacent. */
export function mergeRanges(ranges: readonly Range[]): readonly Range[] {
  const sorted = [...ranges].sort((a, b) => a.start - b.start);
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

/** What is left of the ranges without `hole`, in their order. */
export function subtractRange(ranges: readonly Range[], hole: Range): readonly Range[] {
  const rest: Range[] = [];
  for (const range of ranges) {
    if (hole.end <= range.start || hole.start >= range.end) {
      rest.push(range);
      continue;
    }
    if (range.start < hole.start) rest.push({ start: range.start, end: hole.start });
    if (range.end > hole.end) rest.push({ start: hole.end, end: range.end });
  }
  return rest;
}

/** How many numbers of `range` are in one of the disjoint `ranges`. */
export function overlapOf(ranges: readonly Range[], range: Range): number {
  let total = 0;
  for (const { start, end } of ranges) {
    total += Math.max(0, Math.min(end, range.end) - Math.max(start, range.start));
  }
  return total;
}
