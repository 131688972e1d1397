/** Sizes of bounce memory. Source: include/linux/swiotlb.h, Linux 6.12. */

/** Bytes of a slot: 2^IO_TLB_SHIFT. */
export const IO_TLB_SIZE = 2048;
/** Slots of a segment, counted from the start of the pool. No run leaves its segment. */
export const IO_TLB_SEGSIZE = 128;
/** Slots below which pools are not made smaller to fit (1 MiB). */
export const IO_TLB_MIN_SLABS = 512;
/** Slots of the default pool (64 MiB), if nobody asks for another size. */
export const IO_TLB_DEFAULT_SLABS = 32768;

/** Slots that hold so many bytes. (:nr_slots) */
export function nrSlots(bytes: number): number {
  return Math.ceil(bytes / IO_TLB_SIZE);
}
