/** Which kind of region a reservation becomes: the handlers of its `compatible`. */
import type { RegionKind } from '../../contract/machine.ts';
import type { Declared } from './declared.ts';

/** What differs between builds: page size and whether coherent pools need `no-map`. */
export interface HandlerRules {
  /** Bytes; base and size of a CMA area are multiples. Source: include/linux/cma.h. */
  readonly cmaAlignment: number;
  /** 32-bit ARM refuses a coherent pool that is mapped. Source: coherent.c:rmem_dma_setup. */
  readonly poolNeedsNoMap: boolean;
}

/** Order of a page block by page size. Source: include/linux/pageblock-flags.h, arm64 Kconfig. */
const PAGE_BLOCK_ORDER: Readonly<Record<number, number>> = { 4096: 9, 16384: 11, 65536: 13 };

/** CMA_MIN_ALIGNMENT_BYTES: 2 MiB, 32 MiB or 512 MiB. */
export function cmaAlignmentOf(pageSize: number): number {
  return pageSize * 2 ** (PAGE_BLOCK_ORDER[pageSize] ?? 9);
}

/**
 * The kind, or `returned` when handlers match but none takes the region: the memory is given back.
 * Without a matching handler it stays reserved and plain.
 *
 * Two handlers compete for `shared-dma-pool`; each refuses what the other takes, and both refuse
 * reusable together with no-map. Sources: kernel/dma/coherent.c:rmem_dma_setup,
 * kernel/dma/contiguous.c:rmem_cma_setup, kernel/dma/swiotlb.c:rmem_swiotlb_setup,
 * drivers/of/of_reserved_mem.c:__reserved_mem_init_node.
 */
export function kindOf(
  region: Declared,
  base: number,
  size: number,
  rules: HandlerRules,
): RegionKind | 'returned' {
  const { noMap, reusable } = region;
  if (region.sharedPool) {
    if (!reusable && (noMap || !rules.poolNeedsNoMap)) return 'pool';
    if (reusable && !noMap && fitsCma(base, size, rules)) return 'cma';
  }
  if (region.restrictedPool && !noMap && !reusable && !region.cmaDefault && !region.dmaDefault) {
    return 'restricted';
  }
  return region.sharedPool || region.restrictedPool ? 'returned' : 'plain';
}

/** Source: mm/cma.c:cma_init_reserved_mem. */
function fitsCma(base: number, size: number, rules: HandlerRules): boolean {
  return size > 0 && base % rules.cmaAlignment === 0 && size % rules.cmaAlignment === 0;
}

/** The kind a region has by its properties alone, e.g. of a disabled one. */
export function declaredKind(region: Declared): RegionKind {
  if (region.sharedPool) return region.reusable ? 'cma' : 'pool';
  return region.restrictedPool ? 'restricted' : 'plain';
}
