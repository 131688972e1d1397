/** Laws of every answer, of booting, masks and windows. */
import type { Law } from '../../../contract/law.ts';
import { law } from './law.ts';

export const DMA_LAWS: readonly Law[] = [
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
    'dma/inside-window',
    'Nor is it true for a buffer that begins in a window and ends outside of it.',
    ['A-T2'],
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
];
