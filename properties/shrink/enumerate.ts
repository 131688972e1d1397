/**
 * The last word: of all short programs over what is left, the first one that fails. Random
 * shrinking ends in different places; the first in one fixed order is the same for every seed.
 */
import type { LabelKind, LabelUse, Op } from '../../contract/operations.ts';
import { rowOf, usesOf } from '../../contract/operations.ts';
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
    for (const candidate of programs(length, [], alphabet(kase))) {
      yield { machine, program: candidate };
      tries += 1;
      if (tries >= TRIES_MAX) return;
    }
  }
}

/** What each next operation may be, given the kinds of the labels there are. */
type Alphabet = (labels: readonly LabelKind[]) => readonly Op[];

function* programs(
  length: number,
  labels: readonly LabelKind[],
  letters: Alphabet,
): Generator<Op[]> {
  if (length === 0) {
    yield [];
    return;
  }
  for (const op of letters(labels)) {
    const kind = rowOf(op.op).returns;
    const next = kind === undefined ? labels : [...labels, kind];
    for (const rest of programs(length - 1, next, letters)) yield [op, ...rest];
  }
}

/** The remaining operations, their label uses on every label so far, sizes also a page. */
function alphabet({ machine, program }: Case): Alphabet {
  const letters = new Map<string, Op>();
  const add = (op: Op) => {
    const letter = unlabelled(op);
    letters.set(JSON.stringify(letter), letter);
  };
  for (const op of program) {
    if ('out' in op && 'size' in op) {
      for (const size of new Set([op.size, machine.pageSize, 2 * machine.pageSize])) {
        add({ ...op, size });
      }
    } else add(op);
  }
  const fixed = [...letters.values()];
  return (labels) => fixed.flatMap((op) => withLabels(op, usesOf(op), labels));
}

/** Which labels it names is tried anew. */
function unlabelled(op: Op): Op {
  const uses = usesOf(op).map(({ field }) => [field, 0] as const);
  const out = 'out' in op ? { out: 0 } : {};
  return { ...op, ...out, ...Object.fromEntries(uses) } as Op;
}

/** The operation on every choice of labels of the kinds it wants. */
function withLabels(op: Op, uses: readonly LabelUse[], labels: readonly LabelKind[]): Op[] {
  const [use, ...rest] = uses;
  if (use === undefined) return [('out' in op ? { ...op, out: labels.length } : op) as Op];
  return labels.flatMap((kind, label) =>
    kind === use.kind ? withLabels({ ...op, [use.field]: label } as Op, rest, labels) : [],
  );
}
