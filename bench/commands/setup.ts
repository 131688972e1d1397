/** What a program decides before its first operation: devices in focus, scale of sizes, pools. */
import type { Machine } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import type { Op } from '../../contract/operations.ts';
import { declareOf } from './kinds.ts';

export interface Setup {
  readonly focus: readonly number[];
  readonly largeSizes: boolean;
  /** Pools given to the devices in focus before the first operation. */
  readonly binds: readonly Op[];
}

const ANY = 2 ** 20 - 1;

/** The numbers `setupOf` reads: each is drawn from 0 to this, inclusive. */
export function setupMaxima({ devices }: Machine): readonly number[] {
  return [devices.length - 1, ANY, ANY, ANY, 3, ANY, ANY, ANY, ANY, 3, 1];
}

export function setupOf(machine: Machine): (drawn: readonly number[]) => Setup {
  const { devices } = machine;
  const sharers = devices.map(({ regions }, index) =>
    devices.flatMap((other, j) => {
      return j !== index && other.regions.some((r) => regions.includes(r)) ? [j] : [];
    }),
  );
  return (drawn) => {
    const near = sharers[drawn[0]!]!;
    const others = drawn.slice(1, 1 + drawn[4]!).map((n) => {
      return n % 3 > 0 && near.length > 0 ? near[n % near.length]! : n % devices.length;
    });
    const focus = [drawn[0]!, ...others];
    const binds =
      drawn[9] === 0
        ? []
        : [...new Set(focus)].flatMap((device, i) => bindOf(machine, device, drawn[5 + i]!));
    return { focus, largeSizes: drawn[10] === 1, binds };
  };
}

/** The pool of five devices of six: from the tree, or declared where there is none. */
function bindOf(machine: Machine, device: number, drawn: number): Op[] {
  if (drawn % 6 === 0) return [];
  if (!PROFILES[machine.profile].deviceTree) {
    const numbers = [1, drawn % 12, drawn, drawn % 2, drawn % 20, drawn % 12, 24, drawn % 8];
    return [declareOf({ machine, focus: [device] }, numbers)];
  }
  const { length } = machine.devices[device]!.regions;
  return length === 0 ? [] : [{ op: 'attach', device, index: drawn % length }];
}
