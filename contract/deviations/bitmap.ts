/** Deviations of the bitmap (F-T). */
import type { Deviation } from './row.ts';

export const BITMAP_DEVIATIONS: readonly Deviation[] = [
  {
    id: 'search-end-value',
    spec: 'F-T1',
    disposition: 'kept',
    laws: ['bitmap/area'],
    linux: 'A failed area search answers a value beyond the size, not -1 and not the size.',
    reason: 'Callers test "at least size"; the exact value is compared with the reference.',
  },
  {
    id: 'mask-of-31-bits',
    spec: 'F-T3',
    disposition: 'excluded',
    laws: [],
    linux: 'Not a behaviour: masks of 31 bits and more built with JavaScript shifts are wrong.',
    reason: "An implementer's trap; the lengths 31 to 33 of the lockstep runs cover it.",
  },
  {
    id: 'order-32-and-up',
    spec: '7.3',
    disposition: 'excluded',
    laws: [],
    linux: 'Region functions of order 32 and more degenerate to an empty region at 0.',
    reason: 'Only reachable through a request of 0 bytes, which is refused before.',
  },
];
