/** The laws of generated device trees, checked in cli/bugs/boards (drivers/of/, Linux 6.12). */
import type { Law } from '../contract/law.ts';

const law = (id: string, says: string, source: string): Law => ({
  id,
  says,
  decides: [],
  source,
  by: 'board',
});

export const BOARD_LAWS: readonly Law[] = [
  law(
    'board/translate',
    'A window leads where the banks and buses above it send its addresses.',
    'drivers/of/address.c:of_translate_dma_region',
  ),
  law(
    'board/loads',
    'A tree with reserved memory and a device that lists some of it becomes a machine.',
    'drivers/of/of_reserved_mem.c:of_reserved_mem_device_init_by_idx',
  ),
  law(
    'board/static-exact',
    'A region with an address in the tree has that address and size in the machine.',
    'drivers/of/of_reserved_mem.c:fdt_scan_reserved_mem_reg_nodes',
  ),
  law(
    'board/dynamic-limit',
    'Of the regions to be placed, the first 64 are placed and the others are not.',
    'drivers/of/of_reserved_mem.c:fdt_scan_reserved_mem',
  ),
  law(
    'board/cma-aligned',
    'A reusable region is placed at a multiple of the CMA minimum.',
    'drivers/of/of_reserved_mem.c:__reserved_mem_alloc_size',
  ),
];
