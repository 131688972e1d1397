/** The laws that lockstep decides: the implementation beside its literal definition. */
import type { Law } from '../../contract/law.ts';

const law = (id: string, says: string, decides: readonly string[], source: string): Law => ({
  id,
  says,
  decides,
  source,
  by: 'lockstep',
});

export const LOCKSTEP_LAWS: readonly Law[] = [
  law(
    'bitmap/area',
    'Searches for bits and areas answer as defined bit by bit, failing values included.',
    ['F-I1', 'F-T1', 'F-T2', 'F-T4'],
    'lib/bitmap.c:bitmap_find_next_zero_area_off',
  ),
  law(
    'bitmap/region',
    'Ranges and regions change exactly their bits; a region is the leftmost aligned clear run.',
    ['F-I1', 'F-I3', 'F-T3'],
    'include/linux/bitmap.h:bitmap_find_free_region',
  ),
  law(
    'bitmap/tail',
    'Bits at or beyond the size of a call never change its answer.',
    ['F-I2'],
    'lib/find_bit.c:_find_next_bit',
  ),
  law(
    'bitmap/copy',
    'Copying a prefix clears all that follows; cutting keeps what lies before the cut.',
    [],
    'lib/bitmap.c:bitmap_cut',
  ),
  law(
    'bitmap/index',
    'The bit of an address is its quotient by the page size, for page shifts up to 52.',
    [],
    'drivers/iommu/iommufd/iova_bitmap.c:iova_bitmap_offset_to_index',
  ),
  law(
    'pool/leftmost',
    'A pool hands out the smallest multiple of 2^order whose pages are all free, or none.',
    ['P-I2', 'P-I3', 'P-I4', 'P-I6', 'P-T4'],
    'kernel/dma/coherent.c:__dma_alloc_from_coherent',
  ),
  law(
    'pool/bits',
    'The set bits of a pool are the pages of its live regions; freeing all of them leaves none.',
    ['P-I1', 'P-I5'],
    'kernel/dma/coherent.c:__dma_release_from_coherent',
  ),
  law(
    'genpool/placement',
    'gen_pool hands out of the newest chunk with room the run that its algorithm names, or none.',
    ['G-I3', 'G-I4', 'G-I5', 'G-I6', 'G-T2', 'G-T3', 'G-T4', 'G-T8', '4.1'],
    'lib/genalloc.c:gen_pool_alloc_algo_owner',
  ),
  law(
    'genpool/accounts',
    'Each chunk has available what is not taken, in granules; what it takes is what was asked for.',
    ['G-I1', 'G-I7', 'G-T1', 'G-T9'],
    'lib/genalloc.c:gen_pool_avail',
  ),
  law(
    'genpool/address',
    'Regions are disjoint, each in one chunk, and their physical place is that of their address.',
    ['G-I2'],
    'lib/genalloc.c:gen_pool_virt_to_phys',
  ),
  law(
    'genpool/bug',
    'Freeing what is not handed out, and destroying a pool in use, stop the kernel; nothing else.',
    ['G-T9'],
    'lib/genalloc.c:gen_pool_free_owner',
  ),
  law(
    'cma/placement',
    'CMA hands out the leftmost clear run whose first page frame is aligned as asked, or none.',
    ['M-I2', 'M-I3', 'M-T1', 'M-T2', 'M-T5'],
    'mm/cma.c:__cma_alloc',
  ),
  law(
    'cma/busy',
    'Where pages are stuck the next aligned clear run is tried; other errors end the request.',
    ['M-I5', 'M-T4'],
    'mm/cma.c:__cma_alloc',
  ),
  law(
    'cma/bits',
    'The set bits are those of the live regions, and exactly the pages asked for change hands.',
    ['M-I1', 'M-I4', 'M-T3'],
    'mm/cma.c:cma_release',
  ),
  law(
    'cma/creation',
    'An area lies at the lowest place from 4 GiB on, else at the highest, or is refused rightly.',
    ['6.2'],
    'mm/cma.c:cma_declare_contiguous_nid',
  ),
  law(
    'buddy/placement',
    'Pages come from the head of the same list, halves and freed blocks go where Linux puts them.',
    ['B-T1', 'B-T2', 'B-T3', 'B-T4', 'B-T5', 'B-T7', 'B-T8', 'B-T9', '5.2'],
    'mm/page_alloc.c:__free_one_page',
  ),
  law(
    'buddy/coalesced',
    'Free blocks are aligned, in one zone and kind of memory, and no two halves of one are free.',
    ['B-I2', 'B-I3', 'B-T9'],
    'mm/page_alloc.c:__free_one_page',
  ),
  law(
    'buddy/history-free',
    'The set of free blocks follows from the free pages; freeing everything restores that of boot.',
    ['B-I4'],
    'mm/page_alloc.c:__free_one_page',
  ),
  law(
    'buddy/complete',
    'A request fails only if no allowed zone has a block that suffices, and splits the smallest.',
    ['B-I5', 'B-I6', 'B-T7'],
    'mm/page_alloc.c:get_page_from_freelist',
  ),
  law(
    'buddy/accounting',
    'Every page of boot is free in one block or in use once; a split leaves one block per order.',
    ['B-I1', 'B-I7', 'B-I8', 'B-T6'],
    'mm/page_alloc.c:expand',
  ),
  law(
    'buddy/contig',
    'A contiguous range, and nothing else, is taken if all in its pageblocks is free or can move.',
    ['5.4'],
    'mm/page_alloc.c:alloc_contig_range_noprof',
  ),
  law(
    'buddy/watermark',
    'A zone is used only while its mark stays free, and for higher requests its reserve as well.',
    ['5.5'],
    'mm/page_alloc.c:__zone_watermark_ok',
  ),
  law(
    'area/leftmost',
    'Whatever was taken and given back before, an area is the leftmost aligned clear run.',
    ['F-I1', 'F-T2', 'F-T4'],
    'lib/bitmap.c:bitmap_find_next_zero_area_off',
  ),
  law(
    'slots/search',
    'A request gets the slots that Linux finds, in that area; where it overlooks all, the first.',
    ['mapping 4.4', 'mapping 4.5', 'mapping 4.14.3', 'mapping 4.14.6', 'mapping 4.14.9'],
    'kernel/dma/swiotlb.c:swiotlb_search_pool_area',
  ),
  law(
    'slots/records',
    'Every slot says how many free ones follow, its original address, its bytes and its padding.',
    ['mapping 4.6', 'mapping 4.9', 'mapping 4.14.4', 'mapping 4.14.7'],
    'kernel/dma/swiotlb.c:swiotlb_release_slots',
  ),
  law(
    'slots/counts',
    'Areas and the allocator count the slots in use; each is of one run, in one segment and area.',
    ['mapping 4.14.1', 'mapping 4.14.2', 'mapping 4.14.5'],
    'kernel/dma/swiotlb.c:inc_used_and_hiwater',
  ),
  law(
    'slots/bounce',
    'A bounce address stands for the byte as far into the buffer, up to the end of what was taken.',
    ['mapping 4.7'],
    'kernel/dma/swiotlb.c:swiotlb_bounce',
  ),
  law(
    'slots/dynamic',
    'Without room a mapping gets a pool of its own, and put-off work adds one that stays.',
    ['mapping 4.10', 'mapping 4.11'],
    'kernel/dma/swiotlb.c:swiotlb_find_slots',
  ),
];
