/**
 * Laws about two runs: what must not matter does not matter. They demand the very same places, so
 * they hold only for subjects that promise exact placement, such as the built-in one.
 */
import type { Law } from '../contract/law.ts';
import type { Machine } from '../contract/machine.ts';
import { hex } from '../contract/numbers.ts';
import type { Op } from '../contract/operations.ts';
import type { Outcome } from '../contract/outcome.ts';
import type { Case } from '../contract/scenario.ts';
import type { SyncSubject } from '../contract/subject.ts';
import { wantedBy } from '../model/judge/dispatch.ts';
import { Judge } from '../model/judge/judge.ts';
import type { State } from '../model/judge/state.ts';
import { Tally } from './labels/tally.ts';
import type { Recorder } from './runner/run.ts';
import { profileOf, runSync } from './runner/run.ts';
import type { Failure } from './runner/trial.ts';

export interface Relation {
  readonly law: Law;
  /** The other program, whose allocations must land where those of the first did. */
  readonly transform: (machine: Machine, sent: readonly Sent[]) => Op[];
}

/** What was sent in the first run, and what was answered. */
interface Sent {
  readonly op: Op;
  readonly outcome: Outcome;
  /** An allocation a coherent pool serves: what else is asked in between does not move it. */
  readonly fromPool: boolean;
  /** The first device bound to the pool it is about, or null. */
  readonly first: number | null;
}

const law = (id: string, says: string, decides: readonly string[], source: string): Law => ({
  id,
  says,
  decides,
  source,
  by: 'metamorphic',
});

export const RELATIONS: readonly Relation[] = [
  {
    law: law(
      'pool/history-free',
      'A place depends on the taken pages and the order alone: not on gfp, attributes or masks.',
      ['P-I6'],
      'kernel/dma/coherent.c:__dma_alloc_from_coherent',
    ),
    transform: (_machine, sent) => sent.flatMap(({ op }) => otherManners(op)),
  },
  {
    law: law(
      'pool/sharing',
      'Requests of several devices on one pool land as if one device had made them all.',
      ['P-I9'],
      'kernel/dma/coherent.c:rmem_dma_device_init',
    ),
    transform: oneDevice,
  },
  {
    law: law(
      'free/commutes',
      'The order of neighbouring frees does not show in later places.',
      ['P-I5'],
      'kernel/dma/coherent.c:__dma_release_from_coherent',
    ),
    transform: (_machine, sent) => reverseFreeRuns(sent.map(({ op }) => op)),
  },
];

/** Other gfp and attributes; mask changes go, questions go. */
function otherManners(op: Op): Op[] {
  switch (op.op) {
    case 'alloc_coherent': {
      // That one attribute decides whether the global pool may be asked at all.
      const attrs = op.attrs.filter((attr) => attr === 'no-kernel-mapping');
      return [{ ...op, gfp: op.gfp === 'atomic' ? 'blocking' : 'atomic', attrs }];
    }
    case 'set_mask':
    case 'set_coherent_mask':
    case 'phys_to_dma':
    case 'coherent_ok':
    case 'read':
      return [];
    default:
      return [op];
  }
}

/** Allocations and frees go through the first device bound to the same pool at that time. */
function oneDevice(_machine: Machine, sent: readonly Sent[]): Op[] {
  return sent.map(({ op, first }): Op => {
    if (first === null) return op;
    if (op.op === 'alloc_coherent') return { ...op, device: first };
    return op.op === 'free' ? { ...op, via: first } : op;
  });
}

/** The first device with the pool of this one; itself without a pool. */
function firstSharer({ devices }: State, index: number): number {
  const { pool } = devices[index]!;
  return pool === null ? index : devices.findIndex((device) => device.pool === pool);
}

/** Who could have done it as well: for allocations and frees of pool memory. */
function standIn(state: State, op: Op): number | null {
  if (op.op === 'alloc_coherent') return firstSharer(state, op.device);
  if (op.op !== 'free') return null;
  const { source, viaGlobal, device } = state.buffers.get(op.buffer)!;
  // The global pool is freed by devices it serves, whatever pool they have got since.
  if (source.kind !== 'pool' || viaGlobal) return null;
  return firstSharer(state, op.via < 0 ? device : op.via);
}

function reverseFreeRuns(program: readonly Op[]): Op[] {
  const out: Op[] = [];
  let run: Op[] = [];
  for (const op of program) {
    if (op.op === 'free') run.push(op);
    else {
      out.push(...run.reverse(), op);
      run = [];
    }
  }
  return [...out, ...run.reverse()];
}

/** Runs both programs; null when every allocation of both landed alike. */
export function checkRelation(
  subject: SyncSubject,
  relation: Relation,
  kase: Case,
): Failure | null {
  const { machine, program } = kase;
  const inProgram = new Map<Op, number>(program.map((op, index) => [op, index]));
  const sent: Sent[] = [];
  const profile = profileOf(subject, []);
  const judge = new Judge(machine, profile.observes, profile.operations);
  // Laws of other kinds may break on the way; they are the business of the other properties.
  const run = (other: Case, record: Recorder) =>
    runSync(subject, other, profile, new Tally(), record);
  run(kase, {
    booted: (booted) => judge.checkBoot(booted),
    answered: (op, outcome) => {
      if (!inProgram.has(op)) return;
      const fromPool = op.op === 'alloc_coherent' && wantedBy(judge.state, op).from === 'pool';
      sent.push({ op, outcome, fromPool, first: standIn(judge.state, op) });
      judge.adopt(op, outcome);
    },
  });
  const there = new Map<number, string>();
  run(
    { machine, program: relation.transform(machine, sent) },
    {
      answered: (op, outcome) => {
        if (op.op === 'alloc_coherent') there.set(op.out, placeText(outcome));
      },
    },
  );
  for (const { op, outcome, fromPool } of sent) {
    if (op.op !== 'alloc_coherent' || !fromPool) continue;
    const observed = placeText(outcome);
    const other = there.get(op.out);
    if (other === undefined || other === observed) continue;
    const expected = `the same place in both runs: ${other}`;
    const violation = { law: relation.law.id, expected, observed };
    return { violation, step: inProgram.get(op)!, op, outcome };
  }
  return null;
}

const placeText = (outcome: Outcome) => (outcome.is === 'ok' ? hex(outcome.phys ?? 0) : outcome.is);
