/**
 * Short programs on tiny layouts, simplest first: the first of them that breaks a law is the same
 * for every seed.
 */
import type { LayoutDraw } from './buddy-layouts.ts';
import type { BuddyProgram, BuddyStep } from './buddy-programs.ts';

const STEPS_MAX = 3;

const piece = (kind: 'ram' | 'cma', skipFirst = 0, skipLast = 0) => {
  return { kind, skipFirst, skipLast, apart: false };
};

const draw = (
  maxOrder: number,
  pageblockOrder: number,
  pieces: LayoutDraw['pieces'],
  borders: readonly number[] = [],
): LayoutDraw => ({ maxOrder, pageblockOrder, base: 0, shift: 0, pieces, borders });

/** All RAM; RAM and CMA, also small beside the largest order; two zones that share a block. */
const LAYOUTS: readonly LayoutDraw[] = [
  draw(3, 3, [piece('ram'), piece('ram')]),
  draw(3, 2, [piece('ram'), piece('cma'), piece('cma'), piece('ram')]),
  draw(4, 2, [piece('ram', 0, 8), piece('cma'), piece('ram', 0, 8)]),
  draw(3, 3, [piece('ram'), piece('ram', 4)], [24]),
];

const STEPS: readonly BuddyStep[] = [
  ...[0, 1, 2].map((order) => {
    return { kind: 'alloc', order, zone: 'normal', times: 1 } as const;
  }),
  { kind: 'alloc', order: 0, zone: 'dma', times: 1 },
  { kind: 'movable', order: 0, zone: 'normal', times: 1 },
  { kind: 'exact', pages: 3, zone: 'normal' },
  { kind: 'free', at: 0, part: false, times: 1 },
  { kind: 'free', at: 1023, part: false, times: 1 },
  { kind: 'contig', at: 0, pages: 2, aligned: false, inCma: false },
  { kind: 'contig', at: 0, pages: 2, aligned: false, inCma: true },
];

export function* smallBuddyPrograms(law: string): Generator<BuddyProgram> {
  const watermarks = { marks: { normal: 3 }, ratios: { dma: 2 } };
  for (let length = 0; length <= STEPS_MAX; length++) {
    for (const layout of LAYOUTS) {
      for (const steps of sequences(length)) {
        yield law === 'buddy/watermark' ? { layout, watermarks, steps } : { layout, steps };
      }
    }
  }
}

function* sequences(length: number): Generator<BuddyStep[]> {
  if (length === 0) yield [];
  else for (const head of sequences(length - 1)) for (const step of STEPS) yield [...head, step];
}
