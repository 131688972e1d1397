/** Operands go to their plainest value that still fails. Derived from the operation table. */
import type { Machine } from '../../contract/machine.ts';
import type { Field, Op } from '../../contract/operations.ts';
import { rowOf } from '../../contract/operations.ts';
import type { Case } from '../../contract/scenario.ts';

type Operands = Readonly<Record<string, unknown>>;

export function* simplifyOperands(kase: Case): Generator<Case> {
  for (const [index, op] of kase.program.entries()) {
    for (const field of rowOf(op.op).fields) {
      const value = (op as unknown as Operands)[field.name];
      for (const plain of plainer(field, value, kase.machine)) {
        const changed = { ...op, [field.name]: plain } as Op;
        yield { ...kase, program: kase.program.map((o, i) => (i === index ? changed : o)) };
      }
    }
  }
}

/** What only names something is as plain as any other name. */
const NAMES: ReadonlySet<Field['type']> = new Set([
  'device',
  'region',
  'buffer',
  'table',
  'mapping',
]);

/** Plainer values, plainest first. */
function* plainer(field: Field, value: unknown, machine: Machine): Generator<unknown> {
  if (field.default !== undefined && value !== field.default) yield field.default;
  if (typeof value !== 'number' || NAMES.has(field.type)) return;
  const page = machine.pageSize;
  const least = field.min ?? 0;
  const wanted = field.type === 'bytes' || field.type === 'address' ? edges(page) : [0, 1, 2, 32];
  for (const plain of wanted) if (plain >= least && plain < value) yield plain;
  for (let step = value - least; step >= 1; step = Math.floor(step / 2)) yield value - step;
}

const edges = (page: number): number[] => {
  const pages = [1, 2, 3, 4, 5, 8, 16, 1024, 2 ** 18, 2 ** 19];
  return [0, 1, ...pages.map((count) => count * page)];
};
