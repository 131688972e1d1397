/** Buffers and parts of them, with edges where bugs live. Bytes. */

import type { Machine } from '../../contract/machine.ts';
import { alignUp } from '../../contract/numbers.ts';
import type { Random } from '../random.ts';
import { between, chance, pick } from '../random.ts';
import type { Plan, PlannedBuffer } from './plan.ts';

/** Slots are 2 KiB, a segment of them 256 KiB: lengths beside their multiples matter. */
export const SLOT = 2048;
export const SEGMENT = 128 * SLOT;

export function drawBuffer(random: Random, plan: Plan): PlannedBuffer | null {
  const usable = plan.live.filter(({ size }) => size > 0);
  // The newest most often, so that programs stay with a few buffers.
  if (usable.length === 0) return null;
  return chance(random, 1, 2) ? usable.at(-1)! : pick(random, usable);
}

export const pagesIn = (plan: Plan, { size }: PlannedBuffer) =>
  alignUp(size, plan.machine.pageSize) / plan.machine.pageSize;

/** All of it, or a part with edges beside those of slots, lines and segments. */
export function drawRange(
  random: Random,
  length: number,
  line: number,
): { readonly offset: number; readonly length: number } {
  if (length <= 1 || chance(random, 1, 3)) return { offset: 0, length };
  const edges = [1, line - 1, line, line + 1, 256, SLOT - 1, SLOT, SLOT + 1, 4095, 4096, SEGMENT];
  const offset = chance(random, 1, 3)
    ? 0
    : chance(random, 1, 2)
      ? pick(random, edges) % length
      : between(random, 0, length - 1);
  const rest = length - offset;
  const wanted = chance(random, 1, 2) ? pick(random, edges) : between(random, 1, rest);
  return { offset, length: chance(random, 1, 4) ? rest : Math.min(wanted, rest) };
}

/** Mostly one of the devices the program is about. */
export function drawDevice(random: Random, focus: readonly number[], machine: Machine): number {
  if (chance(random, 1, 10)) return between(random, 0, machine.devices.length - 1);
  return pick(random, focus);
}
