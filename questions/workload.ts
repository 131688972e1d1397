/** What importers do with buffers, drawn from a seed. */
import fc from 'fast-check';
import { caseSeed } from '../properties/runner/seed.ts';

export const DIRECTIONS = ['to-device', 'from-device', 'bidirectional'] as const;

/** Buffers on both sides of what one bounce can carry: 128 slots of 2 KiB. */
export const SIZES = [4096, 262144, 262144 + 4096, 8388608] as const;

export interface Workload {
  readonly size: number;
  readonly direction: (typeof DIRECTIONS)[number];
  /** The device writes up to here, 1 <= cut < size - 1. */
  readonly cut: number;
  /** Different bytes: what the CPU writes first, what the device does, what the CPU writes late. */
  readonly values: { readonly cpu: number; readonly device: number; readonly late: number };
}

/** All sizes in all directions; the seed decides which bytes are written, and where. */
export function workloads(seed: string, question: string, sizes: readonly number[]): Workload[] {
  return sizes.flatMap((size, row) =>
    DIRECTIONS.map((direction, column): Workload => {
      const number = caseSeed(seed, question, row * DIRECTIONS.length + column);
      const [drawn] = fc.sample(choices(size), { seed: number, numRuns: 1 });
      const [cut, [cpu, device, late]] = drawn!;
      return { size, direction, cut, values: { cpu: cpu!, device: device!, late: late! } };
    }),
  );
}

const choices = (size: number) =>
  fc.tuple(
    fc.integer({ min: 1, max: size - 2 }),
    fc.uniqueArray(fc.integer({ min: 1, max: 255 }), { minLength: 3, maxLength: 3 }),
  );
