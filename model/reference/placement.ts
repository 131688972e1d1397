/**
 * Linux's own choices where more than one answer would be right, literally: which free region a
 * pool hands out and which of several windows translates (pools.md §1.3, §2.4).
 */
import type { Window } from '../../contract/machine.ts';
import { alignUp } from '../../contract/numbers.ts';

/** Pages `page` to `page + pages - 1`. */
export interface Taken {
  readonly page: number;
  readonly pages: number;
}

/**
 * The smallest multiple of `run` (a power of two) whose `run` pages are all free, or null. Such a
 * region starts at page 0 or at the first multiple after something taken.
 */
export function leftmostRegion(
  poolPages: number,
  taken: readonly Taken[],
  run: number,
): number | null {
  const starts = [0, ...taken.map(({ page, pages }) => alignUp(page + pages, run))];
  const fitting = starts.filter(
    (start) =>
      start + run <= poolPages &&
      taken.every(({ page, pages }) => page + pages <= start || start + run <= page),
  );
  return fitting.length === 0 ? null : Math.min(...fitting);
}

/** The windows up to the first of size 0. */
function table(windows: readonly Window[]): readonly Window[] {
  const end = windows.findIndex(({ size }) => size === 0);
  return end < 0 ? windows : windows.slice(0, end);
}

/** The first window, in firmware order, whose CPU side holds the byte; null: none does. */
export function windowOfPhys(windows: readonly Window[], phys: number): Window | null {
  return table(windows).find(({ cpu, size }) => cpu <= phys && phys - cpu < size) ?? null;
}

/** The first window, in firmware order, whose bus side holds the byte; null: none does. */
export function windowOfDma(windows: readonly Window[], dma: number): Window | null {
  return table(windows).find((w) => w.dma <= dma && dma - w.dma < w.size) ?? null;
}
