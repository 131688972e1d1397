/**
 * The entries of a scatter/gather table as columns: typed arrays, one number per entry and field.
 * The kernel keeps 32 bytes per entry in chained arrays; here the chain is only accounted for
 * (`scatterlist.ts`), so an entry is found by its index and links cost no step of a walk.
 */

/** Room for the first entries of a table that grows. */
const LEAST = 16;

interface DmaColumns {
  readonly address: Float64Array;
  readonly length: Uint32Array;
  readonly flags: Uint8Array;
}

const NOTHING_MAPPED: DmaColumns = {
  address: new Float64Array(0),
  length: new Uint32Array(0),
  flags: new Uint8Array(0),
};

export class SgColumns {
  /** Page frame of the page that `offset` counts from. Below 2^52, hence not 32 bits. */
  pfn: Float64Array;
  /** Bytes; may exceed a page. */
  offset: Uint32Array;
  length: Uint32Array;
  /** Made when an entry is mapped first; until then all DMA fields are 0. */
  #dma = NOTHING_MAPPED;

  constructor(entries: number) {
    this.pfn = new Float64Array(entries);
    this.offset = new Uint32Array(entries);
    this.length = new Uint32Array(entries);
  }

  /** Entries there is room for. */
  get room(): number {
    return this.pfn.length;
  }

  /** Twice the room; what was there stays. */
  grow(): void {
    const room = Math.max(LEAST, 2 * this.room);
    this.pfn = copied(new Float64Array(room), this.pfn);
    this.offset = copied(new Uint32Array(room), this.offset);
    this.length = copied(new Uint32Array(room), this.length);
  }

  /** Empties the CPU fields of the entries [start, end). */
  clear(start: number, end: number): void {
    this.pfn.fill(0, start, end);
    this.offset.fill(0, start, end);
    this.length.fill(0, start, end);
  }

  /** To be read only. */
  get dma(): DmaColumns {
    return this.#dma;
  }

  /** With room for all entries there are by now. */
  dmaForWriting(): DmaColumns {
    if (this.dma.address.length < this.room) this.#dma = grown(this.dma, this.room);
    return this.dma;
  }
}

function grown(dma: DmaColumns, room: number): DmaColumns {
  return {
    address: copied(new Float64Array(room), dma.address),
    length: copied(new Uint32Array(room), dma.length),
    flags: copied(new Uint8Array(room), dma.flags),
  };
}

function copied<Column extends Float64Array | Uint32Array | Uint8Array>(
  target: Column,
  source: Column,
): Column {
  target.set(source);
  return target;
}
