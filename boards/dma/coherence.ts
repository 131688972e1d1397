/** Does the device snoop CPU caches? Source: drivers/of/address.c:of_dma_is_coherent. */
import type { FdtNode } from '../fdt/tree.ts';

/**
 * The first node of the DMA path that says something decides; `dma-coherent` is asked first.
 * Nobody does: the default of the architecture, which on arm is false.
 */
export function coherentOf(path: readonly FdtNode[]): boolean {
  for (const node of path) {
    if (node.has('dma-coherent')) return true;
    if (node.has('dma-noncoherent')) return false;
  }
  return false;
}
