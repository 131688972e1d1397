/** Scatter/gather tables that count what they meet: what the generators reach. */
import { SCATTERLIST, type SgSide } from '../../properties/lockstep/scatterlist-sides.ts';
import type { SgTable } from '../../sut/lib/scatterlist.ts';
import type { SgAppendTable } from '../../sut/lib/scatterlist-append.ts';
import type { Labels } from './area-labels.ts';

const lengthsOf = (table: SgTable) =>
  Array.from({ length: table.origNents }, (_, index) => table.length(index));

/** `call`, and with the error if there is one. */
const named = (call: string, error: string | null) => (error === null ? call : `${call} ${error}`);

export function countingTables(labels: Labels): SgSide {
  const side: SgSide = {
    ...SCATTERLIST,
    sgAllocTable: (table, nents) => {
      const error = SCATTERLIST.sgAllocTable(table, nents);
      labels.add(named('table', error));
      return error;
    },
    sgAllocTableChained: (table, nents, first) => {
      if (first > 1 && nents > first) labels.add('first array used');
      return SCATTERLIST.sgAllocTableChained(table, nents, first);
    },
    sgAllocTableFromPages: (table, pages, layout) => {
      const error = SCATTERLIST.sgAllocTableFromPages(table, pages, layout);
      labels.add(named('built', error));
      if (error === null) countBuilt(labels, table, layout.size);
      return error;
    },
    sgAllocAppendTableFromPages: (append, pages, layout, left) => {
      const { prv, totalNents, sgt } = append;
      const before = prv === null ? 0 : sgt.length(prv);
      const error = SCATTERLIST.sgAllocAppendTableFromPages(append, pages, layout, left);
      labels.add(named(prv === null ? 'first' : 'later', error));
      if (prv === null || error !== null) return error;
      if (append.totalNents > totalNents) labels.add('linked');
      if (sgt.length(prv) > before) countAbsorbed(labels, append, prv);
      if (left === 0 && append.totalNents > sgt.nents) labels.add('closed with room');
      return error;
    },
    sgSplit: (table, mapped, skip, sizes) => {
      const outputs = SCATTERLIST.sgSplit(table, mapped, skip, sizes);
      labels.add(named('split', typeof outputs === 'string' ? outputs : null));
      if (typeof outputs === 'string') return outputs;
      if (mapped > 0) labels.add('split in both views');
      if (outputs[0]!.length(0) === 0) labels.add('first piece of no bytes');
      const end = sizes.reduce((sum, size) => sum + size, skip);
      if (endsInside(table, end)) labels.add('the defect of Linux');
      return outputs;
    },
    miter: (table, nents) => {
      countEmpty(labels, table);
      return SCATTERLIST.miter(table, nents);
    },
  };
  return side;
}

function countBuilt(labels: Labels, table: SgTable, size: number): void {
  if (table.nents > table.pageSize / 32) labels.add('several arrays');
  if (table.nents > 128) labels.add('more than 128 entries');
  const lengths = lengthsOf(table);
  if (lengths.includes(0)) labels.add('an entry without bytes');
  const sum = lengths.reduce((one, other) => one + other, 0);
  labels.add(sum === size ? 'exact' : sum < size ? 'too many bytes' : 'wrapped');
}

function countAbsorbed(labels: Labels, append: SgAppendTable, prv: number): void {
  labels.add(append.prv === prv ? 'absorbed to the last page' : 'absorbed');
}

/** Does byte `end` lie inside an entry that others follow? */
function endsInside(table: SgTable, end: number): boolean {
  let at = 0;
  return lengthsOf(table).some((length, index) => {
    const start = at;
    at += length;
    return start < end && end < at && index + 1 < table.origNents;
  });
}

function countEmpty(labels: Labels, table: SgTable): void {
  for (const [index, length] of lengthsOf(table).entries()) {
    const offset = table.offset(index);
    if (length > 0 || offset === 0) continue;
    const whole = offset % table.pageSize === 0;
    labels.add(whole ? 'where Linux loses its place' : 'an entry of none');
  }
}
