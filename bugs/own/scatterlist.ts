/** Own bugs in scatter/gather tables. */
import type { Bug } from '../bug.ts';

export const SCATTERLIST: readonly Bug[] = [
  {
    id: 'own-copy-forgets-rest-of-skip',
    family: 'own',
    group: 'scatterlist',
    edits: [
      {
        file: 'sut/lib/scatterlist-walk.ts',
        within: 'sgCopyPieces',
        find: 'passed = Math.max(0, passed - length);',
        replace: 'passed = 0;',
      },
    ],
    story: 'A copy that skips more than the first entry begins with the second one.',
    reference: 'mapping 1.5, sg_copy_buffer',
  },
  {
    id: 'own-first-entry-limit-from-offset',
    family: 'own',
    group: 'scatterlist',
    edits: [
      {
        file: 'sut/lib/scatterlist-append.ts',
        within: 'addRuns',
        find: 'const most = maxSegment / pageSize;',
        replace: 'const most = Math.ceil((maxSegment + offset) / pageSize);',
      },
    ],
    story:
      'The longest segment is counted from the first byte: a table that begins inside a page ' +
      'has entries of one page more.',
    reference: 'mapping 1.9',
  },
];
