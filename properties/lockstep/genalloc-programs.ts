/**
 * Generated programs of gen_pool calls: chunks that come and stay, searches of all five kinds, the
 * algorithm of the pool changed in between, frees, and frees the kernel stops at. One step in 24
 * fills what is free with single granules and leaves holes: choices need more than one place.
 *
 * Granules are 1, 8 or 4096 bytes. Chunks have up to 9 granules (half of them, so that they are
 * full soon) or up to 130, around the words of a map; most end in part of a granule, and few begin
 * at a multiple of one. Requests are mostly up to 5 granules, one byte more or less included.
 */
import fc from 'fast-check';
import type { Algorithm } from '../../model/reference/genalloc.ts';
import { sequences } from './sequences.ts';

export type GenStep =
  /** A chunk `gap` bytes behind the last one, of `granules` and `tail` bytes. */
  | {
      readonly kind: 'add';
      readonly gap: number;
      readonly granules: number;
      readonly tail: number;
      readonly phys: number | null;
    }
  /** Null: what the pool had at first. */
  | { readonly kind: 'set-algo'; readonly algorithm: Algorithm | null }
  /** Null: with the algorithm of the pool. */
  | { readonly kind: 'alloc'; readonly bytes: number; readonly algorithm: Algorithm | null }
  /** Single granules, up to 70 of them; then, of every `period`, the first `holes` are freed. */
  | { readonly kind: 'fragment'; readonly period: number; readonly holes: number }
  /** The live region number `pick`, modulo their count. */
  | { readonly kind: 'free'; readonly pick: number }
  /** A free of `bytes` at `at` bytes into the addresses in use, if the kernel would stop at it. */
  | { readonly kind: 'stray'; readonly at: number; readonly bytes: number }
  | { readonly kind: 'ask'; readonly at: number; readonly bytes: number }
  | { readonly kind: 'destroy' };

export interface GenProgram {
  readonly minAllocOrder: number;
  /** Address of the first chunk, before its gap. */
  readonly base: number;
  readonly steps: readonly GenStep[];
}

const STEPS_MAX = 40;

export function genPrograms(): fc.Arbitrary<GenProgram> {
  const configuration = fc.record({
    minAllocOrder: fc.constantFrom(0, 3, 12),
    // 0 is where failure and success look alike; far above is where 32 bits would not do.
    base: fc.constantFrom(0, 0x4000, 0x12345, 2 ** 40),
  });
  const programs = configuration.chain((drawn) => {
    const more = fc.array(steps(2 ** drawn.minAllocOrder), { maxLength: STEPS_MAX, size: 'max' });
    return fc
      .tuple(adds(2 ** drawn.minAllocOrder), more)
      .map(([first, rest]) => ({ ...drawn, steps: [first, ...rest] }));
  });
  return fc.noBias(programs);
}

function steps(granule: number): fc.Arbitrary<GenStep> {
  const at = fc.nat({ max: 40 * granule });
  const bytes = sizes(granule);
  const positive = bytes.map((size) => Math.max(1, size));
  const algorithm = algorithms(granule);
  return fc.oneof(
    { weight: 2, arbitrary: adds(granule) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('set-algo' as const),
        algorithm: fc.option(algorithm, { freq: 3 }),
      }),
    },
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('alloc' as const),
        bytes,
        algorithm: fc.option(algorithm, { freq: 3 }),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('free' as const), pick: fc.nat({ max: 30 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('fragment' as const),
        period: fc.integer({ min: 2, max: 16 }),
        holes: fc.integer({ min: 1, max: 8 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('stray' as const), at, bytes: positive }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('ask' as const), at, bytes: positive }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'destroy' as const }) },
  );
}

function adds(granule: number): fc.Arbitrary<GenStep> {
  return fc.record({
    kind: fc.constant('add' as const),
    gap: fc.oneof(fc.constant(0), fc.nat({ max: 5 * granule })),
    granules: fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 9 }) },
      { weight: 2, arbitrary: fc.constantFrom(31, 32, 33, 63, 64, 65) },
      { weight: 1, arbitrary: fc.nat({ max: 130 }) },
    ),
    tail: fc.integer({ min: 1, max: granule }),
    phys: fc.constantFrom(0, 0x8000_0000, 2 ** 44, null),
  });
}

/** Bytes around multiples of the granule. */
function sizes(granule: number): fc.Arbitrary<number> {
  const granules = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 5 }) },
    { weight: 1, arbitrary: fc.nat({ max: 66 }) },
  );
  return fc
    .tuple(granules, fc.constantFrom(0, 0, -1, 1))
    .map(([count, more]) => Math.max(0, count * granule + more));
}

function algorithms(granule: number): fc.Arbitrary<Algorithm> {
  // First fit is what a pool has anyway.
  const kind = fc.constantFrom('order-align' as const, 'best-fit' as const, 'best-fit' as const);
  // From half a granule on: less than one is a legal alignment, too.
  const align = fc.nat({ max: 7 }).map((k) => Math.max(1, (granule / 2) * 2 ** k));
  const offset = fc
    .tuple(fc.nat({ max: 40 }), fc.constantFrom(0, 0, 0, 1))
    .map(([count, more]) => count * granule + more);
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('align' as const), align }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('fixed' as const), offset }) },
  );
}

/** Short programs, simplest first: what a failure ends in does not depend on the draw. */
export function* smallGenPrograms(): Generator<GenProgram> {
  for (const rest of sequences(SMALL_STEPS, 3)) {
    for (const chunks of [[CHUNK], [CHUNK, CHUNK]]) {
      // 8 bytes into a block of 16, so that places and addresses are aligned differently.
      yield { minAllocOrder: 3, base: 0x1008, steps: [...chunks, ...rest] };
    }
  }
}

const CHUNK: GenStep = { kind: 'add', gap: 0, granules: 5, tail: 3, phys: 0 };
const asks = (granules: number, algorithm: Algorithm | null): GenStep => {
  return { kind: 'alloc', bytes: granules * 8, algorithm };
};
const SMALL_STEPS: readonly GenStep[] = [
  asks(1, null),
  asks(2, null),
  asks(3, { kind: 'order-align' }),
  asks(1, { kind: 'align', align: 16 }),
  asks(1, { kind: 'best-fit' }),
  asks(1, { kind: 'fixed', offset: 8 }),
  { kind: 'free', pick: 0 },
  { kind: 'fragment', period: 2, holes: 1 },
  { kind: 'destroy' },
  { kind: 'ask', at: 4, bytes: 48 },
  { kind: 'stray', at: 0, bytes: 8 },
  CHUNK,
];

/** `alloc bytes 4097, align 8192` */
export function stepText(step: GenStep): string {
  switch (step.kind) {
    case 'set-algo':
      return `set-algo ${step.algorithm === null ? 'null' : algorithmText(step.algorithm)}`;
    case 'alloc': {
      const { bytes, algorithm } = step;
      return `alloc bytes ${bytes}${algorithm === null ? '' : `, ${algorithmText(algorithm)}`}`;
    }
    default: {
      const { kind, ...operands } = step;
      const texts = Object.entries(operands).map(([name, value]) => `${name} ${value}`);
      return [kind, texts.join(', ')].join(' ').trimEnd();
    }
  }
}

const algorithmText = (algorithm: Algorithm) => Object.values(algorithm).join(' ');
