/**
 * The placement rule of a per-device coherent pool, literally (pools.md §2.4, §2.5): the smallest
 * multiple of 2^order whose 2^order pages are all free. Alignment is relative to page 0.
 */
export class ReferencePool {
  /** Page by page: taken? */
  readonly pages: boolean[];

  constructor(pageCount: number) {
    this.pages = new Array<boolean>(pageCount).fill(false);
  }

  /** First page of the region, now taken; -1 when none fits. */
  alloc(order: number): number {
    const size = 2 ** order;
    for (let page = 0; page + size <= this.pages.length; page += size) {
      if (this.isFree(page, size)) {
        this.pages.fill(true, page, page + size);
        return page;
      }
    }
    return -1;
  }

  free(page: number, order: number): void {
    this.pages.fill(false, page, page + 2 ** order);
  }

  isFree(page: number, size: number): boolean {
    for (let k = page; k < page + size; k++) if (this.pages[k]) return false;
    return true;
  }
}
