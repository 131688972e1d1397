/**
 * A buddy allocator as one writes it first: an object per free block, an array of them per order,
 * and a map that finds them by page. Blocks leave their array by swapping with its last.
 */
interface FreeBlock {
  readonly pfn: number;
  readonly order: number;
  /** Place in the array of its order. */
  index: number;
}

export class ObjectBuddy {
  readonly #maxOrder: number;
  /** Pages by order. */
  readonly #sizes: readonly number[];
  readonly #free: FreeBlock[][];
  readonly #byPage = new Map<number, FreeBlock>();

  /** `pages`: a multiple of 2^maxOrder. */
  constructor(pages: number, maxOrder: number) {
    this.#maxOrder = maxOrder;
    this.#sizes = Array.from({ length: maxOrder + 1 }, (_, order) => 2 ** order);
    this.#free = Array.from({ length: maxOrder + 1 }, () => []);
    for (let pfn = pages - 2 ** maxOrder; pfn >= 0; pfn -= 2 ** maxOrder) this.#add(pfn, maxOrder);
  }

  alloc(order: number): number {
    const from = this.#free.findIndex((blocks, size) => size >= order && blocks.length > 0);
    if (from < 0) return -1;
    const block = this.#free[from]!.at(-1)!;
    this.#remove(block);
    for (let half = from - 1; half >= order; half--)
      this.#add(block.pfn + this.#sizes[half]!, half);
    return block.pfn;
  }

  free(pfn: number, order: number): void {
    let start = pfn;
    let level = order;
    for (; level < this.#maxOrder; level++) {
      const size = this.#sizes[level]!;
      const isUpper = start % (2 * size) !== 0;
      const buddy = this.#byPage.get(isUpper ? start - size : start + size);
      if (buddy?.order !== level) break;
      this.#remove(buddy);
      if (isUpper) start = buddy.pfn;
    }
    this.#add(start, level);
  }

  #add(pfn: number, order: number): void {
    const blocks = this.#free[order]!;
    const block = { pfn, order, index: blocks.length };
    blocks.push(block);
    this.#byPage.set(pfn, block);
  }

  #remove({ pfn, order, index }: FreeBlock): void {
    const blocks = this.#free[order]!;
    const last = blocks.pop()!;
    if (last.index !== index) {
      blocks[index] = last;
      last.index = index;
    }
    this.#byPage.delete(pfn);
  }
}
