/**
 * gen_pool beside its literal definition: after every step the answer, the numbers and every
 * granule of every chunk are compared, and what must hold of any answer is checked on its own.
 */
import { type Algorithm, ReferenceGenPool } from '../../model/reference/genalloc.ts';
import {
  type GenAlgo,
  GenPool,
  GenPoolBug,
  genPoolBestFit,
  genPoolFirstFit,
  genPoolFirstFitAlign,
  genPoolFirstFitOrderAlign,
  genPoolFixedAlloc,
} from '../../sut/lib/genalloc.ts';
import { checkLockstep, type Divergence, type LockstepFailure } from './check.ts';
import {
  brokenAccounts,
  brokenChoice,
  brokenRegions,
  type LiveRegion,
  viewOf,
} from './genalloc-invariants.ts';
import {
  type GenProgram,
  type GenStep,
  genPrograms,
  smallGenPrograms,
  stepText,
} from './genalloc-programs.ts';

export const GENPOOL_LAWS = [
  'genpool/placement',
  'genpool/accounts',
  'genpool/address',
  'genpool/bug',
] as const;
export type GenPoolLaw = (typeof GENPOOL_LAWS)[number];

/** The implementation under test. */
export interface GenPoolSide {
  pool(minAllocOrder: number): GenPool;
  algo(algorithm: Algorithm): GenAlgo;
}

export const GENPOOL: GenPoolSide = {
  pool: (minAllocOrder) => new GenPool(minAllocOrder),
  algo: (algorithm) => {
    switch (algorithm.kind) {
      case 'first-fit':
        return genPoolFirstFit;
      case 'order-align':
        return genPoolFirstFitOrderAlign;
      case 'best-fit':
        return genPoolBestFit;
      case 'align':
        return genPoolFirstFitAlign(algorithm.align);
      case 'fixed':
        return genPoolFixedAlloc(algorithm.offset);
    }
  },
};

/** First failure of a gen_pool law in `cases` programs of `seed`. */
export function checkGenPool(
  law: GenPoolLaw,
  seed: string,
  cases: number,
  side: GenPoolSide = GENPOOL,
): LockstepFailure | undefined {
  const run = (program: GenProgram) => new GenPoolRun(program, side).run();
  return checkLockstep({ law, programs: genPrograms(), run, small: smallGenPrograms }, seed, cases);
}

/** Requests of a step that makes fragments. */
const FRAGMENTS = 70;

const BUG = 'the kernel stops';
const RETURNS = 'returns';

type Answer = number | boolean | string | null;

class GenPoolRun {
  readonly #program: GenProgram;
  readonly #side: GenPoolSide;
  readonly #pool: GenPool;
  readonly #expect: ReferenceGenPool;
  readonly #live: LiveRegion[] = [];
  readonly #calls: string[];
  #nextAddr: number;

  constructor(program: GenProgram, side: GenPoolSide) {
    this.#program = program;
    this.#side = side;
    this.#pool = side.pool(program.minAllocOrder);
    this.#expect = new ReferenceGenPool(program.minAllocOrder);
    this.#nextAddr = program.base;
    this.#calls = [`pool of granules of ${this.#expect.granule} bytes from ${program.base} on`];
  }

  run(): Divergence | undefined {
    for (const step of this.#program.steps) {
      this.#calls.push(stepText(step));
      const failure = this.#step(step) ?? this.#state();
      if (failure) return failure;
    }
    return undefined;
  }

  #step(step: GenStep): Divergence | undefined {
    switch (step.kind) {
      case 'add':
        return this.#add(step);
      case 'set-algo':
        this.#pool.setAlgo(step.algorithm === null ? null : this.#side.algo(step.algorithm));
        this.#expect.algorithm = step.algorithm ?? { kind: 'first-fit' };
        return undefined;
      case 'alloc':
        return this.#alloc(step.bytes, step.algorithm);
      case 'fragment':
        return this.#fragment(step.period, step.holes);
      case 'free':
        return this.#free(step.pick);
      case 'stray':
        return this.#stray(this.#program.base + step.at, step.bytes);
      case 'ask':
        return this.#ask(this.#program.base + step.at, step.bytes);
      case 'destroy': {
        const ending = endOf(() => this.#pool.destroy());
        return this.#same('genpool/bug', this.#expect.stopsAtDestroy() ? BUG : RETURNS, ending);
      }
    }
  }

