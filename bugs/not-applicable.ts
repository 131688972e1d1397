/** Faults of Linux's history in the parts we have that cannot be planted here, and why. */
export interface NotApplicable {
  readonly id: string;
  readonly reason: string;
}

const DRM = 'The buddy allocator of graphics memory is none of the parts.';
const BULK = 'Pages are not allocated in bulk.';
const EXTRACT = 'Tables are not made from iterators over memory of programs or the kernel.';
const ONE_CALLER = 'Calls run one after the other, so nothing comes between two steps of one.';

export const NOT_APPLICABLE: readonly NotApplicable[] = [
  {
    id: 'pool-expand-error-leaks-page',
    reason: 'Adding a chunk to a pool cannot fail: there are no failures to inject.',
  },
  {
    id: 'pool-page-versus-address',
    reason:
      'Pages come from an atomic pool only where memory is encrypted, which no profile has; a ' +
      'page and its CPU address are one number in this interface.',
  },
  { id: 'direct-failed-decrypt-frees-pages', reason: 'No profile encrypts memory.' },
  { id: 'devres-free-before-untrack', reason: `${ONE_CALLER} Nor are there managed buffers.` },
  { id: 'drmbuddy-partial-range-success', reason: DRM },
  { id: 'drmbuddy-exact-range-unaligned', reason: DRM },
  { id: 'drmbuddy-force-merge-first-root-only', reason: DRM },
  { id: 'drmbuddy-try-harder-misaligned', reason: DRM },
  { id: 'buddy-guard-merge-not-counted', reason: 'There are no guard pages.' },
  {
    id: 'buddy-coalesce-retypes-first-block-only',
    reason:
      'Blocks of different types never merge here, and types are not stored: they follow from ' +
      'the CMA areas and from what is isolated, so a merge has no type to change.',
  },
  { id: 'buddy-bulk-writes-past-array', reason: BULK },
  { id: 'buddy-bulk-return-value', reason: BULK },
  { id: 'buddy-racy-head-check', reason: `${ONE_CALLER} Nor are pages counted by reference.` },
  {
    id: 'cma-activation-leaks-later-ranges',
    reason: 'An area has one range, as in 6.12, and no allocation of a bitmap fails.',
  },
  { id: 'cma-parallel-alloc-same-block', reason: ONE_CALLER },
  {
    id: 'swiotlb-region-of-first-byte',
    reason: 'All memory that can be bounced has one linear address: none of it is highmem.',
  },
  { id: 'swiotlb-lock-kept-on-full-area', reason: `${ONE_CALLER} There are no locks.` },
  { id: 'swiotlb-areas-set-after-slots', reason: ONE_CALLER },
  { id: 'sg-extract-kvec-crosses-page', reason: EXTRACT },
  { id: 'sg-extract-user-scratch-overlap', reason: EXTRACT },
];
