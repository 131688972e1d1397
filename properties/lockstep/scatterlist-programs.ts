/**
 * Generated uses of scatter/gather tables.
 *
 * Pages come in stretches: consecutive frames or every other one, after the last stretch, on it or
 * before it, of one of two owners; most are short, one in nine is long enough for several arrays.
 * Pages are 128, 256, 4096 or 16384 bytes; the small ones, of 4 and 8 entries per array, exist on
 * no machine and reach links and their edges soon. Three sizes in four end in the last page; the
 * others end after some page before it, or behind the pages. One program in three runs out of
 * memory once.
 */
import fc from 'fast-check';

/** Consecutive pages of a list; `gap` frames after the last page of the stretch before. */
export interface Stretch {
  readonly gap: number;
  readonly count: number;
  readonly step: number;
  readonly owner: number;
}

export interface PageList {
  readonly base: number;
  readonly stretches: readonly Stretch[];
}

export interface AllocProgram {
  readonly kind: 'alloc';
  readonly pageSize: number;
  readonly nents: number;
  /** Null: `sg_alloc_table`; else places of the first array of a chained table. */
  readonly first: number | null;
  /** Which array is refused, from 0; null: none. */
  readonly failAt: number | null;
}

export interface BuildProgram {
  readonly kind: 'build';
  readonly pageSize: number;
  readonly pages: PageList;
  readonly offset: number;
  /** Bytes of the last page that do not belong to the buffer. */
  readonly trim: number;
  /** Not null: the size is that of so many pages, modulo twice the number of those there are. */
  readonly short: number | null;
  readonly maxSegment: number;
  readonly failAt: number | null;
}

export interface AppendProgram extends Omit<BuildProgram, 'kind'> {
  readonly kind: 'append';
  /** Pages of each batch but the last one. */
  readonly batches: readonly number[];
  /** Pages said to come beyond those that do; null: always one, so that short arrays are linked. */
  readonly slack: number | null;
  /** Is 0 said with the last batch? */
  readonly closes: boolean;
  /** Bytes by which batches miss their end; not 0: only beside the reference (traps). */
  readonly missing: number;
}

export interface ListEntry {
  readonly pfn: number;
  readonly offset: number;
  readonly length: number;
  /** Does its DMA segment go on with the next entry? */
  readonly merged: boolean;
}

export type MiterStep =
  /** Goes on; then leaves `unused` bytes of the piece (modulo its length and one more). */
  | { readonly kind: 'next'; readonly unused: number }
  | { readonly kind: 'skip'; readonly bytes: number };

export interface ListProgram {
  readonly kind: 'list';
  readonly pageSize: number;
  readonly entries: readonly ListEntry[];
  /** `short`: the device view lacks its last segment. */
  readonly mapped: 'no' | 'yes' | 'short';
  /** Bytes; also of `sgNentsForLen` and what a copy starts at. */
  readonly skip: number;
  readonly sizes: readonly number[];
  /** Entries that walks may use. */
  readonly nents: number;
  readonly pgoffset: number;
  readonly miter: readonly MiterStep[];
  readonly failAt: number | null;
}

export type SgProgram = AllocProgram | BuildProgram | AppendProgram | ListProgram;

const PAGE_SIZES = [128, 256, 4096, 16384] as const;
const pageSizes = fc.constantFrom(...PAGE_SIZES);
/** One program in three is refused an array. */
const failures = seldom(fc.nat({ max: 6 }), 2);

/** Null `nulls` times as often as a value. */
function seldom<T>(arbitrary: fc.Arbitrary<T>, nulls: number): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: nulls, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

const stretches: fc.Arbitrary<Stretch> = fc.record({
  gap: fc.constantFrom(1, 1, 2, 0, 9, -3),
  count: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 5 }) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 20 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 150 }) },
  ),
  step: fc.constantFrom(1, 1, 2),
  owner: fc.constantFrom(0, 0, 0, 7),
});

const pageLists: fc.Arbitrary<PageList> = fc.record({
  base: fc.constantFrom(20, 2 ** 20, 2 ** 36),
  stretches: fc.array(stretches, { minLength: 1, maxLength: 6 }),
});

