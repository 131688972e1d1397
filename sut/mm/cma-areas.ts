/** The table of CMA areas that booting fills. Source: mm/cma.c:cma_areas, Linux 6.12. */
import type { Errno } from '../../contract/errno.ts';
import { pageblockOrder } from '../../contract/machine.ts';
import { Cma, type ContigRanges } from './cma.ts';
import { type BootMemory, type ContigRequest, placeContiguous } from './cma-place.ts';

/** MAX_CMA_AREAS: CONFIG_CMA_AREAS without NUMA (mm/Kconfig). */
const MAX_CMA_AREAS = 8;

/** Memory for an area. Bytes. */
export interface ReservedMemory {
  readonly base: number;
  readonly size: number;
  /** Does the boot allocator know some of it as reserved? */
  readonly reserved: boolean;
}

/** Page frames [start, start + pages). */
export interface PageRange {
  readonly start: number;
  readonly pages: number;
}

export class CmaTable {
  readonly #areas: Cma[] = [];
  readonly #pageSize: number;
  readonly #pages: ContigRanges;

  constructor(pageSize: number, pages: ContigRanges) {
    this.#pageSize = pageSize;
    this.#pages = pages;
  }

  /** In the order of their creation. */
  get areas(): readonly Cma[] {
    return this.#areas;
  }

  /**
   * An area of reserved memory, whose base and size are multiples of a pageblock. ENOSPC: the table
   * is full, which is looked at first; EINVAL: empty, not reserved or not aligned.
   * `name` null: `cma0`, `cma1`, … Source: mm/cma.c:cma_init_reserved_mem.
   */
  initReservedMem(memory: ReservedMemory, orderPerBit: number, name: string | null): Cma | Errno {
    const { base, size, reserved } = memory;
    if (this.#isFull()) return 'ENOSPC';
    if (size === 0 || !reserved) return 'EINVAL';
    const alignment = this.#pageSize * 2 ** pageblockOrder(this.#pageSize);
    if (base % alignment !== 0 || size % alignment !== 0) return 'EINVAL';
    const area = new Cma(
      name ?? `cma${this.#areas.length}`,
      base / this.#pageSize,
      size / this.#pageSize,
      orderPerBit,
      this.#pages,
    );
    this.#areas.push(area);
    return area;
  }

  /**
   * An area where `placeContiguous` finds room; the caller notes [base, base + size) of the area as
   * reserved. Errors are those of that function, after ENOSPC.
   * Source: mm/cma.c:cma_declare_contiguous_nid.
   */
  declareContiguous(request: ContigRequest, memory: BootMemory, name: string | null): Cma | Errno {
    if (this.#isFull()) return 'ENOSPC';
    const place = placeContiguous(request, this.#pageSize, memory);
    if (typeof place === 'string') return place;
    return this.initReservedMem({ ...place, reserved: true }, request.orderPerBit, name);
  }

  /**
   * Areas that span zones become empty; answers their pages, which the caller hands to the page
   * allocator. One such area never stops the next. `inOneZone` answers for page frames
   * [start, end). Source: mm/cma.c:cma_init_reserved_areas, :cma_activate_area.
   */
  activate(inOneZone: (start: number, end: number) => boolean): readonly PageRange[] {
    const given: PageRange[] = [];
    for (const area of this.#areas) {
      const { basePfn: start, count: pages } = area;
      if (inOneZone(start, start + pages)) continue;
      area.empty();
      given.push({ start, pages });
    }
    return given;
  }

  #isFull(): boolean {
    return this.#areas.length === MAX_CMA_AREAS;
  }
}
