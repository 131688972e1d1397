/** Scatter/gather tables: what lib/scatterlist.c once got wrong. */
import type { Bug, Edit } from '../bug.ts';

const APPEND = 'sut/lib/scatterlist-append.ts';
const MITER = 'sut/lib/scatterlist-miter.ts';

type Story = Pick<Bug, 'story' | 'reference'>;

function scatterlist(id: string, edits: readonly Edit[], { story, reference }: Story): Bug {
  return { id, family: 'history', group: 'scatterlist', edits, story, reference };
}

export const SCATTERLIST: readonly Bug[] = [
  scatterlist(
    'sg-miter-offset-beyond-page',
    [
      {
        file: MITER,
        within: 'SgMappingIter.phys',
        find: 'this.#table.phys(this.#index) + this.#passed',
        replace: `this.#table.pfn(this.#index) * this.#table.pageSize +
          (this.#table.offset(this.#index) % this.#table.pageSize) + this.#passed`,
      },
      {
        file: 'sut/lib/scatterlist-walk.ts',
        within: 'sgCopyPieces',
        find: 'const first = table.phys(index);',
        replace: 'const first = table.pfn(index) * pageSize + (table.offset(index) % pageSize);',
      },
    ],
    {
      story: 'An entry whose first byte is pages behind its page is read from that page.',
      reference: 'aeb87246537a "lib/scatterlist: Fix mapping iterator when sg->offset is …"',
    },
  ),
  scatterlist(
    'sg-append-orig-nents',
    [
      {
        file: APPEND,
        within: 'sgAllocAppendTableFromPages',
        find: 'sgt.origNents = sgt.nents;',
        replace: `
          sgt.origNents = append.totalNents;
          while (sgt.columns.room < sgt.origNents) sgt.columns.grow();`,
      },
      {
        file: APPEND,
        within: 'sgAllocAppendTableFromPages',
        find: 'append.prv = sgt.origNents - 1;',
        replace: 'append.prv = sgt.nents - 1;',
      },
    ],
    {
      story: 'A table that grows counts the places it has, and not the entries in them.',
      reference: '3e302dbc6774 "lib/scatterlist: Fix wrong update of orig_nents"',
    },
  ),
  scatterlist(
    'sg-append-last-page-is-first',
    [
      {
        file: APPEND,
        within: 'absorb',
        find: 'Math.floor((sgt.phys(prv) + sgt.length(prv)) / pageSize)',
        replace: 'Math.floor(sgt.phys(prv) / pageSize) + 1',
      },
    ],
    {
      story: 'Pages follow the last entry if they follow its first page.',
      reference: '0f097f08c9b3 "lib/scatterlist: Fix to calculate the last_pg properly"',
    },
  ),
  scatterlist(
    'sg-miter-zero-length-piece',
    [
      {
        file: MITER,
        within: 'SgMappingIter.#look',
        find: 'if (this.#left === 0 && table.offset(this.#index) > 0) return true;',
        replace: 'if (this.#left === 0) return true;',
      },
    ],
    {
      story: 'The iterator offers a piece of no bytes for every entry that has none.',
      reference: '23c560a99d78 "scatterlist: make sure sg_miter_next() doesn\'t return 0 …"',
    },
  ),
  scatterlist(
    'sg-chain-keeps-end-mark',
    [
      {
        file: APPEND,
        within: 'endAt',
        find: 'table.end = end;',
        // A list that is open ends with its last place; a longer one has made a link of that.
        replace: 'table.end = table.end > 0 && end > table.end ? table.end - 1 : end;',
      },
    ],
    {
      story: 'The place that becomes a link keeps the mark of the end: no walk goes beyond it.',
      reference: '73fd546aa75e "sg_chain(): clear the termination bit …"',
    },
  ),
  scatterlist(
    'sg-entry-length-over-4g',
    [
      {
        file: APPEND,
        within: 'addRuns',
        find: 'const stop = Math.min(end, first + most);',
        replace: 'const stop = Math.max(end, first + 1, end - most);',
      },
    ],
    {
      story: 'Neighbours become one entry without limit; its length is kept in 32 bits.',
      reference: '029ae067431a "drm/i915: Fix potential overflow of shmem scatterlist length"',
    },
  ),
];
