/**
 * The one order in which shrinking goes down: fewer operations, a smaller machine, fewer bytes,
 * less text.
 */
import type { Machine } from '../../contract/machine.ts';
import type { Op } from '../../contract/operations.ts';
import { rowOf } from '../../contract/operations.ts';
import type { Case } from '../../contract/scenario.ts';
import { machineLines, printOp } from '../../contract/text/print.ts';

export interface Measure {
  /** Operations; a default pool, there from boot on, counts as two: attaching one is plainer. */
  readonly operations: number;
  /** Lines of the machine, windows, list entries and flags of regions. */
  readonly parts: number;
  /** Bytes of regions, windows and sizes asked for, added up. */
  readonly bytes: number;
  readonly text: string;
}

export function measure({ machine, program }: Case): Measure {
  const text = [...machineLines(machine), ...program.map((op) => printOp(op, machine))].join('\n');
  const booted = machine.regions.filter((region) => region.isDefault).length;
  return {
    operations: program.length + 2 * booted,
    parts: partsOf(machine),
    bytes: bytesOf(machine, program),
    text,
  };
}

function bytesOf({ regions, devices }: Machine, program: readonly Op[]): number {
  let bytes = 0;
  for (const region of regions) bytes += region.size;
  for (const device of devices) for (const window of device.windows) bytes += window.size;
  for (const op of program) {
    const values = op as unknown as Readonly<Record<string, number>>;
    for (const { name, type } of rowOf(op.op).fields) if (type === 'bytes') bytes += values[name]!;
  }
  return bytes;
}

function partsOf({ banks, regions, devices, swiotlb }: Machine): number {
  const windows = devices.reduce((sum, device) => sum + device.windows.length, 0);
  const listed = devices.reduce((sum, device) => sum + device.regions.length, 0);
  const bounce = swiotlb === null ? 0 : 1;
  const flags = regions.filter((region) => region.noMap || region.disabled).length;
  return banks.length + regions.length + devices.length + windows + listed + bounce + flags;
}

/** Is `a` strictly simpler? Texts compare by length, then by letters. */
export function simpler(a: Measure, b: Measure): boolean {
  if (a.operations !== b.operations) return a.operations < b.operations;
  if (a.parts !== b.parts) return a.parts < b.parts;
  if (a.bytes !== b.bytes) return a.bytes < b.bytes;
  if (a.text.length !== b.text.length) return a.text.length < b.text.length;
  return a.text < b.text;
}
