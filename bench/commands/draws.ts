/**
 * What commands draw before the state is known, in the documented style of fast-check: one
 * arbitrary per decision. Weights and edges as in properties/programs.
 */
import fc from 'fast-check';
import type { Machine } from '../../contract/machine.ts';
import { ADDRESS_END } from '../../contract/numbers.ts';
import { ATTRS } from '../../contract/operations.ts';

/** Devices in focus at most. */
export const FOCUS_MAX = 4;

/** Picks one of however many there are when the command is reached. */
export const anyOne = fc.nat({ max: 2 ** 20 - 1 });

export const mask = fc.constantFrom(0, 16, 24, 28, 30, 31, 32, 33, 36, 40, 52, 64);
export const value = fc.integer({ min: 1, max: 255 });
export const gfp = fc.oneof(
  { weight: 3, arbitrary: fc.constant('blocking' as const) },
  { weight: 1, arbitrary: fc.constant('atomic' as const) },
);
export const attrs = fc.oneof(
  { weight: 7, arbitrary: fc.constant([]) },
  // The global pool does not serve requests without a kernel mapping.
  { weight: 1, arbitrary: fc.subarray(ATTRS.filter((name) => name !== 'no-kernel-mapping')) },
);

/** An entry of the focus, or -1 - index for any device. */
export function device({ devices }: Machine): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.nat({ max: FOCUS_MAX - 1 }) },
    { weight: 1, arbitrary: fc.integer({ min: -devices.length, max: -1 }) },
  );
}

/** The calling device; -1: the one that allocated the buffer. */
export function via({ devices }: Machine): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(-1) },
    { weight: 1, arbitrary: fc.nat({ max: devices.length - 1 }) },
  );
}

/** Bytes next to a size: in pages and in bytes, since small sizes take only the sign. */
export function off(pageSize: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom(-1, 1, pageSize, -pageSize) },
  );
}

/** Length of a range asked about: around powers of two of pages. */
export function length(pageSize: number): fc.Arbitrary<number> {
  return fc
    .tuple(fc.nat({ max: 20 }), fc.integer({ min: -1, max: 1 }))
    .map(([order, near]) => pageSize * 2 ** order + near);
}

/** A place where something of the machine begins, ends or is halved, or a byte around it. */
export function address({ banks, regions, devices, pageSize }: Machine): fc.Arbitrary<number> {
  const windows = devices.flatMap((spec) => spec.windows);
  const ranges = [
    ...banks,
    ...regions,
    ...windows.map(({ cpu, size }) => ({ base: cpu, size })),
    ...windows.map(({ dma, size }) => ({ base: dma, size })),
    ...devices.map(({ busLimit, mask: limit }) => ({ base: busLimit, size: limit ?? 0 })),
  ];
  const edges = ranges.flatMap(({ base, size }) =>
    [0, -1, 1, size - 1, size, size - pageSize, Math.floor(size / 2)].map((at) => base + at),
  );
  return fc.constantFrom(...edges.map((at) => Math.min(Math.max(at, 0), ADDRESS_END - 1)));
}

/** A part of a buffer: the whole of it, or numbers to be reduced by its size. */
export const part = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.tuple(anyOne, anyOne) },
);
export type Part = readonly [at: number, length: number] | null;

/** A range for a declared pool: most often in a hole of the RAM, else behind it or in it. */
export function poolRange({ banks, regions, pageSize }: Machine) {
  const holes = regions.filter(({ noMap, size }) => noMap && size >= pageSize);
  const beyond = banks.map(({ base, size }) => ({ base: base + size, size: pageSize * 64 }));
  const outside = { weight: 3, arbitrary: fc.constantFrom(...beyond) };
  const inRam = { weight: 1, arbitrary: fc.constantFrom(...banks) };
  if (holes.length === 0) return fc.oneof(outside, inRam);
  return fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...holes) }, outside, inRam);
}
