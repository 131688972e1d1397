/** Subjects that must be found out: the built-in one with a lie in its answers. */
import type { Op } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { NONE } from '../../contract/outcome.ts';
import type { SyncSubject } from '../../contract/subject.ts';
import { carveoutSubject } from '../../sut/subject.ts';

type Lie = (op: Op, outcome: Outcome, allocated: number) => Outcome;

function lying(name: string, lie: Lie): SyncSubject {
  return {
    ...carveoutSubject,
    name,
    boot(machine) {
      const session = carveoutSubject.boot(machine);
      let allocated = 0;
      return {
        booted: session.booted,
        apply: (op) => {
          const outcome = session.apply(op);
          if (op.op === 'alloc_coherent' && outcome.is === 'ok') allocated += 1;
          return lie(op, outcome, allocated);
        },
      };
    },
  };
}

/** From the second allocation on, handles are a page off. */
export const wrongHandle = lying('wrong handle', (op, outcome, allocated) =>
  op.op === 'alloc_coherent' && outcome.is === 'ok' && allocated >= 2
    ? { ...outcome, handle: (outcome.handle ?? 0) + 4096 }
    : outcome,
);

/** The third allocation is refused, whatever the pool holds. */
export const lazy = lying('lazy', (op, outcome, allocated) =>
  op.op === 'alloc_coherent' && outcome.is === 'ok' && allocated >= 3 ? NONE : outcome,
);

/** An allocator that always fails: sound, and useless. */
export const refusing = lying('refusing', (op, outcome) =>
  op.op === 'alloc_coherent' ? NONE : outcome,
);

export const throwing: SyncSubject = {
  ...lying('throwing', (_op, outcome) => outcome),
  boot: (machine) => ({
    booted: carveoutSubject.boot(machine).booted,
    apply: () => {
      throw new TypeError('undefined is not a pool');
    },
  }),
};
