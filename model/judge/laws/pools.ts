/** Laws of coherent pools: how they come to be, what they hand out, what the CPU sees. */
import type { Law } from '../../../contract/law.ts';
import { law } from './law.ts';

export const POOL_LAWS: readonly Law[] = [
  law(
    'pool/creation',
    'A pool comes into being iff its size is not 0, it meets no System RAM and starts on a page.',
    ['2.2'],
    'kernel/dma/coherent.c:dma_init_coherent_memory',
  ),
  law(
    'pool/busy',
    'A device with a pool is refused a second one with EBUSY, after the pool itself was checked.',
    ['2.2'],
    'kernel/dma/coherent.c:dma_assign_coherent_memory',
  ),
  law(
    'attach/index',
    'An index past the memory-region list is refused with ENODEV.',
    ['2.2'],
    'drivers/of/of_reserved_mem.c:of_reserved_mem_device_init_by_idx',
  ),
  law(
    'attach/disabled',
    'Attaching a disabled region answers 0 and binds nothing.',
    ['2.2'],
    'drivers/of/of_reserved_mem.c:of_reserved_mem_device_init_by_idx',
  ),
  law(
    'attach/no-handler',
    'A region that is no pool of any kind is refused with EINVAL.',
    ['2.2', '2.3'],
    'drivers/of/of_reserved_mem.c:of_reserved_mem_device_init_by_idx',
  ),
  law(
    'attach/range-warning',
    'Attaching warns iff there is a pool and its region ends beyond the coherent limit; nothing ' +
      'else warns.',
    ['2.2'],
    'kernel/dma/coherent.c:rmem_dma_device_init',
    ['warnings'],
  ),
  law(
    'pool/unbind',
    'Release and detach always succeed; release without a pool does nothing.',
    ['2.2'],
    'kernel/dma/coherent.c:dma_release_coherent_memory',
  ),
  law(
    'pool/size-zero',
    'A request for 0 bytes is refused.',
    [],
    'Documentation/core-api/dma-api-howto.rst',
  ),
  law(
    'alloc/final',
    'A device with a pool gets memory of that pool or nothing; one without gets it of the global ' +
      'pool if it does not snoop, has no IOMMU and wants a kernel mapping, else of no pool.',
    ['P-I7', '2.4', '2.7'],
    'kernel/dma/coherent.c:dma_alloc_from_dev_coherent',
  ),
  law(
    'pool/inside',
    'The 2^order pages of an allocation lie inside the pool.',
    ['P-I2', '2.4'],
    'kernel/dma/coherent.c:__dma_alloc_from_coherent',
  ),
  law(
    'pool/aligned',
    'An allocation starts at a multiple of its 2^order pages from the start of the pool.',
    ['P-I2', 'P-I10', '2.4'],
    'include/linux/bitmap.h:bitmap_find_free_region',
  ),
  law(
    'pool/disjoint',
    'No two live allocations of one pool share a page.',
    ['P-I1', 'P-I2', '2.4'],
    'kernel/dma/coherent.c:__dma_alloc_from_coherent',
  ),
  law(
    'pool/handle',
    'The handle is what the calling device must emit to reach the first byte of the CPU view.',
    ['P-I9', 'P-I10', '2.1', '2.4'],
    'kernel/dma/coherent.c:dma_get_device_base',
    ['handle'],
  ),
  law(
    'pool/zeroed',
    'Every byte asked for is 0 when the allocation returns.',
    ['P-I8', '2.4'],
    'kernel/dma/coherent.c:__dma_alloc_from_coherent',
    ['bytes'],
  ),
  law(
    'pool/complete',
    'A request is refused only if no aligned run of 2^order free pages exists in the pool.',
    ['P-I1', 'P-I4', 'P-I5', '2.4', '2.5'],
    'kernel/dma/coherent.c:__dma_alloc_from_coherent',
  ),
  law(
    'free/returns-all',
    'When everything is freed, every pool can be handed out again to its last page.',
    ['P-I1', 'P-I5', '2.5'],
    'kernel/dma/coherent.c:__dma_release_from_coherent',
  ),
  law(
    'mmap/bounds',
    'A mapping succeeds iff it lies in the pages of the claimed size, else ENXIO.',
    ['2.6'],
    'kernel/dma/coherent.c:__dma_mmap_from_coherent',
  ),
  law(
    'mmap/frame',
    'A mapping starts at the page frame of the buffer plus the offset.',
    ['2.6'],
    'kernel/dma/coherent.c:__dma_mmap_from_coherent',
  ),
  law(
    'cpu/contents',
    'The CPU reads what was written last, by itself or by a device that has passed it on; where ' +
      'nobody has, it reads one or the other, and never bytes of somebody else.',
    ['P-I8', 'C-T9', '2.4', 'mapping 2.6', 'mapping 3.7', 'mapping 3.8', 'mapping 4.14'],
    'Documentation/core-api/dma-api.rst',
  ),
];
