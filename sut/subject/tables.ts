/** Operations on scatter/gather tables: labels become tables and pages. */

import { alignUp } from '../../contract/numbers.ts';
import type { OpOf } from '../../contract/operations.ts';
import type { Outcome, Pieces } from '../../contract/outcome.ts';
import { failed, OK, SKIPPED } from '../../contract/outcome.ts';
import { SgTable, sgFreeTable } from '../lib/scatterlist.ts';
import {
  SgAppendTable,
  sgAllocAppendTableFromPages,
  sgAllocTableFromPages,
  sgFreeAppendTable,
} from '../lib/scatterlist-append.ts';
import { sgCopyPieces, sgNentsForLen } from '../lib/scatterlist-walk.ts';
import { sgSplit } from '../lib/sg-split.ts';
import type { TableOp } from './kinds.ts';
import type { System } from './system.ts';

type Building = OpOf<'sg_from_pages' | 'sg_append'>;

/** Pages of a buffer, as far as tables need it. */
export interface PageSource {
  readonly phys: number;
  /** Bytes, whole pages. */
  readonly length: number;
}

interface TableRecord {
  readonly sgt: SgTable;
  /** Null: it was not built by appending. */
  readonly append: SgAppendTable | null;
}

export class Tables {
  readonly #system: System;
  readonly #pages: (buffer: number) => PageSource | null;
  readonly #tables = new Map<number, TableRecord>();

  constructor(system: System, pages: (buffer: number) => PageSource | null) {
    this.#system = system;
    this.#pages = pages;
  }

  /** The table of a label, or null. */
  table(label: number): SgTable | null {
    return this.#tables.get(label)?.sgt ?? null;
  }

  apply(op: TableOp): Outcome {
    switch (op.op) {
      case 'sg_from_pages':
        return this.#fromPages(op);
      case 'sg_of_buffer':
        return this.#ofBuffer(op);
      default:
        return this.#onTable(op);
    }
  }

  #onTable(op: Exclude<TableOp, OpOf<'sg_from_pages' | 'sg_of_buffer'>>): Outcome {
    const record = this.#tables.get(op.table);
    if (record === undefined) return SKIPPED;
    const { sgt } = record;
    switch (op.op) {
      case 'sg_append':
        return this.#append(op, record);
      case 'sg_split': {
        const outputs = sgSplit(sgt, 0, op.skip, [op.size]);
        if (typeof outputs === 'string') return failed('EINVAL');
        const [output] = outputs;
        this.#tables.set(op.out, { sgt: output!, append: null });
        return { is: 'ok', entries: entriesOf(output!) };
      }
      case 'sg_nents_for_len': {
        const count = sgNentsForLen(sgt, op.length);
        return count === 'EINVAL' ? failed('EINVAL') : { is: 'ok', count };
      }
      case 'sg_read':
        return this.#read(op, sgt);
      case 'sg_write':
        return this.#write(op, sgt);
      case 'sg_free':
        this.#tables.delete(op.table);
        if (record.append === null) sgFreeTable(sgt);
        else sgFreeAppendTable(record.append);
        return OK;
    }
  }

  #fromPages(op: OpOf<'sg_from_pages'>): Outcome {
    const { pageSize } = this.#system.memory;
    const append = new SgAppendTable(pageSize);
    const outcome = this.#build(op, append);
    if (outcome.is === 'ok') this.#tables.set(op.out, { sgt: append.sgt, append });
    return outcome;
  }

  #append(op: OpOf<'sg_append'>, { append }: TableRecord): Outcome {
    return append === null ? SKIPPED : this.#build(op, append);
  }

  #build(op: Building, append: SgAppendTable): Outcome {
    const { pageSize } = this.#system.memory;
    const source = this.#pages(op.buffer);
    if (source === null) return SKIPPED;
    const pfns = pfnsOf(op, source, pageSize);
    const size = op.size < 0 ? pfns.length * pageSize - op.offset : op.size;
    const layout = { offset: op.offset, size, maxSegment: op.max_segment };
    const error = sgAllocAppendTableFromPages(append, { pfns }, layout, op.more);
    if (error !== null) return failed(error === 'EOPNOTSUPP' ? 'EINVAL' : error);
    return { is: 'ok', entries: entriesOf(append.sgt) };
  }

  /** One entry of all pages. (kernel/dma/direct.c:dma_direct_get_sgtable) */
  #ofBuffer(op: OpOf<'sg_of_buffer'>): Outcome {
    const { pageSize } = this.#system.memory;
    const source = this.#pages(op.buffer);
    if (source === null) return SKIPPED;
    const count = alignUp(source.length, pageSize) / pageSize;
    const first = Math.floor(source.phys / pageSize);
    const pfns = Float64Array.from({ length: count }, (_, i) => first + i);
    const sgt = new SgTable(pageSize);
    const error = sgAllocTableFromPages(sgt, { pfns }, { offset: 0, size: count * pageSize });
    if (error !== null) return SKIPPED;
    this.#tables.set(op.out, { sgt, append: null });
    return { is: 'ok', entries: entriesOf(sgt) };
  }

  #read(op: OpOf<'sg_read'>, sgt: SgTable): Outcome {
    const { cached } = this.#system.memory.views;
    const bytes = [];
    for (const [phys, length] of sgCopyPieces(sgt, sgt.origNents, op.length, op.skip)) {
      bytes.push(...cached.read(phys, length));
    }
    return { is: 'ok', bytes };
  }

  #write(op: OpOf<'sg_write'>, sgt: SgTable): Outcome {
    const { cached } = this.#system.memory.views;
    let moved = 0;
    for (const [phys, length] of sgCopyPieces(sgt, sgt.origNents, op.length, op.skip)) {
      cached.fill(phys, length, op.value);
      moved += length;
    }
    return { is: 'ok', length: moved };
  }
}

function pfnsOf(op: Building, { phys, length }: PageSource, pageSize: number): Float64Array {
  const spans = op.pages.length > 0 ? op.pages : [[0, length / pageSize] as const];
  const pfns = new Float64Array(spans.reduce((sum, [, count]) => sum + count, 0));
  let at = 0;
  for (const [first, count] of spans) {
    for (let i = 0; i < count; i++) pfns[at++] = phys / pageSize + first + i;
  }
  return pfns;
}

function entriesOf(sgt: SgTable): Pieces {
  return Array.from(
    { length: sgt.origNents },
    (_, index) => [sgt.phys(index), sgt.length(index)] as const,
  );
}
