/**
 * Lists of any entries: walks and splits beside the literal definition, and beside what their bytes
 * say, which needs no knowledge of either (mapping.md §1.5).
 *
 * The kernel is believed where it is right. It is not in two cases: a split whose last output ends
 * inside an entry that others follow, and iterating over an entry without bytes behind whole pages.
 * There the bytes decide; for the split, the definition without the defect as well.
 */
import {
  allocTable,
  emptyTable,
  entriesOf,
  listOf,
  type ReferenceEntry,
  referenceMaxSingleAlloc,
} from '../../model/reference/scatterlist.ts';
import {
  losesItsPlace,
  ReferenceMiter,
  referenceCopyPieces,
  referenceDmaPages,
  referenceNents,
  referenceNentsForLen,
  referencePages,
} from '../../model/reference/scatterlist-walk.ts';
import { referenceSplit, splitsAsAsked } from '../../model/reference/sg-split.ts';
import { SgTable } from '../../sut/lib/scatterlist.ts';
import type { SgPiece } from '../../sut/lib/scatterlist-walk.ts';
import type { Divergence } from './check.ts';
import { differs } from './scatterlist-build.ts';
import { bytesOf, cpuOf, dmaOf, tile } from './scatterlist-bytes.ts';
import type { ListProgram } from './scatterlist-programs.ts';
import { ArrayLedger, type SgSide } from './scatterlist-sides.ts';
import { expectedEntries, observedEntries } from './scatterlist-texts.ts';

/** What both iterators can do. */
interface Miter {
  readonly phys: number;
  readonly length: number;
  consumed: number;
  next(): boolean;
  skip(bytes: number): boolean;
}

export class ListRun {
  readonly #program: ListProgram;
  readonly #side: SgSide;
  readonly #ledger: ArrayLedger;
  readonly #table: SgTable;
  /** Entries of the device view; 0: not mapped. */
  readonly #mapped: number;
  readonly #sgl: ReferenceEntry[];
  readonly #calls: string[];

