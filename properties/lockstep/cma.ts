/**
 * CMA beside its literal definition, each with a page allocator of its own in the same state: after
 * every step the answer, the ranges that were tried, the pages taken and every bit are compared,
 * and what must hold of any answer is checked on its own.
 */
import { ReferenceCma } from '../../model/reference/cma.ts';
import { Cma, type ContigRanges } from '../../sut/mm/cma.ts';
import { checkLockstep, type Divergence, type LockstepFailure } from './check.ts';
import { type AreaRequest, brokenBits, brokenPlace, type LivePages } from './cma-invariants.ts';
import {
  type CmaProgram,
  type CmaStep,
  cmaPrograms,
  cmaStepText,
  smallCmaPrograms,
} from './cma-programs.ts';
import { PageLedger } from './page-ledger.ts';

export const CMA_LAWS = ['cma/placement', 'cma/busy', 'cma/bits'] as const;
export type CmaLaw = (typeof CMA_LAWS)[number];

/** The implementation under test. */
export type Area = Pick<Cma, 'alloc' | 'release' | 'freePages' | 'maxChunk' | 'isTaken'>;
export type MakeArea = (
  basePfn: number,
  count: number,
  orderPerBit: number,
  pages: ContigRanges,
) => Area;

const makeCma: MakeArea = (basePfn, count, orderPerBit, pages) =>
  new Cma('area', basePfn, count, orderPerBit, pages);

/** First failure of a CMA law in `cases` programs of `seed`. */
export function checkCma(
  law: CmaLaw,
  seed: string,
  cases: number,
  make: MakeArea = makeCma,
): LockstepFailure | undefined {
  const run = (program: CmaProgram) => new CmaRun(program, make).run();
  return checkLockstep({ law, programs: cmaPrograms(), run, small: smallCmaPrograms }, seed, cases);
}

class CmaRun {
  readonly #program: CmaProgram;
  readonly #area: Area;
  readonly #expect: ReferenceCma;
  readonly #pages = new PageLedger();
  readonly #expectPages = new PageLedger();
  readonly #live: LivePages[] = [];
  readonly #calls: string[];

  constructor(program: CmaProgram, make: MakeArea) {
    const { basePfn, count, orderPerBit } = program;
    this.#program = program;
    this.#area = make(basePfn, count, orderPerBit, this.#pages);
    this.#expect = new ReferenceCma(basePfn, count, orderPerBit);
    this.#calls = [`area of ${count} pages from ${basePfn} on, ${2 ** orderPerBit} a bit`];
  }

  run(): Divergence | undefined {
    for (const step of this.#program.steps) {
      this.#calls.push(cmaStepText(step));
      const failure = this.#step(step) ?? this.#state();
      if (failure) return failure;
    }
    return this.#releaseAll();
  }

  #step(step: CmaStep): Divergence | undefined {
    switch (step.kind) {
      case 'alloc':
        return this.#alloc(step.pages, step.align);
      case 'release':
        return this.#release(step.pick);
      case 'stray': {
        const { basePfn, count } = this.#program;
        const { side, distance } = step;
        const pfn = side === 'before' ? basePfn - distance : basePfn + count + distance - 1;
        const released = this.#expect.release(pfn, 1, () => undefined);
        return this.#same('cma/bits', released, this.#area.release(pfn, 1));
      }
      case 'pin':
        return this.#pin(step.at, step.error);
    }
  }

  #alloc(pages: number, align: number): Divergence | undefined {
    const request: AreaRequest = { ...this.#program, pages, align, map: this.#map() };
    const anyStuck = this.#pages.stuck.size > 0;
    this.#pages.forget();
    this.#expectPages.forget();
    const expected = this.#expect.alloc(pages, align, (start, count) =>
      this.#expectPages.allocContigRange(start, start + count),
    );
    const observed = this.#area.alloc(pages, align);
    const triedTwice = this.#expectPages.attempts.some((attempt) => !attempt.endsWith('taken'));
    const law = triedTwice ? 'cma/busy' : 'cma/placement';
    const answer = (pfn: number | null, { attempts }: PageLedger) =>
      `${pfn} (tried: ${attempts.join(', ') || 'nothing'})`;
    const differs = this.#same(
      law,
      answer(expected, this.#expectPages),
      answer(observed, this.#pages),
    );
    if (differs) return differs;
    if (observed !== null) this.#live.push({ pfn: observed, pages });
    return this.#holds(law, brokenPlace(request, observed, anyStuck));
  }

  #release(pick: number): Divergence | undefined {
    const [region] = this.#live.splice(pick % Math.max(1, this.#live.length), 1);
    if (region === undefined) return undefined;
    const { pfn, pages } = region;
    this.#expect.release(pfn, pages, (start, count) =>
      this.#expectPages.freeContigRange(start, count),
    );
    return this.#same('cma/bits', true, this.#area.release(pfn, pages));
  }

  #pin(at: number, error: 'EBUSY' | 'ENOMEM' | null): undefined {
    const pfn = this.#program.basePfn + (at % Math.max(1, this.#program.count));
    for (const { stuck, taken } of [this.#pages, this.#expectPages]) {
      if (error === null) stuck.delete(pfn);
      else if (!taken.has(pfn)) stuck.set(pfn, error);
    }
  }

  /** M-I4: what is left when everything went back is what there was at first. */
  #releaseAll(): Divergence | undefined {
    this.#calls.push('release all');
    while (this.#live.length > 0) {
      const failure = this.#release(this.#live.length - 1);
      if (failure) return failure;
    }
    return this.#state();
  }

  #state(): Divergence | undefined {
    const taken = ({ taken }: PageLedger) => `pages ${[...taken].sort((a, b) => a - b).join(' ')}`;
    const numbers = (area: Pick<Area, 'freePages' | 'maxChunk'>) =>
      `${area.freePages()} pages free, ${area.maxChunk()} in one run`;
    const map = this.#expect.taken.map((is) => (is ? '#' : '.')).join('');
    return (
      this.#same('cma/bits', map, this.#map()) ??
      this.#same('cma/bits', numbers(this.#expect), numbers(this.#area)) ??
      this.#same('cma/bits', taken(this.#expectPages), taken(this.#pages)) ??
      this.#same('cma/bits', '', this.#pages.offences.join(', ')) ??
      this.#holds('cma/bits', brokenBits(this.#program, this.#map(), this.#live))
    );
  }

  #map(): string {
    return this.#expect.taken.map((_, bit) => (this.#area.isTaken(bit) ? '#' : '.')).join('');
  }

  #same<T>(law: CmaLaw, expected: T, observed: T): Divergence | undefined {
    if (expected === observed) return undefined;
    return { law, calls: this.#calls, expected: String(expected), observed: String(observed) };
  }

  #holds(law: CmaLaw, broken: string | null): Divergence | undefined {
    return this.#same(law, 'M-I1 to M-I5 hold', broken ?? 'M-I1 to M-I5 hold');
  }
}
