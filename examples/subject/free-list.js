// The allocator: the free runs of a pool, sorted by page. Blocks are powers of two, aligned from
// the start of the pool, and taken from the top, so that large runs at the bottom stay whole.

export class FreeList {
  constructor(pages) {
    this.runs = pages > 0 ? [{ start: 0, end: pages }] : [];
  }

  // The first page of a free aligned block, or null.
  take(count) {
    for (let index = this.runs.length - 1; index >= 0; index--) {
      const { start, end } = this.runs[index];
      const page = Math.floor((end - count) / count) * count;
      if (page < start) continue;
      const rest = [
        { start, end: page },
        { start: page + count, end },
      ].filter((run) => run.start < run.end);
      this.runs.splice(index, 1, ...rest);
      return page;
    }
    return null;
  }

  // Takes the block back and joins it with its free neighbours.
  give(start, count) {
    let index = this.runs.findIndex((run) => run.start > start);
    if (index < 0) index = this.runs.length;
    const run = { start, end: start + count };
    if (this.runs[index]?.start === run.end) run.end = this.runs.splice(index, 1)[0].end;
    if (this.runs[index - 1]?.end === run.start) {
      index -= 1;
      run.start = this.runs.splice(index, 1)[0].start;
    }
    this.runs.splice(index, 0, run);
  }
}
