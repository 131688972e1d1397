/**
 * Where a CMA area comes to lie, literally (pools.md §6.2): the reasons to refuse, then every
 * multiple of the alignment, above 4 GiB upwards, then everywhere downwards.
 */

interface Range {
  readonly start: number;
  readonly end: number;
}

interface Memory {
  readonly banks: readonly Range[];
  readonly reserved: readonly Range[];
}

/** Bytes; 0 for `base`, `limit` and `alignment` means any. */
interface Request {
  readonly base: number;
  readonly size: number;
  readonly limit: number;
  readonly alignment: number;
  readonly orderPerBit: number;
  readonly fixed: boolean;
}

/** `least` is the least alignment in bytes, a pageblock. */
export function referencePlace(
  request: Request,
  pageSize: number,
  least: number,
  memory: Memory,
): { base: number; size: number } | 'EINVAL' | 'EBUSY' | 'ENOMEM' {
  if (request.size === 0) return 'EINVAL';
  if (request.alignment !== 0 && !Number.isInteger(Math.log2(request.alignment))) return 'EINVAL';
  const step = Math.max(request.alignment, least);
  if (request.fixed && request.base % step !== 0) return 'EINVAL';
  const base = Math.ceil(request.base / step) * step;
  const size = Math.ceil(request.size / step) * step;
  if ((size / pageSize) % 2 ** request.orderPerBit !== 0) return 'EINVAL';
  const ramEnd = Math.max(...memory.banks.map(({ end }) => end));
  const rounded = Math.floor(request.limit / step) * step;
  const limit = rounded === 0 ? ramEnd : Math.min(rounded, ramEnd);
  if (base + size > limit) return 'EINVAL';
  if (request.fixed && base !== 0) {
    return isReserved(memory, base, base + size) ? 'EBUSY' : { base, size };
  }
  const high = ramEnd >= 2 ** 32 + size ? upwards(memory, step, size, limit) : null;
  const place = high ?? downwards(memory, step, size, base, limit);
  return place === null ? 'ENOMEM' : { base: place, size };
}

/** From 4 GiB on. */
function upwards(memory: Memory, step: number, size: number, limit: number): number | null {
  for (let at = Math.ceil(2 ** 32 / step) * step; at + size <= limit; at += step) {
    if (isFree(memory, at, at + size)) return at;
  }
  return null;
}

/** From the limit down to `base`; what begins at address 0 is never handed out. */
function downwards(
  memory: Memory,
  step: number,
  size: number,
  base: number,
  limit: number,
): number | null {
  for (let at = Math.floor((limit - size) / step) * step; at >= base && at > 0; at -= step) {
    if (isFree(memory, at, at + size)) return at;
  }
  return null;
}

function isReserved({ reserved }: Memory, start: number, end: number): boolean {
  return reserved.some((range) => range.start < end && start < range.end);
}

/** All of it is RAM, and none of it is reserved. */
function isFree(memory: Memory, start: number, end: number): boolean {
  let covered = start;
  for (const bank of [...memory.banks].sort((a, b) => a.start - b.start)) {
    if (bank.start <= covered && covered < bank.end) covered = bank.end;
  }
  return covered >= end && !isReserved(memory, start, end);
}
