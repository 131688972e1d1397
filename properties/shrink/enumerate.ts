/**
 * The last word: of all short programs over what is left, the first one that fails. Random
 * shrinking ends in different places; the first in one fixed order is the same for every seed.
 */
import type { Op } from '../../contract/operations.ts';
import type { Case } from '../../contract/scenario.ts';
import { mergeDevice } from './machine.ts';

const OPERATIONS_MAX = 4;
const TRIES_MAX = 4000;

/** Programs of up to as many operations as are left, over a small alphabet, shortest first. */
export function* enumeratePrograms(kase: Case): Generator<Case> {
  if (kase.program.length === 0 || kase.program.length > OPERATIONS_MAX) return;
  const count = kase.machine.devices.length;
  // What two devices do, one may do in another order.
  for (let from = count - 1; from > 0; from--) {
    yield* enumerate(mergeDevice(kase, from, 0));
    yield* enumerate(mergeDevice(kase, 0, from));
  }
  yield* enumerate(kase);
}

function* enumerate(kase: Case): Generator<Case> {
  const { machine, program } = kase;
  let tries = 0;
  for (let length = 0; length <= program.length; length++) {
    for (const candidate of programs(length, 0, alphabet(kase))) {
      yield { machine, program: candidate };
      tries += 1;
      if (tries >= TRIES_MAX) return;
    }
  }
}

/** What each next operation may be, given how many labels exist. */
type Alphabet = (labels: number) => readonly Op[];

function* programs(length: number, labels: number, letters: Alphabet): Generator<Op[]> {
  if (length === 0) {
    yield [];
    return;
  }
  for (const op of letters(labels)) {
    const next = 'out' in op ? labels + 1 : labels;
    for (const rest of programs(length - 1, next, letters)) yield [op, ...rest];
  }
}

/** The remaining operations, their label uses on every label so far, sizes also a page. */
function alphabet({ machine, program }: Case): Alphabet {
  const letters = new Map<string, Op>();
  const add = (op: Op) => letters.set(JSON.stringify(op), op);
  for (const op of program) {
    if ('out' in op && 'size' in op) {
      for (const size of new Set([op.size, machine.pageSize, 2 * machine.pageSize])) {
        add({ ...op, out: 0, size });
      }
    } else if ('out' in op) add({ ...op, out: 0 });
    else add('buffer' in op ? { ...op, buffer: 0 } : op);
  }
  const fixed = [...letters.values()];
  return (labels) =>
    fixed.flatMap((op): Op[] => {
      if ('out' in op) return [{ ...op, out: labels }];
      if (!('buffer' in op)) return [op];
      return Array.from({ length: labels }, (_, buffer) => ({ ...op, buffer }));
    });
}
