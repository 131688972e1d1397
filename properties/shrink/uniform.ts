/**
 * All sizes at once: every request a byte or a page, every pool a few pages. One at a time they are
 * stuck, because a smaller request in a pool that stays large no longer meets the others.
 */
import { machineProblem } from '../../contract/machine-check.ts';
import type { Op } from '../../contract/operations.ts';
import type { Case } from '../../contract/scenario.ts';
import { dropLabels } from './program.ts';

const POOL_PAGES = [1, 2, 3, 4, 8] as const;
/** In programs this short, one label also goes: a pool a page smaller may not need it. */
const OPERATIONS_MAX = 24;

export function* uniformSizes(kase: Case): Generator<Case> {
  yield* allSizes(kase);
  if (kase.program.length > OPERATIONS_MAX) return;
  for (const fewer of dropLabels(kase)) yield* allSizes(fewer);
}

function* allSizes(kase: Case): Generator<Case> {
  const { pageSize } = kase.machine;
  for (const pages of POOL_PAGES) {
    for (const size of [1, pageSize + 1]) {
      const small = withSizes(kase, pages * pageSize, size);
      if (machineProblem(small.machine) === null) yield small;
    }
  }
}

/** Only what is larger shrinks. */
function withSizes({ machine, program }: Case, pool: number, size: number): Case {
  const regions = machine.regions.map((region) =>
    region.kind === 'pool' ? { ...region, size: Math.min(region.size, pool) } : region,
  );
  const smaller = (op: Op): Op => {
    if (op.op === 'declare') return { ...op, size: Math.min(op.size, pool) };
    if ('out' in op && 'size' in op) return { ...op, size: Math.min(op.size, size) };
    return op.op === 'alloc_pages' ? { ...op, order: Math.min(op.order, 1) } : op;
  };
  return { machine: { ...machine, regions }, program: program.map(smaller) };
}
