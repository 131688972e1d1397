/** The implementation of scatter/gather tables as lockstep calls it, and what lends it arrays. */
import type { SgArrays, SgTable } from '../../sut/lib/scatterlist.ts';
import { sgAllocTable, sgAllocTableChained, sgFreeTable } from '../../sut/lib/scatterlist.ts';
import {
  sgAllocAppendTableFromPages,
  sgAllocTableFromPages,
  sgFreeAppendTable,
} from '../../sut/lib/scatterlist-append.ts';
import { SgMappingIter } from '../../sut/lib/scatterlist-miter.ts';
import {
  sgCopyPieces,
  sgDmaPages,
  sgNents,
  sgNentsForLen,
  sgPages,
} from '../../sut/lib/scatterlist-walk.ts';
import { sgSplit } from '../../sut/lib/sg-split.ts';

export const SCATTERLIST = {
  sgAllocTable,
  sgAllocTableChained,
  sgFreeTable,
  sgAllocTableFromPages,
  sgAllocAppendTableFromPages,
  sgFreeAppendTable,
  sgNents,
  sgNentsForLen,
  sgCopyPieces,
  sgPages,
  sgDmaPages,
  sgSplit,
  miter: (table: SgTable, nents: number): SgMappingIter => new SgMappingIter(table, nents),
};

export type SgSide = typeof SCATTERLIST;

/** Lends arrays, refuses one of them, and keeps a record. */
export class ArrayLedger implements SgArrays {
  /** `+4` for an array of 4 places taken, `-4` for one given back, `!4` for one refused. */
  readonly events: string[] = [];
  readonly #failAt: number | null;
  #asked = 0;

  constructor(failAt: number | null) {
    this.#failAt = failAt;
  }

  take(places: number): boolean {
    const refused = this.#asked++ === this.#failAt;
    this.events.push(`${refused ? '!' : '+'}${places}`);
    return !refused;
  }

  give(places: number): void {
    this.events.push(`-${places}`);
  }

  /** What was taken and refused, in order. */
  asked(): string {
    return this.events.filter((event) => !event.startsWith('-')).join(' ');
  }

  /** Is what was taken given back, once, and nothing else? */
  balanced(): boolean {
    const held = new Map<string, number>();
    for (const event of this.events) {
      const change = event.startsWith('+') ? 1 : event.startsWith('-') ? -1 : 0;
      const places = event.slice(1);
      held.set(places, (held.get(places) ?? 0) + change);
    }
    return [...held.values()].every((count) => count === 0);
  }
}