/** Page frames and owners of a list. */
export function pagesIn({ base, stretches: all }: PageList): { pfns: number[]; owners: number[] } {
  const pfns: number[] = [];
  const owners: number[] = [];
  for (const { gap, count, step, owner } of all) {
    const first = (pfns.at(-1) ?? base) + gap;
    for (let k = 0; k < count; k++) {
      pfns.push(first + k * step);
      owners.push(owner);
    }
  }
  return { pfns, owners };
}

function layouts(pageSize: number) {
  const inPage = fc.oneof(fc.constant(0), fc.nat({ max: pageSize - 1 }));
  const segments = fc
    .tuple(fc.constantFrom(0, 1, 1, 2, 2, 3, 4, 8), inPage)
    .map(([pages, more]) => pages * pageSize + more);
  return {
    pageSize: fc.constant(pageSize),
    pages: pageLists,
    offset: inPage,
    trim: inPage,
    maxSegment: fc.oneof(
      { weight: 3, arbitrary: segments },
      { weight: 1, arbitrary: fc.constant(2 ** 32 - 1) },
    ),
    failAt: failures,
  };
}

export function buildPrograms(): fc.Arbitrary<BuildProgram> {
  const programs = pageSizes.chain((pageSize) =>
    fc.record({
      kind: fc.constant('build' as const),
      ...layouts(pageSize),
      short: seldom(fc.nat({ max: 400 }), 3),
    }),
  );
  return fc.noBias(programs);
}

export function appendPrograms(): fc.Arbitrary<AppendProgram> {
  const programs = pageSizes.chain((pageSize) =>
    fc.record({
      kind: fc.constant('append' as const),
      ...layouts(pageSize),
      short: fc.constant(null),
      batches: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 8 }),
      slack: fc.oneof(
        { weight: 2, arbitrary: fc.constant(0) },
        { weight: 2, arbitrary: fc.nat({ max: 150 }) },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
      closes: fc.constantFrom(true, true, true, false),
      missing: fc.oneof(
        { weight: 7, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.nat({ max: 3 * pageSize }) },
      ),
    }),
  );
  return fc.noBias(programs);
}

export function allocPrograms(): fc.Arbitrary<AllocProgram> {
  const programs = fc.record({
    kind: fc.constant('alloc' as const),
    pageSize: pageSizes,
    nents: fc.oneof(
      fc.nat({ max: 12 }),
      fc.constantFrom(127, 128, 129, 254, 255, 256, 300, 382, 383),
      fc.nat({ max: 600 }),
    ),
    first: seldom(fc.constantFrom(0, 1, 2, 3, 10, 128, 200), 1),
    failAt: failures,
  });
  return fc.noBias(programs);
}

export function listPrograms(): fc.Arbitrary<ListProgram> {
  const programs = pageSizes.chain((pageSize) => {
    const bytes = fc.oneof(
      fc.constant(0),
      fc.integer({ min: 1, max: 9 }),
      fc.nat({ max: 3 * pageSize }),
      fc.constantFrom(pageSize - 1, pageSize, pageSize + 1, 2 * pageSize),
    );
    const entry = fc.record({
      pfn: fc.integer({ min: 1, max: 2 ** 30 }),
      offset: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: bytes }),
      length: bytes,
      merged: fc.constantFrom(false, false, true),
    });
    const step = fc.oneof<fc.Arbitrary<MiterStep>[]>(
      fc.record({
        kind: fc.constant('next' as const),
        unused: fc.oneof(fc.constant(0), fc.nat({ max: pageSize })),
      }),
      fc.record({ kind: fc.constant('skip' as const), bytes }),
    );
    return fc.record({
      kind: fc.constant('list' as const),
      pageSize: fc.constant(pageSize),
      entries: fc.array(entry, { minLength: 1, maxLength: 9 }),
      mapped: fc.constantFrom('no', 'no', 'yes', 'yes', 'short'),
      skip: bytes,
      sizes: fc.array(
        bytes.map((size) => Math.max(1, size)),
        { minLength: 1, maxLength: 4 },
      ),
      nents: fc.integer({ min: 0, max: 10 }),
      pgoffset: fc.nat({ max: 4 }),
      miter: fc.array(step, { maxLength: 12 }),
      failAt: failures,
    });
  });
  return fc.noBias(programs);
}
