/** Scatter/gather tables that are wrong on purpose, each in one way that ports have been wrong. */
import { SCATTERLIST, type SgSide } from '../../properties/lockstep/scatterlist-sides.ts';
import { SG_ARRAYS, SgTable } from '../../sut/lib/scatterlist.ts';
import { SgMappingIter } from '../../sut/lib/scatterlist-miter.ts';
import type { SgPiece } from '../../sut/lib/scatterlist-walk.ts';

const like = (changes: Partial<SgSide>): SgSide => ({ ...SCATTERLIST, ...changes });
type Build = SgSide['sgAllocTableFromPages'];
type Append = SgSide['sgAllocAppendTableFromPages'];
type Split = SgSide['sgSplit'];

/** The implementation's table from pages, changed afterwards. */
const builds = (change: (table: SgTable, size: number) => void): SgSide => {
  const sgAllocTableFromPages: Build = (table, pages, layout) => {
    const error = SCATTERLIST.sgAllocTableFromPages(table, pages, layout);
    change(table, layout.size);
    return error;
  };
  return like({ sgAllocTableFromPages });
};

const setLength = (table: SgTable, index: number, length: number) =>
  table.setPage(index, table.pfn(index), length, table.offset(index));

const bytesOf = (table: SgTable) => {
  let bytes = 0;
  for (let index = 0; index < table.origNents; index++) bytes += table.length(index);
  return bytes;
};

/** §1.9: nothing comes after the end of the buffer. */
export const stopsAtTheSize = builds((table, size) => {
  let left = size;
  for (let index = 0; index < table.end; index++) {
    setLength(table, index, Math.min(left, table.length(index)));
    left -= table.length(index);
  }
});

export const ofThirtyTwoBits = builds((table) => {
  for (let index = 0; index < table.end; index++) {
    table.setPage(index, table.pfn(index) % 2 ** 32, table.length(index), table.offset(index));
  }
});

export const offsetInEveryEntry = builds((table) => {
  for (let index = 1; index < table.end; index++) {
    table.setPage(index, table.pfn(index), table.length(index), table.offset(0));
  }
});

export const ownersIgnored = like({
  sgAllocTableFromPages: (table, { pfns }, layout) =>
    SCATTERLIST.sgAllocTableFromPages(table, { pfns }, layout),
});

export const segmentsRoundedUp = like({
  sgAllocTableFromPages: (table, pages, { offset, size, maxSegment = 0 }) => {
    const most = Math.ceil(maxSegment / table.pageSize) * table.pageSize;
    const layout = { offset, size, maxSegment: Math.min(most, 2 ** 32 - 1) };
    return SCATTERLIST.sgAllocTableFromPages(table, pages, layout);
  },
});

/** §1.9: the limit counts bytes from the start of the buffer, not pages. */
export const segmentsOfBytes = like({
  sgAllocTableFromPages: (table, pages, { offset, size, maxSegment = 0 }) => {
    const most = Math.min(maxSegment + offset, 2 ** 32 - 1);
    return SCATTERLIST.sgAllocTableFromPages(table, pages, { offset, size, maxSegment: most });
  },
});

/** The implementation's append, changed afterwards. */
const appends = (
  change: (append: Parameters<Append>[0], error: ReturnType<Append>, size: number) => void,
): SgSide => {
  const sgAllocAppendTableFromPages: Append = (append, pages, layout, left) => {
    const before = bytesOf(append.sgt);
    const error = SCATTERLIST.sgAllocAppendTableFromPages(append, pages, layout, left);
    change(append, error, before + layout.size);
    return error;
  };
  return like({ sgAllocAppendTableFromPages });
};

/** Each batch of an owner of its own. */
export const neverAbsorbs = like({
  sgAllocAppendTableFromPages: (append, { pfns, owners }, layout, left) => {
    const base = 10 * (append.prvOwner + 1);
    const own = Array.from(pfns, (_, k) => base + (owners?.[k] ?? 0));
    return SCATTERLIST.sgAllocAppendTableFromPages(append, { pfns, owners: own }, layout, left);
  },
});

/** §1.9: what Linux leaves too long is cut. */
export const trimsTheAbsorbed = appends(({ sgt, prv }, error, wanted) => {
  if (error !== null || prv === null) return;
  const excess = bytesOf(sgt) - wanted;
  if (excess > 0) setLength(sgt, prv, Math.max(0, sgt.length(prv) - excess));
});

export const keepsTheLength = appends(({ sgt, prv }, error) => {
  if (error === 'ENOMEM' && prv !== null) setLength(sgt, prv, sgt.length(prv) + sgt.pageSize);
});

export const countsTheLinks = appends((append) => {
  if (append.totalNents > append.sgt.pageSize / 32) append.totalNents++;
});

export const neverCloses = appends((append) => {
  append.sgt.end = append.totalNents;
});

/** A table whose arrays never come back. */
const leaking = (table: SgTable) =>
  new SgTable(table.pageSize, { take: (places) => table.arrays.take(places), give: () => {} });

