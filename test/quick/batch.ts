/** The built-in subject behind the interface of a far one: whole batches, answered later. */
import type { Op } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { SKIPPED } from '../../contract/outcome.ts';
import type { BatchSubject, Observation } from '../../contract/subject.ts';
import { carveoutSubject } from '../../sut/subject.ts';

/** Reports only what `observes` names; `change` may lie. */
export function farSubject(
  observes: readonly Observation[],
  change: (op: Op, outcome: Outcome) => Outcome = (_op, outcome) => outcome,
): BatchSubject {
  const hide = (outcome: Outcome): Outcome => {
    if (outcome.is !== 'ok') return outcome;
    const { phys: _phys, ...rest } = outcome;
    return observes.includes('phys') ? outcome : rest;
  };
  return {
    kind: 'batch',
    name: 'far',
    observes: new Set(observes),
    accepts: (machine) => (machine.devices.length > 8 ? 'too many devices' : null),
    boot: async (machine) => {
      if (machine.regions.length > 24) return { refused: 'too many regions' };
      let session = carveoutSubject.boot(machine);
      const live = new Set<number>();
      const apply = (op: Op): Outcome => {
        // The label table is the subject's: what names nothing alive is skipped.
        if ('buffer' in op && !live.has(op.buffer)) return SKIPPED;
        const outcome = hide(change(op, session.apply(op)));
        if (op.op === 'alloc_coherent' && outcome.is === 'ok') live.add(op.out);
        if (op.op === 'free') live.delete(op.buffer);
        return outcome;
      };
      return {
        booted: session.booted,
        run: async (ops) => ops.map(apply),
        reset: async () => {
          session = carveoutSubject.boot(machine);
          live.clear();
        },
      };
    },
  };
}
