/** The subject in process: what it is asked is what the other one is asked, too. */
import type { Machine, Region } from '../../contract/machine.ts';
import { REGION_FLAGS } from '../../contract/machine.ts';
import type { Op } from '../../contract/operations.ts';
import { definesOf, usesOf } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import type { Case } from '../../contract/scenario.ts';
import type { Booted, SyncSession, SyncSubject } from '../../contract/subject.ts';
import type { State } from '../../model/judge/state.ts';
import type { Tally } from '../labels/tally.ts';
import { isDeadly } from '../runner/deadly.ts';
import { applySafely } from '../runner/safely.ts';
import { bootJudged } from '../runner/send.ts';
import type { Failure, Profile } from '../runner/trial.ts';
import { Trial } from '../runner/trial.ts';
import type { About } from './compare.ts';

/** One operation, its answer, and what is known about it. */
export interface Asked {
  readonly op: Op;
  /** Position in the program; its length for what gives everything back. */
  readonly step: number;
  readonly outcome: Outcome;
  readonly about: About;
}

export type LeftRun = { readonly asked: readonly Asked[] } | { readonly failure: Failure };

/** Makes tables or mappings, which say where their memory is. */
const SPREADS: ReadonlySet<Op['op']> = new Set<Op['op']>([
  'sg_from_pages',
  'sg_append',
  'sg_of_buffer',
  'map_page',
]);

/**
 * With the bounce pool at the place where the other subject has it: what lies above it in low
 * memory is reserved.
 */
export function withPoolOf(machine: Machine, { events = [] }: Booted, lowEnd: number): Machine {
  const pool = events.find(({ event }) => event === 'bounce-pool');
  if (pool?.phys === undefined) return machine;
  const base = pool.phys + pool.bytes;
  if (base >= lowEnd) return machine;
  const held: Region = { ...REGION_FLAGS, name: 'held', kind: 'plain', base, size: lowEnd - base };
  return { ...machine, regions: [...machine.regions, held] };
}

/** How the left one is asked. */
export interface Left {
  readonly subject: SyncSubject;
  readonly profile: Profile;
  readonly tally: Tally;
  /** What the other one can be asked. */
  sends(op: Op): boolean;
  /** Leave out what ends the other one in a known way. */
  readonly spares: boolean;
  /** Give everything back at the end? */
  readonly closes: boolean;
}

/** Runs the program up to its end or a crash, and may give everything back. */
export function askLeft(left: Left, { machine, program }: Case): LeftRun {
  const trial = new Trial(machine, left.profile, left.tally);
  const begun = bootJudged(left.subject, machine, trial);
  if ('failure' in begun) return begun;
  const asking = new Asking(left, trial, begun.session);
  for (const [step, op] of program.entries()) asking.ask(op, step);
  for (const op of asking.isOver || !left.closes ? [] : trial.returns())
    asking.ask(op, program.length);
  return asking.failure === null ? { asked: asking.asked } : { failure: asking.failure };
}

/** One operation after the other, until a law breaks or the subject crashes. */
class Asking {
  readonly asked: Asked[] = [];
  failure: Failure | null = null;
  #crashed = false;
  readonly #left: Left;
  readonly #trial: Trial;
  readonly #session: SyncSession;
  readonly #labels: Labels;

  constructor(left: Left, trial: Trial, session: SyncSession) {
    this.#left = left;
    this.#trial = trial;
    this.#session = session;
    this.#labels = new Labels(trial.judge.state);
  }

  get isOver(): boolean {
    return this.#crashed || this.failure !== null;
  }

  ask(op: Op, step: number): void {
    if (this.isOver || !this.#trial.sends(op)) return;
    if (!this.#left.sends(op) || !this.#labels.allows(op)) return;
    if (growsFromArea(this.#trial.judge.state, op)) return;
    // Memory goes back by its bus address, which must not come to mean something else.
    if (op.op === 'set_offset' && this.#labels.anyElsewhere) return;
    if (this.#left.spares && isDeadly(this.#trial.judge.state, op)) return;
    const before = this.#labels.isElsewhere(op);
    const outcome = applySafely(this.#session, op);
    this.failure = this.#trial.answer(op, outcome, step);
    if (this.failure !== null) return;
    // Another allocator serves the other one: a refusal here says nothing of it.
    if (op.op === 'alloc_contig' && outcome.is !== 'ok') return;
    const allocates = this.#labels.note(op, outcome);
    const { cached } = this.#labels;
    const about = { elsewhere: allocates || before, allocates, cached };
    this.asked.push({ op, step, outcome, about });
    this.#crashed = outcome.is === 'crash';
  }
}

/** Atomic pools that run low take of the default area, at a time of their own, and keep it. */
function growsFromArea({ memory }: State, op: Op): boolean {
  const isAtomic = op.op === 'alloc_coherent' && op.gfp === 'atomic';
  return isAtomic && memory.defaultArea !== null;
}

/** Which labels stand for memory whose place is not compared. */
class Labels {
  readonly #state: State;
  readonly #elsewhere = new Set<number>();
  /** Has a device without snooping been given memory? */
  cached = false;

  constructor(state: State) {
    this.#state = state;
  }

  /** Is any of that memory still handed out? */
  get anyElsewhere(): boolean {
    return [...this.#elsewhere].some((label) => this.#state.buffers.has(label));
  }

  isElsewhere(op: Op): boolean {
    return usesOf(op).some(({ label }) => this.#elsewhere.has(label));
  }

  /** Mappings of memory that is elsewhere may bounce in one of the two alone. */
  allows(op: Op): boolean {
    return !(SPREADS.has(op.op) && this.isElsewhere(op));
  }

  /** Does the answer say where memory is that is not compared? */
  note(op: Op, outcome: Outcome): boolean {
    if (op.op === 'map_page' || op.op === 'map_sgtable') {
      this.cached ||= !this.#state.devices[op.device]!.coherent;
    }
    const label = definesOf(op);
    if (label === undefined || !this.#isAllocation(op, outcome)) return false;
    this.#elsewhere.add(label);
    return true;
  }

  #isAllocation(op: Op, outcome: Outcome): boolean {
    switch (op.op) {
      case 'alloc_pages':
      case 'alloc_exact':
      case 'alloc_noncoherent':
        return true;
      case 'alloc_coherent': {
        if (this.#state.devices[op.device]!.pool !== null) return false;
        const kind = this.#state.buffers.get(op.out)?.source.kind;
        return outcome.is !== 'ok' || (kind !== 'cma' && kind !== 'pool');
      }
      default:
        return false;
    }
  }
}
