// The same subject with a bug: freed runs never join, so the pool crumbles until a large request
// fails although the memory is free.
import { FreeList } from './free-list.js';
import { serve } from './serve.js';

class CrumblingFreeList extends FreeList {
  give(start, count) {
    this.runs.push({ start, end: start + count });
    this.runs.sort((a, b) => a.start - b.start);
  }
}

await serve('free list without joining', CrumblingFreeList);
