/**
 * What holds of a CMA area, seen on the implementation alone: its bits and what it handed out
 * (pools.md §6.4, M-I1 to M-I3).
 */

export interface LivePages {
  readonly pfn: number;
  readonly pages: number;
}

export interface AreaShape {
  readonly basePfn: number;
  readonly count: number;
  readonly orderPerBit: number;
}

/** A request, and the bits before it: `#` for taken ones. */
export interface AreaRequest extends AreaShape {
  readonly pages: number;
  readonly align: number;
  readonly map: string;
}

/** M-I1: the set bits are those of the live regions, which are disjoint and in the area. */
export function brokenBits(
  { basePfn, count, orderPerBit }: AreaShape,
  map: string,
  live: readonly LivePages[],
): string | null {
  const bitPages = 2 ** orderPerBit;
  const bits = live.reduce((sum, { pages }) => sum + Math.ceil(pages / bitPages), 0);
  const set = map.replaceAll('.', '').length;
  if (set !== bits) return `${set} bits are set, ${bits} are in use`;
  let end = basePfn;
  for (const { pfn, pages } of live.toSorted((a, b) => a.pfn - b.pfn)) {
    if (pfn < end) return `page ${pfn} is handed out twice, or before the area`;
    end = pfn + pages;
  }
  return end <= basePfn + count ? null : `page ${end - 1} is behind the area`;
}

/** M-I2 and, when no page was stuck, M-I3. */
export function brokenPlace(
  request: AreaRequest,
  answer: number | null,
  anyStuck: boolean,
): string | null {
  const { basePfn, orderPerBit, align } = request;
  const wholeBits = basePfn % 2 ** orderPerBit === 0;
  if (answer !== null && wholeBits && answer % 2 ** align !== 0) {
    return `page ${answer} is no multiple of 2^${align}`;
  }
  if (anyStuck || !wholeBits || request.pages === 0) return null;
  const leftmost = leftmostRun(request);
  return leftmost === answer ? null : `the leftmost run begins at page ${leftmost}`;
}

/** First page of the leftmost run of clear bits with room for the request behind a good page. */
function leftmostRun({ basePfn, orderPerBit, pages, align, map }: AreaRequest): number | null {
  const bitPages = 2 ** orderPerBit;
  const bits = Math.ceil(pages / bitPages);
  const unit = 2 ** Math.max(align, orderPerBit);
  for (const { index, 0: run } of map.matchAll(/\.+/g)) {
    const first = basePfn + index * bitPages;
    const end = first + run.length * bitPages;
    const pfn = Math.ceil(first / unit) * unit;
    if (pfn + bits * bitPages <= end) return pfn;
  }
  return null;
}
