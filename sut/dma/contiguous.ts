/**
 * DMA memory from CMA areas: a device's own, or the default one.
 * Source: kernel/dma/contiguous.c, Linux 6.12.
 */
import { orderOf, pagesOf } from '../../contract/numbers.ts';
import type { Device } from '../device.ts';
import type { Memory } from '../memory.ts';
import type { Cma } from '../mm/cma.ts';

/** CONFIG_CMA_ALIGNMENT: blocks are aligned up to 2^this pages. */
const CMA_ALIGNMENT = 8;

function cmaAlloc(area: Cma | null, pages: number, align: number): number | null {
  return area === null ? null : area.alloc(pages, Math.min(align, CMA_ALIGNMENT));
}

/**
 * `pages` page frames of the default area for no particular device, aligned to 2^align pages as far
 * as areas align. (:dma_alloc_from_contiguous)
 */
export function dmaAllocFromContiguous(
  memory: Memory,
  pages: number,
  align: number,
): number | null {
  return cmaAlloc(memory.defaultArea, pages, align);
}

/**
 * The first page frame of `size` bytes (whole pages); null: look elsewhere. Only who may sleep gets
 * any. A device with an area of its own never sees the default one, from which, in turn, nobody
 * gets single pages (M-T6, M-T7). (:dma_alloc_contiguous)
 */
export function dmaAllocContiguous(
  memory: Memory,
  dev: Device,
  size: number,
  blocking: boolean,
): number | null {
  if (!blocking) return null;
  if (dev.cmaArea === null && size <= memory.pageSize) return null;
  const area = dev.cmaArea ?? memory.defaultArea;
  return cmaAlloc(area, pagesOf(size, memory.pageSize), orderOf(size, memory.pageSize));
}

/**
 * Gives `size` bytes back to the area they are from, as far as the device as it is now tells; to
 * the page allocator otherwise. (:dma_free_contiguous)
 */
export function dmaFreeContiguous(memory: Memory, dev: Device, pfn: number, size: number): void {
  const area = dev.cmaArea ?? memory.defaultArea;
  if (area?.release(pfn, pagesOf(size, memory.pageSize))) return;
  memory.pages.freePages(pfn, orderOf(size, memory.pageSize));
}
