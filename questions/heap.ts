/**
 * The thin heap: memory from a pool, an area or pages, a table of its pages, and a mapping for each
 * importer. It is made of operations, so that whatever answers them can be asked, a kernel too.
 * Labels are fixed: h0 the buffer, t1 its table, m2 the mapping. Source: the coherent heap as it
 * was proposed, with its page lookup repaired; drivers/dma-buf/heaps/cma_heap.c.
 */
import type { Errno } from '../contract/errno.ts';

/** Where a heap takes memory. */
export type Backing =
  /** The coherent pool (or the area) of this device's region, through the device. */
  | { readonly from: 'pool' | 'area'; readonly heap: string }
  /** Ordinary pages at this physical address, as if a pool there had a linear address. */
  | { readonly from: 'pages'; readonly phys: number };

/** What heaps of this kind make of any error of a mapping. */
export const HEAP_ERRNO: Errno = 'ENOMEM';

/** Allocates `size` bytes (a multiple of the page size) and makes the table. */
export function exportBuffer(backing: Backing, size: number): string[] {
  return [...allocate(backing, size), 't1 = sg_from_pages h0'];
}

function allocate(backing: Backing, size: number): string[] {
  switch (backing.from) {
    case 'pool':
      return [`attach ${backing.heap}`, `h0 = alloc_coherent ${backing.heap} ${size}`];
    case 'area':
      return [`attach ${backing.heap}`, `h0 = alloc_noncoherent ${backing.heap} ${size}`];
    case 'pages':
      return [`h0 = alloc_contig 0x${backing.phys.toString(16)} ${size / 4096}`];
  }
}

const SKIP = ' attrs=skip-cpu-sync';

/** The importer's call; `skips`: as Policy.skips. */
export function mapFor(importer: string, direction: string, skips: boolean): string {
  return `m2 = map_sgtable ${importer} t1 direction=${direction}${skips ? SKIP : ''}`;
}

export const unmapAgain = (skips: boolean): string => `unmap m2${skips ? SKIP : ''}`;
