/** Walks over tables: counts and copies. Source: lib/scatterlist.c. */
import type { OpOf } from '../../../contract/operations.ts';
import { total } from '../arena.ts';
import { cpuStore } from '../bytes.ts';
import type { TableState } from '../mappings.ts';
import { partOf, repeats } from '../mappings.ts';
import type { Legality, Rule } from '../rule.ts';
import { broken, outcomeText } from '../rule.ts';
import type { State } from '../state.ts';
import { checkRead } from './contents.ts';
import { tableLegality } from './tables.ts';

/** The fewest entries that hold so many bytes; null: all together do not. */
function countFor({ entries }: TableState, length: number): number | null {
  let count = 0;
  let held = 0;
  while (held < length && count < entries.length) {
    held += entries[count]!.length;
    count += 1;
  }
  return held < length ? null : count;
}

export const sgNentsForLen: Rule<'sg_nents_for_len'> = {
  legality: (state, op) => tableLegality(state, op.table),
  check: (state, op, outcome) => {
    const count = countFor(state.tables.get(op.table)!, op.length);
    const right =
      count === null
        ? outcome.is === 'error' && outcome.errno === 'EINVAL'
        : outcome.is === 'ok' && outcome.count === count;
    if (right) return null;
    const got = outcome.is === 'ok' ? `${outcome.count}` : outcomeText(outcome);
    return broken('table/count', count === null ? 'EINVAL' : `${count} entries`, got);
  },
  adopt: () => {},
};

/** The bytes of a copy: what there is of them. Only memory with a linear address can be copied. */
function copied(state: State, op: OpOf<'sg_read' | 'sg_write'>) {
  return partOf(state.tables.get(op.table)!.entries, op.skip, op.length);
}

function copyLegality(state: State, op: OpOf<'sg_read' | 'sg_write'>): Legality {
  const legality = tableLegality(state, op.table);
  if (legality !== 'legal') return legality;
  const table = state.tables.get(op.table)!;
  const cached = table.buffers.every((label) => isCached(state, label));
  return cached && !repeats(table.entries) ? 'legal' : 'undefined';
}

/** Is the linear address of the buffer the one the CPU uses? Another one may be stale. */
export function isCached(state: State, label: number): boolean {
  const { device, how, source } = state.buffers.get(label)!;
  if (source.kind === 'pool') return false;
  return device < 0 || how === 'alloc_noncoherent' || state.devices[device]!.coherent;
}

export const sgRead: Rule<'sg_read'> = {
  legality: copyLegality,
  check: (state, op, outcome, seen) => {
    if (!seen.has('bytes')) return null;
    return checkRead('table/copy', state.bytes.cpu, copied(state, op), outcome);
  },
  adopt: () => {},
};

export const sgWrite: Rule<'sg_write'> = {
  legality: copyLegality,
  check: (state, op, outcome) => {
    const length = total(copied(state, op));
    if (outcome.is === 'ok' && outcome.length === length) return null;
    const got = outcome.is === 'ok' ? `${outcome.length}` : outcomeText(outcome);
    return broken('table/copy', `${length} bytes copied`, got);
  },
  adopt: (state, op) => cpuStore(state, copied(state, op), [op.value]),
};
