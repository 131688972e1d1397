/**
 * Blocks of 2^order pages in page frame numbers: which half of its pair a block is, and where the
 * other half lies.
 *
 * Page frame numbers are safe integers of up to 2^52, but orders stay below 32, and JavaScript's
 * bitwise operators see exactly the low 32 bits of a number: single bits are read here, and sums
 * are made with ordinary arithmetic, so nothing is truncated (trap B-T8).
 */

/** Pages of a block, order 0..30. */
export function pagesOfOrder(order: number): number {
  return 1 << order;
}

/** Is the block the upper half of the pair it forms with its buddy? */
export function isUpperHalf(pfn: number, order: number): boolean {
  return ((pfn >>> order) & 1) === 1;
}

/** First page of the block that would complete the next larger one; absolute (trap B-T2). */
export function buddyOf(pfn: number, order: number): number {
  return isUpperHalf(pfn, order) ? pfn - (1 << order) : pfn + (1 << order);
}

/** First page of the block of 2^(order + 1) pages that holds the block. */
export function parentOf(pfn: number, order: number): number {
  return isUpperHalf(pfn, order) ? pfn - (1 << order) : pfn;
}

/** Start of the aligned block of 2^order pages around a page. */
export function blockStart(pfn: number, order: number): number {
  return pfn - (pfn & ((1 << order) - 1));
}

/** The largest order up to `maxOrder` whose blocks may start at this page; 0 is aligned to all. */
export function alignmentOf(pfn: number, maxOrder: number): number {
  const low = pfn | 0;
  return low === 0 ? maxOrder : Math.min(maxOrder, 31 - Math.clz32(low & -low));
}
