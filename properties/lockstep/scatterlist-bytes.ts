/** The bytes that entries stand for: what lists are held to without any rule about entries. */
import type { SgTable } from '../../sut/lib/scatterlist.ts';
import type { SgPiece } from '../../sut/lib/scatterlist-walk.ts';

const indexes = (count: number) => Array.from({ length: count }, (_, index) => index);

/** The CPU view, entry by entry. */
export const cpuOf = (table: SgTable, nents: number): SgPiece[] =>
  indexes(nents).map((index) => [table.phys(index), table.length(index)]);

/** The device view. */
export const dmaOf = (table: SgTable, nents: number): SgPiece[] =>
  indexes(nents).map((index) => [table.dmaAddress(index), table.dmaLength(index)]);

/** The bytes [from, from + size) of what the pieces hold, as the fewest pieces there can be. */
export function bytesOf(pieces: readonly SgPiece[], from: number, size: number): SgPiece[] {
  const merged: [number, number][] = [];
  let at = 0;
  for (const [phys, length] of pieces) {
    const start = Math.max(from, at);
    const end = Math.min(from + size, at + length);
    const begin = phys + start - at;
    at += length;
    if (start >= end) continue;
    const last = merged.at(-1);
    if (last !== undefined && last[0] + last[1] === begin) last[1] += end - start;
    else merged.push([begin, end - start]);
  }
  return merged;
}

/** The same as text: what a stretch of bytes is compared by. */
export const tile = (pieces: readonly SgPiece[], from: number, size: number) =>
  `bytes ${JSON.stringify(bytesOf(pieces, from, size))}`;
