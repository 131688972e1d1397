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
import { profileOf, recordSync } from './runner/run.ts';
import type { Failure, Profile } from './runner/trial.ts';

export interface Relation {
  readonly law: Law;
  /** The other program. */
  readonly transform: (machine: Machine, sent: readonly Sent[]) => Op[];
  /** Allocations whose answers are compared. */
  readonly compared: (sent: readonly Sent[]) => readonly Sent[];
  /** What both answers must have in common, in words. */
  readonly told: (outcome: Outcome) => string;
}

/** What was sent in the first run, and what was answered. */
interface Sent {
  readonly op: Op;
  readonly outcome: Outcome;
  /** An allocation a coherent pool serves: what else is asked in between does not move it. */
  readonly fromPool: boolean;
  /** The first device bound to the pool it is about, or null. */
  readonly first: number | null;
  /** An allocation of pages or of an atomic pool by a device that a wider mask can only help. */
  readonly widens: boolean;
}

const ofPools = (sent: readonly Sent[]) => sent.filter(({ fromPool }) => fromPool);
const place = (outcome: Outcome) => (outcome.is === 'ok' ? hex(outcome.phys ?? 0) : outcome.is);
const inPools = { compared: ofPools, told: place } as const;

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
    ...inPools,
  },
  {
    law: law(
      'pool/sharing',
      'Requests of several devices on one pool land as if one device had made them all.',
      ['P-I9'],
      'kernel/dma/coherent.c:rmem_dma_device_init',
    ),
    transform: oneDevice,
    ...inPools,
  },
  {
    law: law(
      'free/commutes',
      'The order of neighbouring frees does not show in later places.',
      ['P-I5'],
      'kernel/dma/coherent.c:__dma_release_from_coherent',
    ),
    transform: (_machine, sent) => reverseFreeRuns(sent.map(({ op }) => op)),
    ...inPools,
  },
  {
    law: law(
      'alloc/wider-mask',
      'Without windows and reserves a wider mask never turns success into a refusal.',
      ['C-I4'],
      'kernel/dma/direct.c:dma_direct_optimal_gfp_mask',
    ),
    transform: (_machine, sent) => withWiderMask(sent),
    compared: lastWidened,
    told: (outcome) => outcome.is,
  },
];

/** The last success that a wider mask is about: until then both runs are the same. */
function lastWidened(sent: readonly Sent[]): readonly Sent[] {
  const last = sent.findLast(({ widens, outcome }) => widens && outcome.is === 'ok');
  return last === undefined ? [] : [last];
}

function withWiderMask(sent: readonly Sent[]): Op[] {
  const [last] = lastWidened(sent);
  return sent.flatMap(({ op }) => {
    if (op !== last?.op || !('device' in op)) return [op];
    return [{ op: 'set_coherent_mask', device: op.device, mask: 64 }, op];
  });
}

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
  const steps = new Map<Op, number>(program.map((op, index) => [op, index]));
  const sent: Sent[] = [];
  const profile = quietProfile(subject);
  const judge = new Judge(machine, profile.observes, profile.operations);
  // Laws of other kinds may break on the way; they are the business of the other properties.
  recordSync(subject, kase, profile, {
    booted: (booted) => judge.checkBoot(booted),
    answered: (op, outcome) => {
      sent.push({ op, outcome, first: standIn(judge.state, op), ...kindOf(judge.state, op) });
      judge.adopt(op, outcome);
    },
  });
  const there = new Map<number, string>();
  const transformed = { machine, program: relation.transform(machine, sent) };
  recordSync(subject, transformed, profile, {
    answered: (op, outcome) => {
      if ('out' in op) there.set(op.out, relation.told(outcome));
    },
  });
  for (const { op, outcome } of relation.compared(sent)) {
    const observed = relation.told(outcome);
    const other = 'out' in op ? there.get(op.out) : undefined;
    if (other === undefined || other === observed) continue;
    const expected = `the same in both runs: ${other}`;
    const violation = { law: relation.law.id, expected, observed };
    return { violation, step: steps.get(op)!, op, outcome };
  }
  return null;
}

/** Nothing is counted on the way, no placement and no byte is checked: other properties do that. */
function quietProfile(subject: SyncSubject): Profile {
  const profile = profileOf(subject, []);
  const operations = new Set([...profile.operations].filter((name) => name !== 'census'));
  const observes = new Set([...profile.observes].filter((name) => !name.endsWith('bytes')));
  return { ...profile, operations, observes, placement: false };
}

/** What relations need to know of an operation, before it is believed. */
function kindOf(state: State, op: Op): Pick<Sent, 'fromPool' | 'widens'> {
  if (op.op !== 'alloc_coherent' && op.op !== 'alloc_noncoherent') {
    return { fromPool: false, widens: false };
  }
  const { from } = wantedBy(state, op);
  const { windows, coherentMask } = state.devices[op.device]!;
  const plain = windows.length === 0 && coherentMask > 0 && !state.machine.lowmemReserve;
  return { fromPool: from === 'pool', widens: plain && (from === 'pages' || from === 'atomic') };
}
