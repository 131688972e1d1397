/** What rows of deviations ask about an operation, beyond the operation itself. */
import type { Past } from '../../contract/deviations.ts';
import type { Op } from '../../contract/operations.ts';
import { usesOf } from '../../contract/operations.ts';
import { bytesOf } from './mappings.ts';
import { copiesUnmapped } from './reach.ts';
import type { State } from './state.ts';
import type { Interval } from './system-ram.ts';

export function pastOf(state: State, op: Op): Past {
  const ranges = usesOf(op).flatMap(({ kind, label }) => rangesOf(state, kind, label));
  return {
    unsynced:
      op.op === 'need_sync' ? asksOfForgetful(state, op.mapping) : meet(ranges, state.unsynced),
    misaligned: meet(ranges, misalignedPools(state)) || asksMisaligned(state, op),
    copiesUnmapped: copiesUnmapped(state, op),
  };
}

/** The memory that a label stands for. */
function rangesOf(state: State, kind: string, label: number): Interval[] {
  const buffer = kind === 'buffer' ? state.buffers.get(label) : undefined;
  if (buffer !== undefined) return [[buffer.start, buffer.start + buffer.length]];
  if (kind === 'table') return (state.tables.get(label)?.entries ?? []).map(bytesOf);
  return kind === 'mapping' ? (state.mappings.get(label)?.pieces ?? []).map(bytesOf) : [];
}

function meet(some: readonly Interval[], others: readonly Interval[]): boolean {
  return some.some(([a, b]) => others.some(([c, d]) => a < d && c < b));
}

function asksOfForgetful(state: State, label: number): boolean {
  const mapping = state.mappings.get(label);
  return mapping !== undefined && state.devices[mapping.device]!.forgets;
}

/** With the pages around them: the device is told of those. */
function misalignedPools({ pools, machine: { pageSize } }: State): Interval[] {
  return pools
    .filter(({ base }) => base % pageSize !== 0)
    .map(({ base, pages }) => [base - pageSize, base + (pages + 1) * pageSize]);
}

/** Is memory asked for that comes from such a pool? */
function asksMisaligned({ devices, machine: { pageSize } }: State, op: Op): boolean {
  if (op.op !== 'alloc_coherent') return false;
  return (devices[op.device]!.pool?.base ?? 0) % pageSize !== 0;
}
