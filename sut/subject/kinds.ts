/** The operations by what they are about. */
import type { Op, OpOf } from '../../contract/operations.ts';

export type PageOp = OpOf<'alloc_pages' | 'alloc_exact' | 'alloc_contig'>;

export type LabelOp = OpOf<'free' | 'mmap' | 'write' | 'read' | 'free_pages'>;

export type BufferOp = OpOf<'alloc_coherent' | 'alloc_noncoherent'> | PageOp | LabelOp;

export type RegionOp = OpOf<
  'attach' | 'detach' | 'declare' | 'release' | 'pin' | 'unpin' | 'run_work' | 'census'
>;

/** The rest asks about, or changes, what a device can reach. */
export type LimitOp = Exclude<Op, BufferOp | RegionOp>;
