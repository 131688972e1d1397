/** Own bugs in the summaries of the bitmap. */
import type { Bug } from '../bug.ts';

export const BITMAP: readonly Bug[] = [
  {
    id: 'own-summary-never-taken-back',
    family: 'own',
    group: 'bitmap',
    edits: [
      {
        file: 'sut/lib/first-zero.ts',
        within: 'BitTree.put',
        find: 'if (holds === (was !== this.#barren) || level + 1 === this.depth) return;',
        replace: 'if (was !== this.#barren || level + 1 === this.depth) return;',
      },
    ],
    story:
      'A word that gains its first sought bit tells the level above, one that loses its last ' +
      'does not. Pages that were used and freed singly are never found as one large region again.',
    reference: 'spec P-I4, P-I5',
  },
  {
    id: 'own-run-index-stale-on-level-one',
    family: 'own',
    group: 'bitmap',
    edits: [
      {
        file: 'sut/lib/first-zero.ts',
        within: 'BitTree.#writeWhole',
        find: 'this.wordsFilled(level, from, to, value);',
        replace: 'if (level === 0) this.wordsFilled(level, from, to, value);',
      },
    ],
    story:
      'When 1024 pages are taken at once, the run indexes of level 1 do not hear of it. Requests ' +
      'of 32 to 512 pages see a free run there and get the first pages behind it, again and again.',
    reference: 'spec P-I2, P-I3',
  },
];
