/**
 * Exact arithmetic on addresses, sizes and page numbers.
 *
 * Every quantity is a safe integer. Physical and bus addresses stay below 2^52; 2^53 - 1 as a
 * limit stands for "64 bits, unlimited". Nothing here uses a bitwise operator, because JavaScript
 * truncates those to 32 bits.
 */

/** A limit that never limits: what a 64-bit mask means here. Inclusive. */
export const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** First address nobody can emit (exclusive): x86-64 and arm64 stop at 52 bits. */
export const ADDRESS_END = 2 ** 52;

/** What a foreign value of 2^53 or more parses to, and what DMA_MAPPING_ERROR plus an offset is. */
export const BEYOND = Number.POSITIVE_INFINITY;

/** Rounds `value` up to a multiple of `step` (any positive integer). */
export function alignUp(value: number, step: number): number {
  const rest = value % step;
  return rest === 0 ? value : value - rest + step;
}

/** Rounds `value` down to a multiple of `step` (any positive integer). */
export function alignDown(value: number, step: number): number {
  return value - (value % step);
}

export function isPowerOfTwo(value: number): boolean {
  return value >= 1 && 2 ** Math.round(Math.log2(value)) === value;
}

/** Largest k with 2^k <= value, for 1 <= value <= 2^53 - 1. */
export function floorLog2(value: number): number {
  const guess = Math.floor(Math.log2(value));
  // Math.log2 rounds: just below a power of two it may answer the power itself.
  return 2 ** guess > value ? guess - 1 : guess;
}

/** Smallest k with 2^k >= value, for 1 <= value <= 2^53 - 1. */
export function ceilLog2(value: number): number {
  const floor = floorLog2(value);
  return 2 ** floor === value ? floor : floor + 1;
}

/**
 * Smallest order whose block of `pageSize * 2^order` bytes holds `sizeBytes` (>= 1).
 * Source: include/asm-generic/getorder.h:get_order, Linux 6.12 (undefined there for 0, too).
 */
export function orderOf(sizeBytes: number, pageSize: number): number {
  return sizeBytes <= pageSize ? 0 : ceilLog2(Math.ceil(sizeBytes / pageSize));
}

/** Whole pages that hold `sizeBytes`. */
export function pagesOf(sizeBytes: number, pageSize: number): number {
  return Math.ceil(sizeBytes / pageSize);
}

/**
 * The smaller of two limits, where 0 means "no limit"; 0 only when both are 0.
 * Source: include/linux/minmax.h:min_not_zero.
 */
export function minNotZero(a: number, b: number): number {
  if (a === 0) return b;
  if (b === 0) return a;
  return Math.min(a, b);
}

/**
 * Inclusive limit of an address width in bits (0..64): 0 for 0, 2^bits - 1 up to 52 bits, and
 * UNLIMITED from 53 bits on. Source: include/linux/dma-mapping.h:DMA_BIT_MASK.
 */
export function maskOfBits(bits: number): number {
  return bits >= 53 ? UNLIMITED : 2 ** bits - 1;
}

/** Address width whose limit is exactly `mask`, or undefined when the mask is not 2^n - 1. */
export function bitsOfMask(mask: number): number | undefined {
  if (mask === UNLIMITED) return 64;
  return isPowerOfTwo(mask + 1) ? floorLog2(mask + 1) : undefined;
}

/** Does the inclusive limit cover the last byte of [start, start + sizeBytes)? sizeBytes >= 1. */
export function endsWithin(start: number, sizeBytes: number, limit: number): boolean {
  // Compared by difference: the sum of an address and a size may leave the safe integers.
  return start <= limit && sizeBytes - 1 <= limit - start;
}

/** `0x…` text of an address; BEYOND has a word of its own. */
export function hex(value: number): string {
  return value === BEYOND ? 'beyond' : `0x${value.toString(16)}`;
}

const SUFFIXES = [
  ['T', 2 ** 40],
  ['G', 2 ** 30],
  ['M', 2 ** 20],
  ['K', 2 ** 10],
] as const;

/** Shortest exact text of a byte count: `15M`, `256K`, `5000`, `unlimited`. */
export function sizeText(bytes: number): string {
  if (bytes === UNLIMITED) return 'unlimited';
  for (const [suffix, unit] of SUFFIXES) {
    if (bytes >= unit && bytes % unit === 0) return `${bytes / unit}${suffix}`;
  }
  return String(bytes);
}
