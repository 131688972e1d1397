/**
 * Areas in the long life of a map beside their definition: searches of all sizes and alignments,
 * what they find is taken, and given back in any order. Maps are up to 20 blocks of the tree of
 * runs; a step repeats itself up to 25 times, so that holes are everywhere when it asks.
 */
import fc from 'fast-check';
import { ReferenceBitmap } from '../../model/reference/bitmap.ts';
import { Bitmap } from '../../sut/lib/bitmap.ts';
import type { MakeBitmap } from './bitmap.ts';
import { checkLockstep, type Divergence, type LockstepFailure } from './check.ts';

export const AREA_LAW = 'area/leftmost';

type AreaStep =
  | {
      readonly kind: 'take';
      readonly nr: number;
      /** Areas begin where place + off is a multiple of 2^order. */
      readonly order: number;
      readonly off: number;
      readonly times: number;
    }
  /** Gives back live area number `pick` (modulo their count), and so on. */
  | { readonly kind: 'give'; readonly pick: number; readonly times: number };

interface AreaProgram {
  readonly bits: number;
  readonly steps: readonly AreaStep[];
}

const STEPS_MAX = 24;

/** First failure of `area/leftmost` in `cases` programs of `seed`; `make` is the map under test. */
export function checkAreaSearch(
  seed: string,
  cases: number,
  make: MakeBitmap = (length) => new Bitmap(length),
): LockstepFailure | undefined {
  const run = (program: AreaProgram) => runAreas(program, make);
  return checkLockstep({ law: AREA_LAW, programs: areaPrograms(), run }, seed, cases);
}

function areaPrograms(): fc.Arbitrary<AreaProgram> {
  const times = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 25 }));
  const nr = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 300 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 2000 }) },
  );
  const order = fc.oneof(fc.constant(0), fc.nat({ max: 9 }));
  const off = fc.oneof(fc.constant(0), fc.nat({ max: 511 }));
  const take = fc.record({ kind: fc.constant('take' as const), nr, order, off, times });
  const give = fc.record({ kind: fc.constant('give' as const), pick: fc.nat({ max: 400 }), times });
  const bits = fc.constantFrom(100, 256, 700, 1024, 2600, 5000);
  const steps = fc.array(fc.oneof(take, take, give), { maxLength: STEPS_MAX, size: 'max' });
  return fc.noBias(fc.record({ bits, steps }));
}

function runAreas({ bits, steps }: AreaProgram, make: MakeBitmap): Divergence | undefined {
  const sides = [make(bits), new ReferenceBitmap(bits)] as const;
  const live: Area[] = [];
  const calls = [`map of ${bits} bits`];
  for (const step of steps) {
    const { kind, ...operands } = step;
    const texts = Object.entries(operands).map(([name, value]) => `${name} ${value}`);
    calls.push(`${kind} ${texts.join(', ')}`);
    if (step.kind === 'give') {
      give(sides, live, step);
      continue;
    }
    const differs = take(sides, live, step);
    if (differs) return { law: AREA_LAW, calls, ...differs };
  }
  return undefined;
}

type Sides = readonly [Bitmap, ReferenceBitmap];

interface Area {
  readonly start: number;
  readonly nr: number;
}

function give(sides: Sides, live: Area[], { pick, times }: AreaStep & { kind: 'give' }): void {
  for (let k = 0; k < times && live.length > 0; k++) {
    // Not the next one of the list: holes must be apart.
    const [area] = live.splice((pick + 3 * k) % live.length, 1);
    for (const side of sides) side.clearRange(area!.start, area!.nr);
  }
}

function take(
  sides: Sides,
  live: Area[],
  { nr, order, off, times }: AreaStep & { kind: 'take' },
): { expected: string; observed: string } | undefined {
  const bits = sides[1].length;
  for (let k = 0; k < times; k++) {
    const [observed, start] = sides.map((side) =>
      side.findNextZeroAreaOff(bits, 0, nr, 2 ** order - 1, off % 2 ** order),
    ) as [number, number];
    if (observed !== start) return { expected: String(start), observed: String(observed) };
    if (start >= bits) return undefined;
    for (const side of sides) side.setRange(start, nr);
    live.push({ start, nr });
  }
  return undefined;
}
