/** Bitmaps: what lib/bitmap.c and its users once got wrong. */
import type { Bug } from '../bug.ts';

const FILE = 'sut/lib/bitmap.ts';

export const BITMAP: readonly Bug[] = [
  {
    id: 'bitmap-cut-overlapping',
    family: 'history',
    group: 'bitmap',
    edits: [
      {
        file: FILE,
        within: 'Bitmap.cut',
        find: 'const kept = source.#tree.word(0, edge) & below;',
        replace: '',
      },
      {
        file: FILE,
        within: 'Bitmap.cut',
        find: 'this.#tree.put(0, edge, (this.#tree.word(0, edge) & ~below) | kept);',
        replace: `const kept = source.#tree.word(0, edge) & below;
    this.#tree.put(0, edge, (this.#tree.word(0, edge) & ~below) | kept);`,
      },
    ],
    story: 'Cutting a map in place saves the bits below the cut after they were overwritten.',
    reference: '5959f829a93c "lib/bitmap.c: fix bitmap_cut() for partial overlapping case"',
  },
  {
    id: 'bitmap-copy-tail-garbage',
    family: 'history',
    group: 'bitmap',
    edits: [
      {
        file: FILE,
        within: 'Bitmap.copyPrefixFrom',
        find: 'this.#tree.write(0, nbits, alignUp(this.length, WORD_BITS), false);',
        replace: `this.#tree.write(
      0, alignUp(nbits, WORD_BITS), alignUp(this.length, WORD_BITS), false);`,
      },
    ],
    story: 'Copying a prefix copies whole words, so that bits beyond the prefix come along.',
    reference: 'CVE-2024-45025, 9a2fa1472083 "fix bitmap corruption on close_range() with …"',
  },
  {
    id: 'bitmap-index-shift-32bit',
    family: 'history',
    group: 'bitmap',
    edits: [
      {
        file: FILE,
        within: 'offsetToIndex',
        find: '2 ** pageShift',
        replace: '(1 << pageShift)',
      },
    ],
    story: 'The page size is computed as a 32-bit integer: from a shift of 31 on it is wrong.',
    reference: 'CVE-2025-21724, e24c15510592 "iommufd/iova_bitmap: Fix shift-out-of-bounds in …"',
  },
];
