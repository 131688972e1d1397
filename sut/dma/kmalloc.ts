/** Small objects and the lines they share. Source: include/linux/dma-map-ops.h, Linux 6.12. */
import type { Device } from '../device.ts';
import type { Direction } from './direct-map.ts';

/** ARCH_DMA_MINALIGN of arm64, bytes: objects of twice that never share a line. */
const ARCH_DMA_MINALIGN = 128;
/** Sizes of objects up to there (mm/slab_common.c:kmalloc_info). */
const OBJECT_SIZES = [8, 16, 32, 64, 96, 128, 192, 256] as const;

/**
 * Must a buffer of `size` bytes bounce, because an object of that size may share a line of `line`
 * bytes that this device's writes would spoil? A `line` of 0 stands for a build that never asks.
 * (:dma_kmalloc_needs_bounce)
 */
export function kmallocNeedsBounce(
  dev: Device,
  size: number,
  direction: Direction,
  line: number,
): boolean {
  if (line === 0 || dev.dmaCoherent || direction === 'to-device') return false;
  if (size >= 2 * ARCH_DMA_MINALIGN) return false;
  const object = OBJECT_SIZES.find((bytes) => bytes >= size)!;
  return object % line !== 0;
}
