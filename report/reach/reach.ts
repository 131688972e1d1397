/** What a device view is given for memory: found by asking, never computed. */

/** What keeps the device from the bytes themselves. */
export type Barrier =
  /** The bus address ends beyond its mask or the limit of its bus. */
  | 'beyond'
  /** No window has the first byte. */
  | 'outside'
  /** The bytes begin in a window and go on behind it. */
  | 'crosses'
  /** Nothing: it bounces through a restricted pool whatever it maps. */
  | 'forced';

/** Why bytes the device is kept from do not bounce, either. */
export type Cause =
  /** Ordinary memory of this size bounces; this has no linear address to copy through. */
  | 'no-linear-address'
  /** Shorter pieces of the same memory bounce. */
  | 'too-long'
  /** Not even a page of ordinary memory bounces, though slots are free. */
  | 'bounce-beyond'
  /** The board has no bounce memory. */
  | 'no-bounce';

/**
 * - `direct`, `window`: mapped; the bus address is the physical address, or another one.
 * - `bounces`: mapped; the bus address is one of bounce memory.
 * - `cannot-map`: refused; `cause` says why.
 * - `iommu`: not judged yet.
 * - `no-pool`: the region becomes no pool for anybody (mapped memory, or no whole page).
 * - `no-memory`: no page of this RAM was free to ask with.
 * - `unclear`: the mapping has no one meaning, so it was not asked for.
 */
export type Verdict =
  | 'direct'
  | 'window'
  | 'bounces'
  | 'cannot-map'
  | 'iommu'
  | 'no-pool'
  | 'no-memory'
  | 'unclear';

/** Plain data, fit for JSON. */
export interface Reach {
  readonly is: Verdict;
  /** Of the first byte as the device sees it; null: none, or nobody asked. */
  readonly busAddress: number | null;
  /** Null for what is direct or through a window, and where nothing was asked. */
  readonly barrier: Barrier | null;
  readonly cause: Cause | null;
  /** `bounces`: the longest piece, bytes. */
  readonly longest: number | null;
  /** `cannot-map`: the whole is refused, a page at one of its ends is not. */
  readonly partly: boolean;
}

const NOTHING = { busAddress: null, barrier: null, cause: null, longest: null, partly: false };

export const untold = (is: 'iommu' | 'no-pool' | 'no-memory' | 'unclear'): Reach => ({
  is,
  ...NOTHING,
});

export const reached = (is: 'direct' | 'window', busAddress: number): Reach => ({
  ...NOTHING,
  is,
  busAddress,
});

export const bounced = (
  busAddress: number | null,
  barrier: Barrier,
  longest: number | null,
): Reach => ({
  ...NOTHING,
  is: 'bounces',
  busAddress,
  barrier,
  longest,
});

export const refused = (
  busAddress: number | null,
  barrier: Barrier,
  cause: Cause,
  partly: boolean,
): Reach => ({ ...NOTHING, is: 'cannot-map', busAddress, barrier, cause, partly });
