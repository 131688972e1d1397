/** What devices read and write, and what caches do on their own. */
import type { OpOf } from '../../../contract/operations.ts';
import { OK } from '../../../contract/outcome.ts';
import { cpuStore, deviceStore } from '../bytes.ts';
import type { MappingState } from '../mappings.ts';
import { isWritable, lengthOf, partOf } from '../mappings.ts';
import type { Legality, Rule } from '../rule.ts';
import type { BufferState, State } from '../state.ts';
import type { Interval } from '../system-ram.ts';
import { coherentLimit, isClear } from '../view.ts';
import { handleNamesIt, ownerLegality, sharersOf } from './alloc.ts';
import { checkRead } from './contents.ts';
import { exact } from './exact.ts';
import { mappingLegality } from './sync.ts';

type Mapped = OpOf<'mapped_read' | 'mapped_write'>;
type Coherent = OpOf<'device_read' | 'device_write'>;
type Line = OpOf<'evict' | 'prefetch'>;

/** A device that writes what it promised only to read makes a mistake. */
function mappedLegality(state: State, op: Mapped): Legality {
  const legality = mappingLegality(state, op.mapping);
  if (legality !== 'legal') return legality;
  const mapping = state.mappings.get(op.mapping)!;
  if (mapping.kind === 'resource') return 'meaningless';
  if (op.offset + op.length > lengthOf(mapping.pieces)) return 'undefined';
  return op.op === 'mapped_write' && !isWritable(mapping) ? 'misuse' : 'legal';
}

const mappedRanges = ({ pieces }: MappingState, op: Mapped) => partOf(pieces, op.offset, op.length);

export const mappedRead: Rule<'mapped_read'> = {
  legality: mappedLegality,
  check: (state, op, outcome, seen) => {
    if (!seen.has('device-bytes')) return null;
    const mapping = state.mappings.get(op.mapping)!;
    return checkRead('device/contents', mapping.view, mappedRanges(mapping, op), outcome);
  },
  adopt: () => {},
};

export const mappedWrite = exact<'mapped_write'>({
  legality: mappedLegality,
  expect: () => ({ law: 'any/form', allowed: [OK], because: 'a store returns nothing' }),
  adopt: (state, op) => {
    const mapping = state.mappings.get(op.mapping)!;
    deviceStore(state, mapping, mappedRanges(mapping, op), op.value);
  },
});

/** Coherent memory the device reaches by its handle, and by one meaning of it. */
function coherentLegality(state: State, op: Coherent): Legality {
  const buffer = state.buffers.get(op.buffer);
  if (!state.hasPages || buffer?.how !== 'alloc_coherent') return 'meaningless';
  const legality = ownerLegality(state, op);
  if (legality !== 'legal') return legality;
  const isOwn = op.via < 0 || op.via === buffer.device;
  if (!isOwn || op.offset + op.length > buffer.size) return 'undefined';
  return isReached(state, buffer) ? 'legal' : 'undefined';
}

function isReached(state: State, buffer: BufferState): boolean {
  const device = state.devices[buffer.device]!;
  const [handle] = buffer.handles;
  if (handle === undefined || device.spec.iommu !== null) return false;
  if (handle + buffer.size - 1 > coherentLimit(device)) return false;
  // A declared pool has the addresses it was declared with, whatever the windows say.
  const { pool } = device;
  // A handle counts from the first byte: the others may lie behind the end of its window.
  const isNamed = handleNamesIt(state, buffer) && isClear(device, handle, buffer.size);
  if (pool === null || pool.deviceBase === null) return isNamed;
  if (buffer.source === pool) return true;
  // Where those addresses meet others, the device can mean either.
  const end = pool.deviceBase + pool.pages * state.machine.pageSize;
  const meets = pool.deviceBase < handle + buffer.size && handle < end;
  return !meets && isNamed;
}

function coherentRange(state: State, op: Coherent): Interval {
  const start = state.buffers.get(op.buffer)!.start + op.offset;
  return [start, start + op.length];
}

export const deviceRead: Rule<'device_read'> = {
  legality: coherentLegality,
  check: (state, op, outcome, seen) => {
    if (!seen.has('device-bytes')) return null;
    return checkRead('device/coherent', state.bytes.cpu, [coherentRange(state, op)], outcome);
  },
  adopt: () => {},
};

/** To everybody else it is as if the CPU had written. */
export const deviceWrite = exact<'device_write'>({
  legality: coherentLegality,
  expect: () => ({ law: 'any/form', allowed: [OK], because: 'a store returns nothing' }),
  adopt: (state, op) => {
    const buffer = state.buffers.get(op.buffer)!;
    const values = sharersOf(state, buffer).length === 0 ? [op.value] : null;
    cpuStore(state, [coherentRange(state, op)], values);
  },
});

/** Caches may do what they like, whenever they like. */
function line<N extends Line['op']>(): Rule<N> {
  return exact<N>({
    legality: (state, op) => {
      const buffer = state.buffers.get((op as Line).buffer);
      if (!state.hasPages || buffer === undefined) return 'meaningless';
      return (op as Line).offset + (op as Line).length <= buffer.length ? 'legal' : 'undefined';
    },
    expect: () => ({ law: 'any/form', allowed: [OK], because: 'a cache says nothing' }),
    adopt: () => {},
  });
}

export const evict = line<'evict'>();
export const prefetch = line<'prefetch'>();
