/** The general purpose allocator: what lib/genalloc.c once got wrong. */
import type { Bug } from '../bug.ts';

const FILE = 'sut/lib/genalloc.ts';

export const GENALLOC: readonly Bug[] = [
  {
    id: 'genalloc-search-start-carried-over',
    family: 'history',
    group: 'genalloc',
    edits: [
      {
        file: FILE,
        within: 'GenPool.allocAlgo',
        find: 'const nr = Math.ceil(size / this.granule);',
        replace: 'const nr = Math.ceil(size / this.granule);\n    let from = 0;',
      },
      {
        file: FILE,
        within: 'GenPool.allocAlgo',
        find: 'const bit = algo(chunk.bits, end, 0, nr, chunk, this); if (bit >= end) continue;',
        replace: `const bit = algo(chunk.bits, end, from, nr, chunk, this);
      if (bit >= end) {
        from = bit;
        continue;
      }`,
      },
    ],
    story:
      'Where the search of one chunk gave up, that of the next chunk begins: after a fragmented ' +
      'chunk the front of all others is never looked at.',
    reference: '62e931fac45b "lib/genalloc.c: start search from start of chunk"',
  },
];