export const leaksAfterRefusal = like({
  sgAllocTable: (table, nents) => {
    const tried = leaking(table);
    const error = SCATTERLIST.sgAllocTable(tried, nents);
    table.nents = tried.nents;
    table.origNents = tried.origNents;
    if (error === null) table.takeOver(tried);
    return error;
  },
});

export const oneArrayForAll = like({
  sgAllocTable: (table, nents) => {
    if (nents === 0) return 'EINVAL';
    if (!table.takeArray(nents)) return 'ENOMEM';
    table.fill(nents);
    return null;
  },
});

export const freesTwice = like({
  sgFreeTable: (table) => {
    table.giveArrays();
    table.arrays.give(1);
  },
});

export const firstArrayIgnored = like({
  sgAllocTableChained: (table, nents) => SCATTERLIST.sgAllocTableChained(table, nents, 0),
});

/** §1.9: what is not populated is not freed. */
export const freesThePopulated = like({
  sgFreeAppendTable: ({ sgt }) => {
    if (sgt.origNents > 0) sgt.giveArrays();
  },
});

export const wantsOneByteMore = like({
  sgNentsForLen: (table, len) => SCATTERLIST.sgNentsForLen(table, len === 0 ? 0 : len + 1),
});

export const countsTheCpuView = like({ sgNents: (table) => table.nents });

export const crossesPages = like({
  *sgCopyPieces(...asked) {
    let last: SgPiece | undefined;
    for (const piece of SCATTERLIST.sgCopyPieces(...asked)) {
      if (last !== undefined && last[0] + last[1] === piece[0]) {
        last = [last[0], last[1] + piece[1]];
        continue;
      }
      if (last !== undefined) yield last;
      last = piece;
    }
    if (last !== undefined) yield last;
  },
});

export const copiesOnePieceMore = like({
  sgCopyPieces: (table, nents, buflen, skip) =>
    SCATTERLIST.sgCopyPieces(table, nents, buflen + 1, skip),
});

export const pagesOfTheBytes = like({
  *sgPages(table, nents = table.origNents) {
    for (const [phys] of SCATTERLIST.sgCopyPieces(table, nents, Number.MAX_SAFE_INTEGER, 0)) {
      yield Math.floor(phys / table.pageSize);
    }
  },
});

export const alignsTheDevice = like({
  *sgDmaPages(table, nents, pgoffset) {
    for (const address of SCATTERLIST.sgDmaPages(table, nents, pgoffset)) {
      yield address - (address % table.pageSize);
    }
  },
});

const iterates = (kind: new (table: SgTable, nents: number) => SgMappingIter): SgSide =>
  like({ miter: (table, nents) => new kind(table, nents) });

export const takesAllOfIt = iterates(
  class extends SgMappingIter {
    override next() {
      this.consumed = this.length;
      return super.next();
    }
  },
);

export const skipsBehindTheEnd = iterates(
  class extends SgMappingIter {
    override skip(bytes: number) {
      super.skip(bytes);
      return true;
    }
  },
);

const splits = (change: (outputs: readonly SgTable[]) => void): SgSide => {
  const sgSplit: Split = (...asked) => {
    const outputs = SCATTERLIST.sgSplit(...asked);
    if (typeof outputs !== 'string') change(outputs);
    return outputs;
  };
  return like({ sgSplit });
};

/** §1.5: the last output gets all that follows, as in Linux. */
export const handsOutTheRest = like({
  sgSplit: (table, mapped, skip, sizes) => {
    const others = sizes.slice(0, -1).reduce((sum, size) => sum + size, skip);
    const rest = Math.max(sizes.at(-1)!, bytesOf(table) - others);
    return SCATTERLIST.sgSplit(table, mapped, skip, [...sizes.slice(0, -1), rest]);
  },
});

/** Older releases: pieces after the first one begin with their page. */
export const offsetsForgotten = splits((outputs) => {
  for (const output of outputs) {
    for (let index = 1; index < output.origNents; index++) {
      output.setPage(index, output.pfn(index), output.length(index), 0);
    }
  }
});

/** §1.5: an entry that is skipped to its end leaves nothing behind. */
export const dropsTheEmptyPiece = splits(([first]) => {
  if (first === undefined || first.length(0) > 0 || first.origNents < 2) return;
  const rest = new SgTable(first.pageSize, SG_ARRAYS);
  rest.fill(first.origNents - 1);
  for (let index = 0; index < rest.origNents; index++) {
    rest.setPage(index, first.pfn(index + 1), first.length(index + 1), first.offset(index + 1));
  }
  first.giveArrays();
  first.takeOver(rest);
});

export const forgetsTheDevice = like({
  sgSplit: (table, _mapped, skip, sizes) => SCATTERLIST.sgSplit(table, 0, skip, sizes),
});

export const addressOfTheEntry = splits((outputs) => {
  for (const output of outputs.slice(1)) {
    const address = output.dmaAddress(0);
    output.setDma(0, address - (address % 2 ** 33), output.dmaLength(0));
  }
});

/** The arrays of outputs stay where they are when there is none for the next one. */
export const leaksOutputs = like({
  sgSplit: (table, ...asked) => {
    const tried = leaking(table);
    tried.takeOver(table);
    return SCATTERLIST.sgSplit(tried, ...asked);
  },
});
