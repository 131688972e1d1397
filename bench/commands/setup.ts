/** What a program decides before its first operation: devices in focus, scale of sizes, pools. */
import fc from 'fast-check';
import type { Machine } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import type { Op } from '../../contract/operations.ts';
import { anyOne, FOCUS_MAX, poolRange } from './draws.ts';
import { declareOf } from './resolve.ts';

export interface Setup {
  readonly focus: readonly number[];
  readonly largeSizes: boolean;
  /** Pools given to the devices in focus before the first operation. */
  readonly binds: readonly Op[];
}

/** Up to 4 devices, most often ones that share a region; three of four programs give them pools. */
export function setupArbitrary(machine: Machine): fc.Arbitrary<Setup> {
  const { devices } = machine;
  const sharers = devices.map(({ regions }, index) =>
    devices.flatMap((other, j) => {
      return j !== index && other.regions.some((r) => regions.includes(r)) ? [j] : [];
    }),
  );
  const drawn = fc.record({
    first: fc.nat({ max: devices.length - 1 }),
    others: fc.array(anyOne, { maxLength: FOCUS_MAX - 1, size: 'max' }),
    largeSizes: fc.boolean(),
    binds: fc.nat({ max: 3 }),
    range: poolRange(machine),
    pages: anyOne,
  });
  return drawn.map(({ first, others, largeSizes, binds, range, pages }) => {
    const near = sharers[first]!;
    const more = others.map((n) => {
      return n % 3 > 0 && near.length > 0 ? near[n % near.length]! : n % devices.length;
    });
    const focus = [first, ...more];
    const start =
      binds === 0
        ? []
        : [...new Set(focus)].flatMap((device, i) => bindOf(machine, device, pages + 7 * i, range));
    return { focus, largeSizes, binds: start };
  });
}

/** The pool of five devices of six: from the tree, or declared where there is none. */
function bindOf(
  machine: Machine,
  device: number,
  drawn: number,
  range: { readonly base: number; readonly size: number },
): Op[] {
  if (drawn % 6 === 0) return [];
  if (!PROFILES[machine.profile].deviceTree) {
    const pages = drawn % 2 === 0 ? null : 1 + (drawn % 20);
    const pool = { device: 0, range, pages, odd: 0, dma: null };
    return [declareOf({ machine, focus: [device] }, pool)];
  }
  const { length } = machine.devices[device]!.regions;
  return length === 0 ? [] : [{ op: 'attach', device, index: drawn % length }];
}