  #add({ gap, granules, tail, phys }: GenStep & { kind: 'add' }): undefined {
    const size = granules * this.#expect.granule + tail;
    const start = this.#nextAddr + gap;
    this.#nextAddr = start + size;
    this.#pool.addVirt(start, phys, size);
    this.#expect.addVirt(start, phys, size);
  }

  #alloc(bytes: number, algorithm: Algorithm | null): Divergence | undefined {
    const used = algorithm ?? this.#expect.algorithm;
    const before = viewOf(this.#pool);
    const expected = this.#expect.alloc(bytes, used);
    const observed =
      algorithm === null
        ? this.#pool.alloc(bytes)
        : this.#pool.allocAlgo(bytes, this.#side.algo(algorithm));
    const differs = this.#same('genpool/placement', expected, observed);
    if (differs) return differs;
    if (observed !== null) this.#live.push({ addr: observed, bytes });
    if (bytes === 0) return undefined;
    return this.#holds(
      'genpool/placement',
      brokenChoice(this.#pool, before, bytes, used, observed),
    );
  }

  #fragment(period: number, holes: number): Divergence | undefined {
    const first = this.#live.length;
    const end = first + FRAGMENTS;
    for (let more = true; more && this.#live.length < end; ) {
      const before = this.#live.length;
      const failure = this.#alloc(this.#expect.granule, { kind: 'first-fit' });
      if (failure) return failure;
      more = this.#live.length > before;
    }
    for (let at = this.#live.length - 1; at >= first; at--) {
      const failure = (at - first) % period < holes ? this.#free(at) : undefined;
      if (failure) return failure;
    }
    return undefined;
  }

  #free(pick: number): Divergence | undefined {
    const [region] = this.#live.splice(pick % Math.max(1, this.#live.length), 1);
    if (region === undefined) return undefined;
    this.#expect.free(region.addr, region.bytes);
    const ending = endOf(() => this.#pool.free(region.addr, region.bytes));
    return this.#same('genpool/bug', RETURNS, ending);
  }

  /** Only what the kernel stops at: other frees would take away what is live. */
  #stray(addr: number, bytes: number): Divergence | undefined {
    if (!this.#expect.stopsAtFree(addr, bytes)) return undefined;
    const ending = endOf(() => this.#pool.free(addr, bytes));
    return this.#same('genpool/bug', BUG, ending);
  }

  #ask(addr: number, bytes: number): Divergence | undefined {
    const inside = this.#expect.hasAddr(addr, bytes);
    const phys = this.#expect.virtToPhys(addr);
    return (
      this.#same('genpool/address', inside, this.#pool.hasAddr(addr, bytes)) ??
      this.#same('genpool/address', phys, this.#pool.virtToPhys(addr))
    );
  }

  /** Numbers and granules after a step; then what must hold of them whatever the step was. */
  #state(): Divergence | undefined {
    const numbers = (avail: number, size: number) => `avail ${avail}, size ${size}`;
    const { avail, size } = this.#pool;
    const expected = numbers(this.#expect.avail(), this.#expect.size());
    return (
      this.#same('genpool/accounts', expected, numbers(avail, size)) ??
      this.#same('genpool/accounts', this.#expectedMaps(), this.#observedMaps()) ??
      this.#holds('genpool/accounts', brokenAccounts(this.#pool)) ??
      this.#holds('genpool/address', brokenRegions(this.#pool, this.#live))
    );
  }

  #expectedMaps(): string {
    const chunks = this.#expect.chunks.map(({ start, taken, avail }) => ({
      start,
      map: taken.map((is) => (is ? '#' : '.')).join(''),
      avail,
    }));
    return mapsText(chunks);
  }

  #observedMaps(): string {
    const chunks = viewOf(this.#pool).map(({ chunk: { start }, map, avail }) => {
      return { start, map, avail };
    });
    return mapsText(chunks);
  }

  #same(law: GenPoolLaw, expected: Answer, observed: Answer): Divergence | undefined {
    if (expected === observed) return undefined;
    return { law, calls: this.#calls, expected: String(expected), observed: String(observed) };
  }

  #holds(law: GenPoolLaw, broken: string | null): Divergence | undefined {
    return this.#same(law, 'G-I1 to G-I6 hold', broken ?? 'G-I1 to G-I6 hold');
  }
}

/** By address: the order in which chunks are searched shows in the places. */
function mapsText(
  chunks: readonly { readonly start: number; readonly map: string; readonly avail: number }[],
): string {
  return chunks
    .toSorted((a, b) => a.start - b.start)
    .map(({ start, map, avail }) => `${start}: ${map}, avail ${avail}`)
    .join('; ');
}

/** How a call ends. */
function endOf(call: () => void): string {
  try {
    call();
    return RETURNS;
  } catch (error) {
    if (error instanceof GenPoolBug) return BUG;
    throw error;
  }
}
