/** Sizes of bounce memory. Source: include/linux/swiotlb.h, Linux 6.12. */

/** Bytes of a slot: 2^IO_TLB_SHIFT. */
export const IO_TLB_SIZE = 2048;
/** Slots of a segment, counted from the start of the pool. No run leaves its segment. */
export const IO_TLB_SEGSIZE = 128;
/** Slots below which pools are not made smaller to fit (1 MiB). */
export const IO_TLB_MIN_SLABS = 512;
/** Slots of the default pool (64 MiB), if nobody asks for another size. */
export const IO_TLB_DEFAULT_SLABS = 32768;

/**
 * `value` modulo a power of two, 0 or more. Exact below 2^53, because dividing by a power of two
 * is; the remainder operator is a call into a library where numbers are not small.
 */
export function lowPart(value: number, power: number): number {
  return value - Math.floor(value / power) * power;
}

/** Slots that hold so many bytes. (:nr_slots) */
export function nrSlots(bytes: number): number {
  return Math.ceil(bytes / IO_TLB_SIZE);
}
