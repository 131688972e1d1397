/** What specs say of a table. */
import type { SgTable } from '../../sut/lib/scatterlist.ts';

/** Page frame, offset and length of each entry. */
export const entries = (table: SgTable) =>
  Array.from({ length: table.origNents }, (_, k) => [
    table.pfn(k),
    table.offset(k),
    table.length(k),
  ]);
