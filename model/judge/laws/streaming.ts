/** Laws of streaming DMA: tables, mappings, bounce memory, and who may see which bytes. */
import type { Law } from '../../../contract/law.ts';
import { law } from './law.ts';

export const STREAMING_LAWS: readonly Law[] = [
  law(
    'table/entries',
    'A table has the bytes of its pages in order, in the fewest entries: neighbours are one ' +
      'entry up to the longest segment in whole pages, and only the first starts inside a page.',
    ['mapping 1.3', 'mapping 1.4', 'mapping 1.5', 'mapping 1.8'],
    'lib/scatterlist.c:sg_alloc_append_table_from_pages',
    ['entries'],
  ),
  law(
    'table/split-end',
    'What is cut out of a table ends where it was asked to, also inside an entry.',
    ['mapping 1.5'],
    'lib/sg_split.c:sg_split_phys',
    ['entries'],
  ),
  law(
    'table/refusal',
    'A table is refused iff the longest segment is shorter than a page, pages are appended from ' +
      'inside a page, or a split wants more bytes than there are.',
    ['mapping 1.3', 'mapping 1.4', 'mapping 1.5'],
    'lib/scatterlist.c:sg_alloc_append_table_from_pages, lib/sg_split.c:sg_split',
  ),
  law(
    'table/count',
    'As many entries as the length needs, and no more.',
    ['mapping 1.5'],
    'lib/scatterlist.c:sg_nents_for_len',
  ),
  law(
    'table/copy',
    'A copy moves the bytes of the table from the first one asked for, up to its end.',
    ['mapping 1.5'],
    'lib/scatterlist.c:sg_copy_buffer',
    ['bytes'],
  ),
  law(
    'map/pieces',
    'The device is given every piece, in order, each as long as it is.',
    ['mapping 2.5', 'mapping 2.6', 'mapping 3.7'],
    'kernel/dma/direct.c:dma_direct_map_sg',
  ),
  law(
    'map/reachable',
    'An address means the bytes themselves or bounce memory for them, up to the last byte, and ' +
      'the device can emit it.',
    ['mapping 2.5', 'mapping 3.7', 'mapping 4.8'],
    'kernel/dma/direct.h:dma_direct_map_page',
  ),
  law(
    'map/bounced',
    'What must bounce does: all of it where that is forced, and small buffers that share a line.',
    ['mapping 3.1', 'mapping 3.2', 'mapping 3.8'],
    'kernel/dma/direct.h:dma_direct_map_page',
  ),
  law(
    'map/no-needless-bounce',
    'What the device reaches itself, and what nothing forces, does not bounce.',
    ['mapping 3.8'],
    'kernel/dma/direct.h:dma_direct_map_page',
  ),
  law(
    'map/nonlinear',
    'Memory without a linear address is never bounced: such a mapping is refused.',
    ['mapping 4.6', 'mapping 4.12'],
    'kernel/dma/swiotlb.c:swiotlb_bounce',
  ),
  law(
    'map/complete',
    'A mapping is refused only if some piece is out of reach and finds no room in bounce memory, ' +
      'or room out of reach.',
    ['mapping 3.7', 'mapping 4.12', 'E3', 'E7'],
    'kernel/dma/swiotlb.c:swiotlb_find_slots',
  ),
  law(
    'map/last-place',
    'Nor is it refused if there is one place left, or one in each area, that is not where ' +
      'strides begin.',
    ['mapping 4.4', 'mapping 4.12', 'E3'],
    'kernel/dma/swiotlb.c:swiotlb_search_pool_area',
  ),
  law(
    'map/inside-window',
    'Bytes that begin in a window of the bus and end outside of it are not given as they are.',
    ['A-T2', 'mapping 3.2'],
    'include/linux/dma-direct.h:translate_phys_to_dma',
  ),
  law(
    'map/no-mask',
    'Nothing is mapped for a device without a mask.',
    ['mapping 2.1', 'mapping 2.7'],
    'kernel/dma/mapping.c:__dma_map_sg_attrs',
  ),
  law(
    'map/resource',
    'Registers are mapped where they are, iff their last byte is in reach.',
    ['mapping 3.4'],
    'kernel/dma/direct.c:dma_direct_map_resource',
  ),
  law(
    'bounce/pool',
    'The bounce pool is made of free pages of low memory, as large as there is room for.',
    ['mapping 4.2'],
    'kernel/dma/swiotlb.c:swiotlb_init_remap',
    ['free-memory'],
  ),
  law(
    'bounce/transient',
    'A pool for one mapping alone is made only where the others have no room, of just the slots ' +
      'it needs, in free pages up to the limit of the device; it ends with the mapping.',
    ['mapping 4.11', 'mapping 4.12'],
    'kernel/dma/swiotlb.c:swiotlb_find_slots',
    ['free-memory'],
  ),
  law(
    'bounce/growth',
    'Put-off work adds one pool after a mapping found no slots, and at no other time: like the ' +
      'default one up to the largest block of pages, or the most there is room for below 4 GiB.',
    ['mapping 4.11'],
    'kernel/dma/swiotlb.c:swiotlb_dyn_alloc',
    ['free-memory'],
  ),
  law(
    'bounce/inside',
    'Bounced bytes lie within one segment of a pool of the device.',
    ['mapping 4.14'],
    'kernel/dma/swiotlb.c:swiotlb_search_pool_area',
  ),
  law(
    'bounce/disjoint',
    'No two live bounces share a slot, nor one with an allocation.',
    ['mapping 4.14'],
    'kernel/dma/swiotlb.c:swiotlb_search_pool_area',
  ),
  law(
    'bounce/aligned',
    'A device finds the low bits it asks for as they are in the buffer. For one that asks for ' +
      'none a page and more starts on a page.',
    ['mapping 4.4', 'mapping 4.6', 'mapping 4.14'],
    'kernel/dma/swiotlb.c:swiotlb_align_offset, swiotlb_search_pool_area',
  ),
  law(
    'bounce/boundary',
    'No bounce crosses a boundary of the device.',
    ['mapping 4.4', 'mapping 4.14', 'E4'],
    'kernel/dma/swiotlb.c:swiotlb_search_pool_area',
  ),
  law(
    'sync/needed',
    'Nothing has to be passed on exactly if the device snoops and nothing bounced.',
    ['mapping 2.3', 'mapping 2.4', 'mapping 2.7'],
    'kernel/dma/mapping.c:__dma_need_sync',
  ),
  law(
    'dma/mapping-size',
    'The longest mapping is what a free segment has room for, if anything may bounce.',
    ['mapping 2.3', 'mapping 4.9'],
    'kernel/dma/direct.c:dma_direct_max_mapping_size',
  ),
  law(
    'device/contents',
    'Through a mapping a device reads what the CPU gave it, or what it wrote itself.',
    ['mapping 2.6', 'mapping 3.7', 'mapping 3.8', 'mapping 4.14'],
    'Documentation/core-api/dma-api.rst',
    ['device-bytes'],
  ),
  law(
    'device/coherent',
    'In coherent memory a device reads what was written last.',
    ['P-I8'],
    'Documentation/core-api/dma-api.rst',
    ['device-bytes'],
  ),
];
