/** Own bugs in bounce pools that are made while the machine runs. */
import type { Bug, Edit } from '../bug.ts';

const PAGES = 'sut/dma/swiotlb/tlb-pages.ts';
const GROWTH = 'sut/dma/swiotlb/growth.ts';

type Story = Pick<Bug, 'story' | 'reference'>;

function pools(id: string, edit: Edit, { story, reference }: Story): Bug {
  return { id, family: 'own', group: 'swiotlb', edits: [edit], story, reference };
}

export const DYNAMIC_POOLS: readonly Bug[] = [
  pools(
    'own-transient-pool-frees-its-bytes',
    {
      file: PAGES,
      within: 'TlbPages.giveBack',
      find: 'pages.freePages(phys / pageSize, orderOf(bytes, pageSize));',
      replace: 'pages.freePagesExact(phys / pageSize, Math.ceil(bytes / pageSize));',
    },
    {
      story:
        'A block of pages is given back page by page, as many as the slots need: what the block ' +
        'has beyond them stays taken.',
      reference: 'mapping 4.11; kernel/dma/swiotlb.c:swiotlb_free_tlb',
    },
  ),
  pools(
    'own-transient-pool-any-zone',
    {
      file: PAGES,
      within: 'TlbPages.obtain',
      find: 'if (endsWithin(phys, bytes, limit)) {',
      replace: 'if (zone === zoneFor(this.#machine, limit)) {',
    },
    {
      story:
        'What the zone of the limit gives is thought to be below the limit: a device whose ' +
        'limit lies inside a zone bounces to where it does not reach.',
      reference: 'mapping 4.11; kernel/dma/swiotlb.c:swiotlb_alloc_tlb',
    },
  ),
  pools(
    'own-grower-forgets-default-size',
    {
      file: GROWTH,
      within: 'allocPool',
      find: 'Math.min(like.nslabs, maxSlabs(pageSize))',
      replace: 'maxSlabs(pageSize)',
    },
    {
      story:
        'A new pool is as large as a block of pages can be, although the default one, which it ' +
        'is to be like, is smaller.',
      reference: 'mapping 4.11; kernel/dma/swiotlb.c:swiotlb_dyn_alloc',
    },
  ),
];
