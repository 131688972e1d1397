/** The end of a mapping, and what is passed on meanwhile. Source: kernel/dma/direct.h, direct.c. */
import type { OpOf } from '../../../contract/operations.ts';
import { OK } from '../../../contract/outcome.ts';
import { union } from '../arena.ts';
import { cleanLines, giveToCpu, giveToDevice } from '../bytes.ts';
import type { Direction, MappingState } from '../mappings.ts';
import { bytesOf, deviceOf, lengthOf, partOf } from '../mappings.ts';
import type { Legality, Rule } from '../rule.ts';
import { broken, outcomeText } from '../rule.ts';
import type { State } from '../state.ts';
import { isClear, untranslations } from '../view.ts';
import { exact } from './exact.ts';
import { checkGone, ownPools } from './transient.ts';

type Sync = OpOf<'sync_for_cpu' | 'sync_for_device'>;

/** Do the addresses of the mapping still mean what they meant? Else a call goes astray. */
function isFound(state: State, mapping: MappingState): boolean {
  if (mapping.kind === 'resource') return true;
  const device = deviceOf(state, mapping);
  return mapping.pieces.every(({ start, length, address, bounce }) => {
    // All bytes: windows may have come since, or been crossed.
    if (!isClear(device, address, length)) return false;
    const [found] = untranslations(device, address);
    const own = bounce?.pool;
    // A restricted pool bound meanwhile hides all others, and the other way round.
    const isBound =
      own === undefined || own.region < 0 ? device.slots === null : device.slots === own;
    if (bounce === null) return found === start;
    // Another byte of the same slots stands for other bytes, or for none.
    return isBound && found === bounce.data;
  });
}

/** A direction other than the mapping's own is a mistake, unless that was for both. */
function isWrong(mapping: MappingState, direction: Sync['direction']): boolean {
  if (direction === 'mapped' || direction === mapping.direction) return false;
  return mapping.direction !== 'bidirectional';
}

export function mappingLegality(state: State, label: number): Legality {
  const mapping = state.mappings.get(label);
  if (mapping === undefined) return 'meaningless';
  return isFound(state, mapping) ? 'legal' : 'undefined';
}

const directionOf = (mapping: MappingState, direction: Sync['direction']): Direction =>
  direction === 'mapped' ? mapping.direction : direction;

const plainUnmap = exact<'unmap'>({
  legality: (state, op) => {
    const legality = mappingLegality(state, op.mapping);
    if (legality !== 'legal') return legality;
    const mapping = state.mappings.get(op.mapping)!;
    return op.direction === 'mapped' || op.direction === mapping.direction ? 'legal' : 'misuse';
  },
  expect: () => ({ law: 'any/form', allowed: [OK], because: 'unmapping returns nothing' }),
  adopt: (state, op) => {
    const mapping = state.mappings.get(op.mapping)!;
    const direction = directionOf(mapping, op.direction);
    const isRam = mapping.kind !== 'resource';
    const all = mapping.pieces.map(bytesOf);
    const isRight = direction === mapping.direction;
    if (isRam && !op.attrs.includes('skip-cpu-sync')) {
      if (!isRight) giveToCpu(state, mapping, all, 'either');
      else if (direction !== 'to-device') giveToCpu(state, mapping, all, 'exact');
    }
    const gone = ownPools(state, mapping);
    state.memory.transient = state.memory.transient.filter((pool) => !gone.includes(pool));
    for (const { bounce } of mapping.pieces) {
      if (bounce === null) continue;
      bounce.pool.bounces = bounce.pool.bounces.filter((taken) => taken !== bounce.taken);
    }
    state.mappings.delete(op.mapping);
  },
});

export const unmap: Rule<'unmap'> = {
  ...plainUnmap,
  tells: ['bounce-pool-gone'],
  check: (state, op, outcome, seen) =>
    plainUnmap.check(state, op, outcome, seen) ??
    checkGone(state, state.mappings.get(op.mapping)!, outcome),
};

function syncLegality(state: State, op: Sync): Legality {
  const legality = mappingLegality(state, op.mapping);
  if (legality !== 'legal') return legality;
  const mapping = state.mappings.get(op.mapping)!;
  if (mapping.kind === 'resource') return 'meaningless';
  const length = lengthOf(mapping.pieces);
  const end = op.length < 0 ? length : op.offset + op.length;
  if (op.offset >= length || end > length) return 'undefined';
  return isWrong(mapping, op.direction) ? 'misuse' : 'legal';
}

/** The bytes that are passed on. */
function rangesOf(mapping: MappingState, op: Sync) {
  const length = op.length < 0 ? lengthOf(mapping.pieces) - op.offset : op.length;
  return partOf(mapping.pieces, op.offset, length);
}

/** Linux skips the sync of a device that forgets. */
function noteUnsynced(state: State, op: Sync): void {
  const mapping = state.mappings.get(op.mapping)!;
  if (!deviceOf(state, mapping).forgets) return;
  state.unsynced = union([...state.unsynced, ...rangesOf(mapping, op)]);
}

function sync<N extends Sync['op']>(pass: (state: State, op: OpOf<N>) => void): Rule<N> {
  return exact<N>({
    legality: (state, op) => syncLegality(state, op as Sync),
    expect: () => ({ law: 'any/form', allowed: [OK], because: 'a sync returns nothing' }),
    adopt: (state, op) => {
      noteUnsynced(state, op as Sync);
      pass(state, op);
    },
  });
}

export const syncForCpu = sync<'sync_for_cpu'>((state, op) => {
  const mapping = state.mappings.get(op.mapping)!;
  const moves = directionOf(mapping, op.direction) !== 'to-device';
  if (isWrong(mapping, op.direction)) giveToCpu(state, mapping, rangesOf(mapping, op), 'either');
  else if (moves) giveToCpu(state, mapping, rangesOf(mapping, op), 'exact');
});

export const syncForDevice = sync<'sync_for_device'>((state, op) => {
  const mapping = state.mappings.get(op.mapping)!;
  const moves = directionOf(mapping, op.direction) !== 'from-device';
  const ranges = rangesOf(mapping, op);
  if (isWrong(mapping, op.direction)) giveToDevice(state, mapping, ranges, 'either');
  else if (moves) giveToDevice(state, mapping, ranges, 'exact');
  // What the device wrote stays as it is: it is not asked to look.
  else cleanLines(state, mapping, ranges);
});

export const needSync: Rule<'need_sync'> = {
  legality: (state, op) => {
    const legality = mappingLegality(state, op.mapping);
    if (legality !== 'legal') return legality;
    // Of registers nobody asks: there is nothing to pass on.
    return state.mappings.get(op.mapping)!.kind === 'resource' ? 'meaningless' : 'legal';
  },
  check: (state, op, outcome) => {
    const wanted = needsSync(state, state.mappings.get(op.mapping)!);
    if (outcome.is === 'ok' && outcome.truth === wanted) return null;
    const got = outcome.is === 'ok' ? `${outcome.truth}` : outcomeText(outcome);
    return broken('sync/needed', `${wanted}`, got);
  },
  adopt: () => {},
};

/** The first address stands for all of a table: so a bounced part of it may go unseen. */
function needsSync(state: State, mapping: MappingState): boolean {
  return !deviceOf(state, mapping).coherent || mapping.pieces[0]!.bounce !== null;
}
