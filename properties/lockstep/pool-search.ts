/**
 * Pools: sequences of allocations and frees on a Bitmap, as coherent.c uses it, beside the literal
 * placement rule.
 *
 * Sizes go from 0 pages to 2^16: edges of words and of summary words, powers of two and not. A step
 * repeats itself up to 2000 times, so that searches happen in full and fragmented pools as well.
 * After every step the number of set bits is compared with the live regions, and every bit of a
 * small pool; of a large pool every bit at the end. Then everything is freed.
 */
import fc from 'fast-check';
import { floorLog2 } from '../../contract/numbers.ts';
import { ReferencePool } from '../../model/reference/pool.ts';
import { Bitmap } from '../../sut/lib/bitmap.ts';
import type { MakeBitmap } from './bitmap.ts';
import { checkLockstep, type Divergence, type LockstepFailure } from './check.ts';

export const POOL_LAWS = ['pool/leftmost', 'pool/bits'] as const;
export type PoolLaw = (typeof POOL_LAWS)[number];

type PoolStep =
  | { readonly kind: 'alloc'; readonly order: number; readonly times: number }
  /** Frees the live region number `pick` (modulo their count), and so on. */
  | { readonly kind: 'free'; readonly pick: number; readonly times: number };

export interface PoolProgram {
  readonly pages: number;
  readonly steps: readonly PoolStep[];
}

const SMALL = [0, 1, 2, 3, 13, 16, 31, 32, 33, 64, 65, 127, 128];
const LARGE = [1000, 1023, 1024, 1025, 4095, 4096, 32768, 32805, 65536];
/** Pools up to this size are compared page by page after every step. */
const COMPARED_PAGES = 128;
const STEPS_MAX = 30;

/** First failure of a pool law in `cases` programs of `seed`; `make` is the map under test. */
export function checkPoolSearch(
  law: PoolLaw,
  seed: string,
  cases: number,
  make: MakeBitmap = (length) => new Bitmap(length),
): LockstepFailure | undefined {
  const run = (program: PoolProgram) => new PoolRun(program.pages, make).run(program.steps);
  return checkLockstep({ law, programs: poolPrograms(), run }, seed, cases);
}

export function poolPrograms(): fc.Arbitrary<PoolProgram> {
  const pages = fc.oneof(fc.constantFrom(...SMALL), fc.constantFrom(...LARGE));
  return pages.chain((count) => {
    const times = fc.oneof(
      { weight: 6, arbitrary: fc.constant(1) },
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 40 }) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 2000 }) },
    );
    // One order more than can fit: it must fail, and change nothing.
    const order = fc.nat({ max: count === 0 ? 1 : floorLog2(count) + 1 });
    const low = fc.nat({ max: 3 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant('alloc' as const), order: fc.oneof(low, order), times }),
      fc.record({ kind: fc.constant('free' as const), pick: fc.nat({ max: 4000 }), times }),
    );
    const steps = fc.array(step, { maxLength: STEPS_MAX, size: 'max' });
    return steps.map((drawn) => ({ pages: count, steps: drawn }));
  });
}

interface Region {
  readonly page: number;
  readonly order: number;
}

class PoolRun {
  readonly #bitmap: Bitmap;
  readonly #expect: ReferencePool;
  readonly #live: Region[] = [];
  readonly #calls: string[];

  constructor(pages: number, make: MakeBitmap) {
    this.#bitmap = make(pages);
    this.#expect = new ReferencePool(pages);
    this.#calls = [`pool of ${pages} pages`];
  }

  run(steps: readonly PoolStep[]): Divergence | undefined {
    for (const step of steps) {
      const failure = step.kind === 'alloc' ? this.#alloc(step) : this.#free(step);
      if (failure) return failure;
      const wrong = this.#bits(this.#expect.pages.length <= COMPARED_PAGES);
      if (wrong) return wrong;
    }
    return this.#bits(true) ?? this.#freeAll();
  }

  #alloc(step: PoolStep & { kind: 'alloc' }): Divergence | undefined {
    const { order, times } = step;
    this.#calls.push(`alloc order ${order}${times === 1 ? '' : ` (up to ${times} times)`}`);
    for (let k = 0; k < times; k++) {
      const page = this.#expect.alloc(order);
      const observed = this.#bitmap.findFreeRegion(this.#expect.pages.length, order);
      if (observed !== page) return this.#divergence('pool/leftmost', page, observed);
      if (page < 0) return undefined;
      this.#live.push({ page, order });
    }
    return undefined;
  }

  #free(step: PoolStep & { kind: 'free' }): undefined {
    for (let k = 0; k < step.times && this.#live.length > 0; k++) {
      // Not the last one freed next to it: frees must commute, and holes must be apart.
      const [region] = this.#live.splice((step.pick + k) % this.#live.length, 1);
      this.#release(region!);
      if (k < 3) this.#calls.push(`free page ${region!.page} order ${region!.order}`);
      if (k === 3) this.#calls.push(`free ${step.times - 3} regions more, if there are`);
    }
  }

  #release({ page, order }: Region): void {
    this.#expect.free(page, order);
    this.#bitmap.releaseRegion(page, order);
  }

  #freeAll(): Divergence | undefined {
    this.#calls.push('free all');
    for (const region of this.#live.splice(0)) this.#release(region);
    return this.#bits(true);
  }

  /** P-I1, and page by page. */
  #bits(all: boolean): Divergence | undefined {
    const expected = this.#live.reduce((sum, { order }) => sum + 2 ** order, 0);
    const observed = this.#bitmap.count();
    if (observed !== expected) {
      return this.#divergence('pool/bits', `${expected} pages taken`, observed);
    }
    if (!all) return undefined;
    const page = this.#expect.pages.findIndex((taken, k) => taken !== this.#bitmap.test(k));
    if (page < 0) return undefined;
    const text = (taken: boolean | undefined) => `page ${page} ${taken ? 'taken' : 'free'}`;
    const taken = this.#expect.pages[page];
    return this.#divergence('pool/bits', text(taken), text(!taken));
  }

  #divergence(law: PoolLaw, expected: number | string, observed: number | string): Divergence {
    return { law, calls: this.#calls, expected: String(expected), observed: String(observed) };
  }
}
