/** How many slots and areas the default pool has. Source: kernel/dma/swiotlb.c, Linux 6.12. */
import { alignUp, ceilLog2 } from '../../../contract/numbers.ts';
import { IO_TLB_DEFAULT_SLABS, IO_TLB_MIN_SLABS, IO_TLB_SEGSIZE } from './constants.ts';

export interface PoolSize {
  readonly nslabs: number;
  readonly nareas: number;
}

/** What the command line (`swiotlb=<slabs>,<areas>`) and the machine say. */
export interface Sizing {
  /** Slots asked for; null: not said. */
  readonly slabs: number | null;
  /** Areas asked for; null: not said. */
  readonly areas: number | null;
  /** Possible processors: as many areas, if nobody says. */
  readonly cpus: number;
}

/** A power of two: none asked for is one. (:swiotlb_adjust_nareas) */
export function adjustNareas(nareas: number): number {
  return nareas === 0 ? 1 : 2 ** ceilLog2(nareas);
}

/** Areas that have a whole segment each. (:limit_nareas) */
export function limitNareas(nareas: number, nslabs: number): number {
  return nslabs < nareas * IO_TLB_SEGSIZE ? Math.floor(nslabs / IO_TLB_SEGSIZE) : nareas;
}

/**
 * The size that booting tries first: a segment for every area at least, and a power of two. Slots
 * asked for are whole segments before. (:setup_io_tlb_npages, :round_up_default_nslabs)
 */
export function swiotlbSizing({ slabs, areas, cpus }: Sizing): PoolSize {
  const nareas = adjustNareas(areas ?? cpus);
  const asked = slabs === null ? IO_TLB_DEFAULT_SLABS : alignUp(slabs, IO_TLB_SEGSIZE);
  return { nslabs: 2 ** ceilLog2(Math.max(asked, nareas * IO_TLB_SEGSIZE)), nareas };
}

/** The size to try when there is no memory for this one; null: give up. (:swiotlb_init_remap) */
export function swiotlbHalved({ nslabs, nareas }: PoolSize): PoolSize | null {
  if (nslabs <= IO_TLB_MIN_SLABS) return null;
  const half = alignUp(Math.floor(nslabs / 2), IO_TLB_SEGSIZE);
  return { nslabs: half, nareas: limitNareas(nareas, half) };
}
