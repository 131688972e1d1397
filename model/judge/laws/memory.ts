/** Laws of memory behind the pools: pages, areas, atomic and restricted pools, accounts. */
import type { Law } from '../../../contract/law.ts';
import { law } from './law.ts';

export const MEMORY_LAWS: readonly Law[] = [
  law(
    'attach/memory',
    'Attaching a contiguous area or a restricted pool always succeeds.',
    ['6.4', '3.4'],
    'kernel/dma/contiguous.c:rmem_cma_device_init',
  ),
  law(
    'alloc/no-mask',
    'Pages for a device whose coherent mask is 0 are refused.',
    ['3.1'],
    'kernel/dma/mapping.c:dma_alloc_pages',
  ),
  law(
    'alloc/source',
    'Memory comes from the one source that the first matching rule names: restricted pool, ' +
      'atomic pool, area, page allocator; from the last only if the area has nothing in reach.',
    ['C-I1', '3.2', '3.3', '3.6', '6.4', 'C-T5', 'M-T6', 'M-T7'],
    'kernel/dma/direct.c:dma_direct_alloc',
  ),
  law(
    'alloc/handle',
    'The handle is what the device must emit to reach the first byte, and one window holds it all.',
    ['C-I2', '3.3'],
    'kernel/dma/direct.c:dma_direct_alloc',
    ['handle'],
  ),
  law(
    'alloc/reachable',
    'The last byte of the whole pages lies within the coherent limit of the device.',
    ['C-I2', '3.3', 'C-T4'],
    'kernel/dma/direct.c:dma_coherent_ok',
    ['handle'],
  ),
  law(
    'pages/inside',
    'A block is free RAM of one zone that the request may use, and no larger than blocks get.',
    ['B-I2', '5.3', 'B-T7', '1.5'],
    'mm/page_alloc.c:get_page_from_freelist',
  ),
  law(
    'pages/aligned',
    'A block of 2^order pages starts at a multiple of its size.',
    ['B-I2', '5.3'],
    'mm/page_alloc.c:__rmqueue_smallest',
  ),
  law(
    'pages/disjoint',
    'No page of a block is in use.',
    ['B-I1', 'B-T6', '5.3'],
    'mm/page_alloc.c:__rmqueue_smallest',
  ),
  law(
    'pages/complete',
    'Pages are refused only if no block is free on the rung where the ladder stopped, or if ' +
      'every rung could give one out of reach.',
    ['B-I5', 'C-T1', 'C-T3', 'C-T4', '3.3', '5.3'],
    'kernel/dma/direct.c:__dma_direct_alloc_pages',
    ['free-memory'],
  ),
  law(
    'contig/exact',
    'A range of pages is handed out only if all are free, and refused only if a page of the ' +
      'pageblocks around it is not: with EBUSY.',
    ['5.3', '5.4'],
    'mm/page_alloc.c:alloc_contig_range_noprof',
  ),
  law('cma/inside', 'Memory of an area lies inside it.', ['M-I1', '6.3'], 'mm/cma.c:__cma_alloc'),
  law(
    'cma/aligned',
    'It starts at a page frame that is a multiple of its order, or of 2^8 if that is less.',
    ['M-I2', 'M-T1', '6.3', '6.4'],
    'kernel/dma/contiguous.c:cma_alloc_aligned',
  ),
  law(
    'cma/disjoint',
    'No page of it is handed out already, or used by somebody who cannot move.',
    ['M-I1', 'M-I5', '6.3'],
    'mm/cma.c:__cma_alloc',
  ),
  law(
    'cma/complete',
    'An area refuses only if no aligned run of its pages is free of users.',
    ['M-I3', 'M-I5', 'M-T4', '6.3'],
    'mm/cma.c:__cma_alloc',
    ['free-memory'],
  ),
  law(
    'atomic/inside',
    'Memory of an atomic pool lies inside one of its chunks.',
    ['G-I2', '4.2'],
    'kernel/dma/pool.c:dma_alloc_from_pool',
    ['free-memory'],
  ),
  law(
    'atomic/aligned',
    'It starts at a multiple of its order from the start of the chunk.',
    ['G-I3', 'G-T2', '4.2'],
    'lib/genalloc.c:gen_pool_first_fit_order_align',
    ['free-memory'],
  ),
  law(
    'atomic/disjoint',
    'No page of it is in use.',
    ['G-I2', '4.2'],
    'lib/genalloc.c:gen_pool_alloc_algo_owner',
    ['free-memory'],
  ),
  law(
    'atomic/complete',
    'It is refused only if each pool the hint leads to has no run, or could give one out of reach.',
    ['G-I6', '4.2'],
    'kernel/dma/pool.c:dma_alloc_from_pool',
    ['free-memory'],
  ),
  law(
    'atomic/growth',
    'Pools get memory at boot and when put-off work is done after one ran low: as much as wanted ' +
      'or the most there is room for.',
    ['G-I7', 'G-T5', '4.2'],
    'kernel/dma/pool.c:atomic_pool_expand',
    ['free-memory'],
  ),
  law(
    'atomic/chunk',
    'A chunk is free memory of the default area, if that lies in the zone, or else of the zone.',
    ['G-I7', '4.2'],
    'kernel/dma/pool.c:atomic_pool_expand',
    ['free-memory'],
  ),
  law(
    'slots/inside',
    'Memory of a restricted pool lies inside one segment of 128 slots.',
    ['3.4'],
    'kernel/dma/swiotlb.c:swiotlb_alloc',
  ),
  law(
    'slots/aligned',
    'It is whole pages, and aligned to their order as the device sees them.',
    ['3.4'],
    'kernel/dma/swiotlb.c:swiotlb_search_pool_area',
  ),
  law(
    'slots/disjoint',
    'No slot of it is in use.',
    ['3.4'],
    'kernel/dma/swiotlb.c:swiotlb_search_pool_area',
  ),
  law(
    'slots/complete',
    'It is refused only if larger than a segment, or if no aligned run is free and within reach.',
    ['3.4'],
    'kernel/dma/swiotlb.c:swiotlb_alloc',
  ),
  law(
    'account/pages',
    'What is free and what is handed out add up, for every zone, area and pool.',
    ['B-I1', 'C-I1', 'C-I3', 'C-I5', '3.5', 'G-I1', 'M-I1', 'M-I4', 'P-I1', 'P-I7'],
    '/proc/zoneinfo',
    ['free-memory'],
  ),
];
