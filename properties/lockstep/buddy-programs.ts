/**
 * Generated programs of the page allocator. Positions and choices are fractions, so that every step
 * fits every layout and any subsequence is a program.
 *
 * Orders: half up to 3, half up to one more than there is. A step may repeat itself, so that zones
 * fill up. Contiguous ranges begin anywhere, or at a pageblock; a third of them lie in a CMA area.
 */
import fc from 'fast-check';
import type { ZoneName } from '../../contract/machine.ts';
import type { Watermarks } from '../../sut/mm/page-alloc.ts';
import { type LayoutDraw, layoutDraws } from './buddy-layouts.ts';

export type BuddyStep =
  | { readonly kind: 'alloc' | 'movable'; order: number; zone: ZoneName; times: number }
  | { readonly kind: 'exact'; pages: number; zone: ZoneName }
  /** `at` of all live ones, in 1/1024; `part`: if it is single pages, only its first half. */
  | { readonly kind: 'free'; at: number; part: boolean; times: number }
  /** `at` of all pages, or of those of CMA areas, in 1/1024. */
  | { readonly kind: 'contig'; at: number; pages: number; aligned: boolean; inCma: boolean };

export interface BuddyProgram {
  readonly layout: LayoutDraw;
  readonly watermarks?: Watermarks;
  readonly steps: readonly BuddyStep[];
}

const STEPS_MAX = 40;
const zones = fc.constantFrom<ZoneName[]>('normal', 'dma32', 'dma');
const at = fc.nat({ max: 1023 });

function steps(draw: LayoutDraw, contig: boolean): fc.Arbitrary<BuddyStep[]> {
  const order = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: draw.maxOrder + 1 }));
  const times = fc.oneof(
    { weight: 4, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 12 }) },
  );
  const pages = fc.oneof(
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 2 * 2 ** draw.pageblockOrder }),
    fc.integer({ min: 1, max: 3 * 2 ** draw.maxOrder }),
  );
  const blocks = (kind: 'alloc' | 'movable') =>
    fc.record({ kind: fc.constant(kind), order, zone: zones, times });
  const step: fc.Arbitrary<BuddyStep> = fc.oneof(
    { weight: contig ? 2 : 6, arbitrary: blocks('alloc') },
    { weight: contig ? 10 : 3, arbitrary: blocks('movable') },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('exact' as const), pages, zone: zones }),
    },
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('free' as const), at, part: fc.boolean(), times }),
    },
    {
      weight: contig ? 12 : 2,
      arbitrary: fc.record({
        kind: fc.constant('contig' as const),
        at,
        pages,
        aligned: fc.boolean(),
        inCma: fc.oneof({ weight: 2, arbitrary: fc.constant(false) }, fc.constant(true)),
      }),
    },
  );
  return fc.array(step, { maxLength: STEPS_MAX, size: 'max' });
}

const watermarks: fc.Arbitrary<Watermarks> = fc.record({
  marks: fc.record({ dma: fc.nat({ max: 9 }), normal: fc.nat({ max: 20 }) }),
  ratios: fc.record({ dma: fc.nat({ max: 6 }), dma32: fc.nat({ max: 6 }) }, { requiredKeys: [] }),
});

/** Programs on small layouts, one in 25 on a large one; `law` says what they have more of. */
export function buddyPrograms(law: string): fc.Arbitrary<BuddyProgram> {
  const layouts = fc.oneof(
    { weight: 24, arbitrary: layoutDraws(true) },
    { weight: 1, arbitrary: layoutDraws(false) },
  );
  const programs = layouts.chain((layout) => {
    const common = { layout: fc.constant(layout), steps: steps(layout, law === 'buddy/contig') };
    if (law !== 'buddy/watermark') return fc.record(common);
    return fc.record({ ...common, watermarks });
  });
  return fc.noBias(programs);
}
