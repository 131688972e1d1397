/**
 * One program against one booted subject: what is sent, how every answer is judged, how the
 * program is closed. Synchronous and batched subjects share it; only the transport differs.
 */
import { deviation } from '../../contract/deviations.ts';
import type { Law, Violation } from '../../contract/law.ts';
import type { Machine } from '../../contract/machine.ts';
import type { Op, OpName } from '../../contract/operations.ts';
import type { Crash, Outcome } from '../../contract/outcome.ts';
import type { Booted, Observation } from '../../contract/subject.ts';
import { Judge } from '../../model/judge/judge.ts';
import { pastOf } from '../../model/judge/past.ts';
import { broken, outcomeText } from '../../model/judge/rule.ts';
import type { Tally } from '../labels/tally.ts';
import { countLabels } from '../labels.ts';
import { placementOf } from '../placement.ts';
import { probeOps, returnOps } from './closing.ts';
import type { FormProblem } from './form.ts';

export interface Failure {
  readonly violation: Violation;
  /** Position in the program; its length when the program had ended, -1 for the boot. */
  readonly step: number;
  /** The operation whose answer broke the law; null for the boot. */
  readonly op: Op | null;
  readonly outcome: Outcome | null;
}

/** What the runner needs to know of a subject besides its answers. */
export interface Profile {
  readonly observes: ReadonlySet<Observation>;
  readonly known: readonly string[];
  readonly operations: ReadonlySet<OpName>;
  /** Hold it to Linux's own choices as well? */
  readonly placement: boolean;
}

export const CENSUS: Op = { op: 'census' };

/** Operations after which something may be somewhere else. */
const MOVING: ReadonlySet<OpName> = new Set<OpName>([
  'alloc_coherent',
  'alloc_noncoherent',
  'free',
  'alloc_pages',
  'alloc_exact',
  'alloc_contig',
  'free_pages',
  'pin',
  'unpin',
  'run_work',
  'map_page',
  'map_sgtable',
  'unmap',
  'attach',
  'detach',
  'declare',
  'release',
]);

export type Stage = 'program' | 'return' | 'probe';

export class Trial {
  readonly judge: Judge;
  readonly #machine: Machine;
  readonly #known: readonly string[];
  readonly #operations: ReadonlySet<OpName>;
  readonly #placement: boolean;
  readonly #tally: Tally;
  #stage: Stage = 'program';

  constructor(machine: Machine, profile: Profile, tally: Tally) {
    this.judge = new Judge(machine, profile.observes, profile.operations);
    this.#machine = machine;
    this.#known = profile.known;
    this.#operations = profile.operations;
    this.#placement = profile.placement;
    this.#tally = tally;
  }

  booted(booted: Booted): Failure | null {
    const violation = this.judge.checkBoot(booted);
    // Whatever a deviation is told by, booting is no operation.
    if (violation === null || this.#isKnown(CENSUS, violation)) return null;
    return { violation, step: -1, op: null, outcome: null };
  }

  /** Booting threw: no session, and nothing more to ask. */
  crashedAtBoot(crash: Crash): Failure {
    const violation = broken('any/no-crash', 'no crash', outcomeText(crash));
    return { violation, step: -1, op: null, outcome: crash };
  }

  /** What came is no answer: the judge never sees it. `op`: null for the boot. */
  malformed({ expected, observed }: FormProblem, op: Op | null, step: number): Failure {
    return { violation: broken('any/form', expected, observed), step, op, outcome: null };
  }

  /** Is the operation to be sent now? Meaningless and undefined ones never are. */
  sends(op: Op): boolean {
    if (!this.#operations.has(op.op)) return false;
    const legality = this.judge.legality(op);
    if (legality === 'misuse') this.#tally.add(`misuse: ${op.op}`);
    return legality === 'legal' || legality === 'misuse';
  }

  /** After what moves memory, everything is counted, if the subject can. */
  audits(op: Op): boolean {
    return MOVING.has(op.op) && this.#operations.has('census') && this.judge.state.accounted;
  }

  /** Holds the count after an operation against the laws; it is that operation's failure. */
  audited(op: Op, census: Outcome, step: number): Failure | null {
    const violation = this.judge.check(CENSUS, census);
    if (violation === null || this.#isKnown(op, violation)) return null;
    return { violation, step, op, outcome: census };
  }

  /** Judges the answer and, if it is allowed or a known deviation, believes it. */
  answer(op: Op, outcome: Outcome, step: number): Failure | null {
    const violation =
      this.judge.check(op, outcome) ??
      (this.#placement ? placementOf(this.judge.state, op, outcome) : null);
    if (violation !== null && !this.#isKnown(op, violation)) {
      return { violation: this.#inStage(violation), step, op, outcome };
    }
    countLabels(this.#tally, this.judge.state, op, outcome);
    this.judge.adopt(op, outcome);
    return null;
  }

  #isKnown(op: Op, violation: Violation): boolean {
    const past = pastOf(this.judge.state, op);
    for (const id of this.#known) {
      const row = deviation(id);
      if (row === undefined || !row.laws.includes(violation.law)) continue;
      if (row.matches?.(op, violation, this.#machine, past) !== true) continue;
      this.#tally.add(`known: ${id}`);
      return true;
    }
    return false;
  }

  /** A refusal after everything was freed says that something was not given back. */
  #inStage(violation: Violation): Violation {
    if (this.#stage !== 'probe' || !violation.law.endsWith('/complete')) return violation;
    return { ...violation, law: 'free/returns-all' satisfies Law['id'] };
  }

  /** The program is over: read and free what lives. Then `probes`. */
  returns(): Op[] {
    this.#stage = 'return';
    return returnOps(this.judge);
  }

  /** With everything freed, every pool is handed out to its last page. */
  probes(): Op[] {
    this.#stage = 'probe';
    return probeOps(this.judge.state);
  }
}
