/**
 * Generated programs of CMA calls on one area, between which pages get stuck and come loose again.
 *
 * A bit stands for 1, 2 or 4 pages. Areas have up to 12 pages (half of them) or up to 300, and need
 * not be whole bits; they begin at multiples of 256 pages, of 4, of 1, or beyond 32 bits. Requests
 * are mostly up to 8 pages, aligned up to 2^5, and rarely more than the area has.
 */
import fc from 'fast-check';
import { sequences } from './sequences.ts';

export type CmaStep =
  | { readonly kind: 'alloc'; readonly pages: number; readonly align: number }
  /** The live region number `pick`, modulo their count. */
  | { readonly kind: 'release'; readonly pick: number }
  /** A release of pages outside the area: `distance` before its first one, or behind its last. */
  | { readonly kind: 'stray'; readonly side: 'before' | 'behind'; readonly distance: number }
  /**
   * Page number `at` (modulo their count), if it is not handed out, is in use by what cannot move
   * (EBUSY), or meets another failure (ENOMEM), until it is loose again (null).
   */
  | { readonly kind: 'pin'; readonly at: number; readonly error: 'EBUSY' | 'ENOMEM' | null };

export interface CmaProgram {
  readonly orderPerBit: number;
  readonly basePfn: number;
  readonly count: number;
  readonly steps: readonly CmaStep[];
}

const STEPS_MAX = 30;

export function cmaPrograms(): fc.Arbitrary<CmaProgram> {
  const few = fc.nat({ max: 12 });
  const many = fc.oneof(fc.constantFrom(31, 32, 33, 63, 64, 65, 128), fc.nat({ max: 300 }));
  const programs = fc.record({
    orderPerBit: fc.nat({ max: 2 }),
    basePfn: fc.constantFrom(0x10100, 0x10104, 0x10107, 2 ** 36 + 2),
    count: fc.oneof(few, many),
    steps: fc.array(steps(), { maxLength: STEPS_MAX, size: 'max' }),
  });
  return fc.noBias(programs);
}

function steps(): fc.Arbitrary<CmaStep> {
  const pages = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 8 }) },
    { weight: 1, arbitrary: fc.nat({ max: 310 }) },
  );
  const align = fc.oneof(
    { weight: 6, arbitrary: fc.nat({ max: 3 }) },
    { weight: 1, arbitrary: fc.nat({ max: 9 }) },
  );
  const at = fc.oneof(fc.nat({ max: 12 }), fc.nat({ max: 300 }));
  const error = fc.constantFrom('EBUSY' as const, 'EBUSY' as const, null, null, 'ENOMEM' as const);
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('alloc' as const), pages, align }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('release' as const), pick: fc.nat({ max: 30 }) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pin' as const), at, error }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('stray' as const),
        side: fc.constantFrom('before' as const, 'behind' as const),
        distance: fc.integer({ min: 1, max: 3 }),
      }),
    },
  );
}

/** Short programs, simplest first: what a failure ends in does not depend on the draw. */
export function* smallCmaPrograms(): Generator<CmaProgram> {
  for (const steps of sequences(SMALL_STEPS, 3)) {
    for (const orderPerBit of [0, 1]) yield { orderPerBit, basePfn: 0x10104, count: 12, steps };
  }
}

const asks = (pages: number, align: number): CmaStep => ({ kind: 'alloc', pages, align });
const SMALL_STEPS: readonly CmaStep[] = [
  asks(1, 0),
  asks(3, 0),
  asks(2, 1),
  asks(2, 3),
  asks(13, 0),
  { kind: 'release', pick: 0 },
  { kind: 'pin', at: 0, error: 'EBUSY' },
  { kind: 'pin', at: 1, error: 'ENOMEM' },
  { kind: 'stray', side: 'before', distance: 1 },
];

/** `alloc pages 3, align 2` */
export function cmaStepText(step: CmaStep): string {
  const { kind, ...operands } = step;
  const texts = Object.entries(operands).map(([name, value]) => `${name} ${value}`);
  return `${kind} ${texts.join(', ')}`;
}
