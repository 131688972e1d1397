/** The built-in subject behind the interface of a far one: whole batches, answered later. */
import type { Op } from '../../contract/operations.ts';
import { definesOf, usesOf } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { SKIPPED } from '../../contract/outcome.ts';
import type { BatchSubject, Observation } from '../../contract/subject.ts';
import { carveoutSubject } from '../../sut/subject.ts';

/** What their label stands for ends. */
const ENDS: ReadonlySet<Op['op']> = new Set<Op['op']>(['free', 'free_pages', 'sg_free', 'unmap']);

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
        if (usesOf(op).some(({ label }) => !live.has(label))) return SKIPPED;
        const outcome = hide(change(op, session.apply(op)));
        const label = definesOf(op);
        if (label !== undefined && outcome.is === 'ok') live.add(label);
        if (ENDS.has(op.op)) for (const used of usesOf(op)) live.delete(used.label);
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
