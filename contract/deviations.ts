/**
 * Where Linux 6.12 and what a caller may rely on part ways, and what is done about it. Every trap
 * of the specification (A-T, P-T, F-T) is decided here or by a law that names it.
 */
import { ADDRESS_DEVIATIONS } from './deviations/addresses.ts';
import { BITMAP_DEVIATIONS } from './deviations/bitmap.ts';
import { MEMORY_DEVIATIONS } from './deviations/memory.ts';
import { POOL_DEVIATIONS } from './deviations/pools.ts';
import type { Deviation } from './deviations/row.ts';
import { STREAMING_DEVIATIONS } from './deviations/streaming.ts';

export type { Deviation, Disposition, Past } from './deviations/row.ts';

export const DEVIATIONS: readonly Deviation[] = [
  ...ADDRESS_DEVIATIONS,
  ...POOL_DEVIATIONS,
  ...MEMORY_DEVIATIONS,
  ...BITMAP_DEVIATIONS,
  ...STREAMING_DEVIATIONS,
];

export function deviation(id: string): Deviation | undefined {
  return DEVIATIONS.find((row) => row.id === id);
}