  constructor(program: ListProgram, side: SgSide) {
    this.#program = program;
    this.#side = side;
    const { pageSize, entries } = program;
    this.#ledger = new ArrayLedger(null);
    this.#table = new SgTable(pageSize, this.#ledger);
    const expected = emptyTable();
    side.sgAllocTable(this.#table, entries.length);
    allocTable(expected, entries.length, referenceMaxSingleAlloc(pageSize), new ArrayLedger(null));
    this.#sgl = expected.sgl!;
    for (const [index, { pfn, offset, length }] of entries.entries()) {
      this.#table.setPage(index, pfn, length, offset);
      Object.assign(entriesOf(this.#sgl)[index]!, { pfn, offset, length });
    }
    this.#mapped = program.mapped === 'no' ? 0 : this.#map();
    const list = observedEntries(this.#table, entries.length);
    this.#calls = [`list of pages of ${pageSize} bytes: ${list}`];
  }

  /**
   * As an IOMMU might: segments of whole entries, anywhere; the first one is flagged. Behind them
   * is what an earlier map has left.
   */
  #map(): number {
    const segments: number[] = [];
    let open = false;
    for (const { length, merged } of this.#program.entries) {
      if (open) segments.push(segments.pop()! + length);
      else segments.push(length);
      open = merged;
    }
    const entries = entriesOf(this.#sgl);
    const nents = segments.length - (this.#program.mapped === 'short' ? 1 : 0);
    for (const index of entries.keys()) {
      const dmaAddress = index < nents ? 0x1230 + index * 2 ** 33 : 0xffff;
      const dmaLength = index < nents ? segments[index]! : 77;
      this.#table.setDma(index, dmaAddress, dmaLength);
      Object.assign(entries[index]!, { dmaAddress, dmaLength });
    }
    this.#table.setDmaFlags(0, 1);
    entries[0]!.dmaFlags = 1;
    this.#table.nents = nents;
    return nents;
  }

  run(): Divergence | undefined {
    return this.#counts() ?? this.#pages() ?? this.#copies() ?? this.#miter() ?? this.#split();
  }

  #walks(call: string, expected: unknown, observed: unknown): Divergence | undefined {
    const calls = [...this.#calls, call];
    return differs('sg/walk', calls, JSON.stringify(expected), JSON.stringify(observed));
  }

  #counts(): Divergence | undefined {
    const { skip, sizes } = this.#program;
    const total = this.#program.entries.reduce((sum, { length }) => sum + length, 0);
    const lengths = [0, skip, skip + sizes[0]!, total, total + 1];
    return (
      this.#walks('nents', referenceNents(this.#sgl), this.#side.sgNents(this.#table)) ??
      first(lengths, (length) => {
        const expected = referenceNentsForLen(this.#sgl, length);
        const observed = this.#side.sgNentsForLen(this.#table, length);
        return this.#walks(`nents for ${length} bytes`, expected, observed);
      })
    );
  }

  #pages(): Divergence | undefined {
    const { nents, pgoffset, pageSize } = this.#program;
    const pages = referencePages(this.#sgl, nents, pgoffset, pageSize);
    const dmaPages = referenceDmaPages(this.#sgl, nents, pgoffset, pageSize);
    const text = `of ${nents} entries from page ${pgoffset}`;
    return (
      this.#walks(`pages ${text}`, pages, [...this.#side.sgPages(this.#table, nents, pgoffset)]) ??
      this.#walks(`DMA pages ${text}`, dmaPages, [
        ...this.#side.sgDmaPages(this.#table, nents, pgoffset),
      ])
    );
  }

  /** Pieces as the kernel makes them, and the bytes that were asked for. */
  #copies(): Divergence | undefined {
    const { nents, skip, sizes, pageSize } = this.#program;
    const buflen = sizes[0]!;
    const observed = [...this.#side.sgCopyPieces(this.#table, nents, buflen, skip)];
    const text = `copy ${buflen} bytes from ${skip} on, ${nents} entries`;
    const bytes = bytesOf(this.#cpuPieces().slice(0, nents), skip, buflen);
    const broken = this.#walks(text, bytes, bytesOf(observed, 0, buflen));
    if (broken || losesItsPlace(this.#sgl, pageSize)) return broken;
    const pieces = referenceCopyPieces(this.#sgl, nents, buflen, skip, pageSize);
    const expected = pieces.filter(([, length]) => length > 0);
    return this.#walks(text, expected, observed);
  }

  #cpuPieces(): SgPiece[] {
    return this.#program.entries.map(({ length }, index) => [this.#table.phys(index), length]);
  }

  #miter(): Divergence | undefined {
    const { nents, pageSize } = this.#program;
    const observed = this.#side.miter(this.#table, nents);
    if (losesItsPlace(this.#sgl, pageSize)) {
      const bytes = entriesOf(this.#sgl)
        .slice(0, nents)
        .filter(({ length }) => length > 0);
      const sgl = bytes.length === 0 ? null : listOf(bytes);
      const expected = new ReferenceMiter(sgl, bytes.length, pageSize);
      const walk = (miter: Miter) => allOf(miter).filter(([, length]) => length > 0);
      return this.#walks('all pieces', walk(expected), walk(observed));
    }
    const expected = new ReferenceMiter(this.#sgl, nents, pageSize);
    const text = this.#program.miter.map((step) => Object.values(step).join(' ')).join(', ');
    const steps = `iterate over ${nents} entries: ${text}`;
    return this.#walks(steps, this.#script(expected), this.#script(observed));
  }

  /** What each step of the program answers, and what comes then. */
  #script(miter: Miter): unknown[] {
    const answers = this.#program.miter.map((step) => {
      if (step.kind === 'skip') return miter.skip(step.bytes);
      if (!miter.next()) return false;
      const piece = [miter.phys, miter.length];
      miter.consumed -= step.unused % (miter.length + 1);
      return piece;
    });
    return [...answers, allOf(miter)];
  }

  #split(): Divergence | undefined {
    const { skip, sizes, failAt } = this.#program;
    const text = `split at ${skip} into ${sizes.join(', ')}, ${this.#mapped} mapped`;
    const calls = [...this.#calls, failAt === null ? text : `${text}, array ${failAt} refused`];
    const ledger = new ArrayLedger(failAt);
    const table = new SgTable(this.#table.pageSize, ledger);
    table.takeOver(this.#table);
    const observed = this.#side.sgSplit(table, this.#mapped, skip, sizes);
    const shown = typeof observed === 'string' ? observed : observed.map(outputText).join('; ');
    const broken = this.#splitAsDefined(calls, shown, ledger);
    if (broken) return broken;
    if (typeof observed === 'string') return differs('sg/arrays', calls, true, ledger.balanced());
    const tiles = this.#tiles(calls, table, observed);
    for (const output of observed) this.#side.sgFreeTable(output);
    return tiles ?? differs('sg/arrays', calls, true, ledger.balanced());
  }

  /** Without the defect; and with it, where it does not show. */
  #splitAsDefined(calls: readonly string[], shown: string, ledger: ArrayLedger) {
    const { skip, sizes, failAt, entries } = this.#program;
    const bytes = sizes.reduce((sum, size) => sum + size, skip);
    const dmaLengths = entriesOf(this.#sgl)
      .slice(0, this.#mapped)
      .map((entry) => entry.dmaLength);
    const asAsked =
      splitsAsAsked(
        entries.map(({ length }) => length),
        bytes,
      ) && splitsAsAsked(dmaLengths, bytes);
    return first(asAsked ? [true, false] : [true], (stops) => {
      const expectedLedger = new ArrayLedger(failAt);
      const outputs = referenceSplit(this.#sgl, this.#mapped, skip, sizes, expectedLedger, stops);
      const expected =
        typeof outputs === 'string'
          ? outputs
          : outputs
              .map(({ sgl, nents }) => `${nents}: ${expectedEntries(sgl, sgl.length)}`)
              .join('; ');
      return (
        differs('sg/split', calls, expected, shown) ??
        differs('sg/arrays', calls, expectedLedger.events.join(' '), ledger.events.join(' '))
      );
    });
  }

  /** Output after output has the bytes it was asked for, in both views. */
  #tiles(calls: readonly string[], table: SgTable, outputs: readonly SgTable[]) {
    let from = this.#program.skip;
    for (const [k, size] of this.#program.sizes.entries()) {
      const output = outputs[k]!;
      const broken =
        differs(
          'sg/split',
          calls,
          tile(cpuOf(table, table.end), from, size),
          tile(cpuOf(output, output.origNents), 0, Infinity),
        ) ??
        differs(
          'sg/split',
          calls,
          tile(dmaOf(table, this.#mapped), from, size),
          tile(dmaOf(output, this.#mapped === 0 ? 0 : output.nents), 0, Infinity),
        );
      if (broken) return broken;
      from += size;
    }
    return undefined;
  }
}

const outputText = (output: SgTable) =>
  `${output.nents}: ${observedEntries(output, output.origNents)}`;

/** All pieces from where the iterator stands. */
function allOf(miter: Miter): SgPiece[] {
  const pieces: SgPiece[] = [];
  while (miter.next()) pieces.push([miter.phys, miter.length]);
  return pieces;
}

/** What differs for the first of the items for which anything does. */
function first<T>(
  items: readonly T[],
  compare: (item: T) => Divergence | undefined,
): Divergence | undefined {
  for (const item of items) {
    const broken = compare(item);
    if (broken) return broken;
  }
  return undefined;
}
