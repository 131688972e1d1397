/** The laws of the judge: every answer is held against them. */
import type { Law } from '../../contract/law.ts';
import type { Observation } from '../../contract/subject.ts';

const law = (
  id: string,
  says: string,
  decides: readonly string[],
  source: string,
  needs: readonly Observation[] = [],
): Law => ({ id, says, decides, source, needs, by: 'judge' });

export const JUDGE_LAWS: readonly Law[] = [
  law(
    'any/no-crash',
    'No operation makes the kernel oops, stop or hang.',
    [],
    'contract/outcome.ts:Crash',
  ),
  law(
    'any/form',
    'An answer has one of the forms its operation can have, with all its fields.',
    [],
    'contract/operations.ts',
  ),
  law(
    'boot/default-pool',
    'Booting warns once for each default region that replaces an earlier one.',
    ['2.3'],
    'kernel/dma/coherent.c:rmem_dma_setup',
    ['warnings'],
  ),
  law(
    'dma/mask',
    'A mask is accepted iff it has 32 bits or covers the first byte of the last page of RAM or ' +
      'the end of ZONE_DMA, whichever is lower; a refusal is EIO.',
    ['1.4'],
    'kernel/dma/direct.c:dma_direct_supported',
  ),
  law(
    'dma/set-offset',
    'A window is installed iff the device has none, else EINVAL.',
    ['1.2'],
    'kernel/dma/direct.c:dma_direct_set_offset',
  ),
  law(
    'dma/translate',
    'A bus address is start plus distance in a window that holds the byte; none iff none does.',
    ['A-I1', 'A-I2', '1.3'],
    'include/linux/dma-direct.h:translate_phys_to_dma',
  ),
  law(
    'dma/untranslate',
    'A physical address is start plus distance in a window that holds the bus byte.',
    ['A-I1', '1.3'],
    'include/linux/dma-direct.h:translate_dma_to_phys',
  ),
  law(
    'dma/coherent-ok',
    'True iff one window holds the whole buffer and its last byte is within the coherent limit.',
    ['A-I3', 'A-I4', '1.4'],
    'kernel/dma/direct.c:dma_coherent_ok',
  ),
  law(
    'dma/capable',
    'True iff the last byte of the range is within the streaming limit.',
    ['A-I4', '1.4'],
    'include/linux/dma-direct.h:dma_capable',
  ),
  law(
    'dma/required-mask',
    'The smallest 2^k - 1 that covers the bus address of the last RAM page.',
    ['A-I5', '1.4'],
    'kernel/dma/direct.c:dma_direct_get_required_mask',
  ),
  law(
    'dma/addressing-limited',
    'True iff the streaming limit is below the required mask or windows leave RAM uncovered.',
    ['1.4'],
    'kernel/dma/mapping.c:dma_addressing_limited',
  ),
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
    'The CPU reads what was written last, and zeros where nothing was.',
    ['P-I8', '2.4'],
    'Documentation/core-api/dma-api.rst',
  ),
];
