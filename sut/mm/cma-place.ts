/**
 * Where the boot allocator finds room for a CMA area.
 * Source: mm/cma.c:cma_declare_contiguous_nid, mm/memblock.c:memblock_alloc_range_nid (Linux 6.12).
 */
import type { Errno } from '../../contract/errno.ts';
import { pageblockOrder } from '../../contract/machine.ts';
import { alignDown, alignUp, isPowerOfTwo } from '../../contract/numbers.ts';

/** Bytes [start, end). */
export interface BootRange {
  readonly start: number;
  readonly end: number;
}

/** What the boot allocator knows. At least one bank. */
export interface BootMemory {
  readonly banks: readonly BootRange[];
  /** Reserved or not mapped: never handed out. */
  readonly reserved: readonly BootRange[];
}

/** What is asked for. Bytes; 0 for `base`, `limit` or `alignment` means "any". */
export interface ContigRequest {
  readonly base: number;
  readonly size: number;
  /** Exclusive. */
  readonly limit: number;
  readonly alignment: number;
  readonly orderPerBit: number;
  /** At `base` exactly, if that is not 0. */
  readonly fixed: boolean;
}

const SZ_4G = 2 ** 32;

/**
 * Base and rounded size. EINVAL: no size, an alignment that is no power of two, a fixed base off
 * it, a size that is no whole number of bits, an end beyond the limit. EBUSY: the fixed range meets
 * something reserved. ENOMEM: no room. A fixed range need not be RAM, as in the kernel.
 */
export function placeContiguous(
  request: ContigRequest,
  pageSize: number,
  memory: BootMemory,
): { readonly base: number; readonly size: number } | Errno {
  const { size: bytes, alignment: wanted } = request;
  if (bytes === 0 || (wanted !== 0 && !isPowerOfTwo(wanted))) return 'EINVAL';
  const alignment = Math.max(wanted, pageSize * 2 ** pageblockOrder(pageSize));
  if (request.fixed && request.base % alignment !== 0) return 'EINVAL';
  const base = alignUp(request.base, alignment);
  const size = alignUp(bytes, alignment);
  if ((size / pageSize) % 2 ** request.orderPerBit !== 0) return 'EINVAL';
  const ramEnd = Math.max(...memory.banks.map(({ end }) => end));
  const asked = alignDown(request.limit, alignment);
  const limit = asked === 0 ? ramEnd : Math.min(asked, ramEnd);
  if (base + size > limit) return 'EINVAL';
  if (request.fixed && base !== 0) {
    const busy = memory.reserved.some(({ start, end }) => start < base + size && base < end);
    return busy ? 'EBUSY' : { base, size };
  }
  const free = freeRanges(memory);
  const want = { size, alignment, end: limit };
  // Above 4 GiB from below, so that zones of devices with few address bits stay free.
  const high = ramEnd >= SZ_4G + size ? lowest(free, { ...want, start: SZ_4G }) : null;
  // The first page is never handed out.
  const place = high ?? highest(free, { ...want, start: Math.max(base, pageSize) });
  return place === null ? 'ENOMEM' : { base: place, size };
}

/** `size` bytes at a multiple of `alignment`, in [start, end). */
interface Want extends BootRange {
  readonly size: number;
  readonly alignment: number;
}

/** Source: mm/memblock.c:__memblock_find_range_bottom_up. */
function lowest(free: readonly BootRange[], want: Want): number | null {
  for (const range of free) {
    const place = alignUp(Math.max(range.start, want.start), want.alignment);
    if (place + want.size <= Math.min(range.end, want.end)) return place;
  }
  return null;
}

/** Source: mm/memblock.c:__memblock_find_range_top_down. */
function highest(free: readonly BootRange[], want: Want): number | null {
  for (const range of free.toReversed()) {
    const last = Math.min(range.end, want.end) - want.size;
    const place = last < 0 ? -1 : alignDown(last, want.alignment);
    if (place >= Math.max(range.start, want.start)) return place;
  }
  return null;
}

/** Banks without what is reserved: ascending, disjoint, and not adjacent. */
function freeRanges({ banks, reserved }: BootMemory): BootRange[] {
  let free = merged(banks);
  for (const hole of reserved) {
    free = free.flatMap(({ start, end }) =>
      [
        { start, end: Math.min(end, hole.start) },
        { start: Math.max(start, hole.end), end },
      ].filter((part) => part.start < part.end),
    );
  }
  return free;
}

/** Ascending; adjacent banks become one. */
function merged(banks: readonly BootRange[]): BootRange[] {
  const ranges: BootRange[] = [];
  for (const { start, end } of banks.toSorted((a, b) => a.start - b.start)) {
    const last = ranges.at(-1);
    if (last !== undefined && start <= last.end) {
      ranges[ranges.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    } else {
      ranges.push({ start, end });
    }
  }
  return ranges;
}
