/**
 * A campaign: corpus first, then case after case until the budget is spent. Every case has a seed
 * of its own, so a case, a shard or a lost worker can be run again bit for bit.
 */
import fc from 'fast-check';
import type { Machine } from '../../contract/machine.ts';
import type { Subject } from '../../contract/subject.ts';
import { machineArbitrary } from '../arbitrary.ts';
import { Tally } from '../labels/tally.ts';
import type { Twin } from '../twin/run.ts';
import type { Bucket, Origin } from './buckets.ts';
import { Buckets } from './buckets.ts';
import { Clock } from './clock.ts';
import { Filing } from './filing.ts';
import type { Finding } from './hunt.ts';
import type { Counters, Hunter } from './hunters.ts';
import { judged, related, twinned } from './hunters.ts';
import { BatchRunner, profileOf } from './run.ts';
import { caseSeed } from './seed.ts';

export interface CampaignOptions {
  readonly seed: string;
  /** Cases to run, counted over all shards; undefined: no such bound. */
  readonly cases?: number | undefined;
  /**
   * Milliseconds after which no case starts; undefined: no such bound. At least one of the two is
   * given. Shrinking may take OVERTIME_MS longer.
   */
  readonly timeMs?: number | undefined;
  readonly firstCase?: number;
  /** This campaign is part `index` (from 0) of `count`. */
  readonly shard?: { readonly index: number; readonly count: number };
  /** A fixed machine instead of random ones. */
  readonly machine?: Machine | undefined;
  /** Folder for failure files; null: none are written. */
  readonly failures: string | null;
  /** Deviations the subject is known to have, besides its own list. */
  readonly known: readonly string[];
  /** Planted bugs and command of the subject, for the headers of failure files. */
  readonly bugs: readonly string[];
  readonly command: string | null;
  /** Compare answers with those of this subject; for subjects that answer batches. */
  readonly twin?: Twin | undefined;
  /** Compare runs as well; needs a subject with exact placement. */
  readonly metamorphic: boolean;
  /** Stop at the first failure. */
  readonly bail?: boolean | undefined;
  /** Asked before every case and step of shrinking: stop and report what there is. */
  readonly stopped?: () => boolean;
  readonly onProgress?: (progress: Progress) => void;
  /** Called when a law breaks first, before it is shrunk. */
  readonly onFailure?: (finding: Finding, origin: Origin, file: string | null) => void;
}

export interface Progress {
  readonly cases: number;
  readonly lastCase: number;
  readonly failures: number;
}

export interface CampaignResult {
  readonly seed: string;
  readonly cases: number;
  /** Highest case number run, or -1. */
  readonly lastCase: number;
  readonly refusedMachines: number;
  /** Operations whose answers were judged. 0: the run says nothing about the subject. */
  readonly operations: number;
  readonly buckets: readonly Bucket[];
  /** Ids of known deviations that were never hit; none after a run that was cut short. */
  readonly stale: readonly string[];
  /** Failing cases beyond the first dozen of a law: counted, neither shrunk nor filed. */
  readonly moreFailures: number;
  readonly labels: ReadonlyMap<string, number>;
  readonly interrupted: boolean;
  readonly milliseconds: number;
}

/** Cases in a row that share a machine, unless the subject says: many programs run per boot. */
export const CASES_PER_MACHINE = 8;
/** Cases in a row that belong to one shard. A multiple of CASES_PER_MACHINE. */
export const CASES_PER_BLOCK = 64;
/** One case in so many is also compared with a relative, of each kind in turn. */
const METAMORPHIC_EVERY = 4;

export async function campaign(
  subject: Subject,
  options: CampaignOptions,
): Promise<CampaignResult> {
  const run = new Campaign(subject, options);
  return await run.run();
}

class Campaign {
  readonly #subject: Subject;
  readonly #options: CampaignOptions;
  readonly #known: readonly string[];
  readonly #clock: Clock;
  readonly #buckets: Buckets;
  readonly #filing: Filing;
  readonly #batch: BatchRunner | null;
  readonly #counters: Counters = { tally: new Tally(), refused: null };
  readonly #judged: Hunter;
  readonly #related: readonly Hunter[];
  #refusedMachines = 0;
  #cases = 0;
  #lastCase = -1;

  constructor(subject: Subject, options: CampaignOptions) {
    this.#subject = subject;
    this.#options = options;
    const { bugs, command, known, timeMs, stopped, onFailure, bail = false } = options;
    const profile = profileOf(subject, known);
    this.#known = profile.known;
    this.#clock = new Clock({ timeMs, stopped, onBreath: () => this.#report() });
    this.#buckets = new Buckets(options.failures, { bugs, subject: command, known });
    this.#filing = new Filing(this.#buckets, this.#clock, { bail, onFailure });
    this.#batch = subject.kind === 'batch' ? new BatchRunner(subject, profile) : null;
    this.#judged =
      options.twin === undefined || this.#batch === null
        ? judged(subject, profile, this.#batch, this.#counters)
        : twinned(options.twin, profile, this.#batch, this.#counters);
    this.#related = options.metamorphic && subject.kind === 'sync' ? related(subject) : [];
  }

  async run(): Promise<CampaignResult> {
    try {
      for (const index of this.#indexes()) {
        const breath = this.#clock.breathe();
        if (breath !== null) await breath;
        if (this.#clock.isOver || this.#isDone) break;
        await this.#runCase(index);
      }
    } finally {
      await this.#batch?.close();
    }
    this.#report();
    return this.#result();
  }

  #result(): CampaignResult {
    const labels = this.#counters.tally.counts;
    const interrupted = this.#clock.stopped;
    const bailed = this.#options.bail === true && this.#buckets.all.length > 0;
    const missing = this.#known.filter((id) => !labels.has(`known: ${id}`));
    return {
      seed: this.#options.seed,
      cases: this.#cases,
      lastCase: this.#lastCase,
      refusedMachines: this.#refusedMachines,
      operations: labels.get('operations') ?? 0,
      buckets: this.#buckets.all,
      stale: interrupted || bailed ? [] : [...new Set(missing)],
      moreFailures: this.#filing.more,
      labels,
      interrupted,
      milliseconds: this.#clock.milliseconds,
    };
  }

  /** Enough was found, or the only machine is refused. */
  get #isDone(): boolean {
    const { bail, machine } = this.#options;
    if (machine !== undefined && this.#refusedMachines > 0) return true;
    return bail === true && this.#buckets.all.length > 0;
  }

  *#indexes(): Generator<number> {
    const { firstCase = 0, cases, shard = { index: 0, count: 1 } } = this.#options;
    const end = cases === undefined ? Number.MAX_SAFE_INTEGER : firstCase + cases;
    for (let index = firstCase; index < end; index++) {
      if (Math.floor(index / CASES_PER_BLOCK) % shard.count === shard.index) yield index;
    }
  }

  #report(): void {
    const failures = this.#buckets.all.length;
    this.#options.onProgress?.({ cases: this.#cases, lastCase: this.#lastCase, failures });
  }

  #machineAt = -1;
  #machine: Machine | null = null;

  /** The machine of a case, or null when the subject does not accept it. */
  #machineOf(index: number): Machine | null {
    const group = Math.floor(index / (this.#subject.casesPerMachine ?? CASES_PER_MACHINE));
    if (group !== this.#machineAt) {
      const seed = caseSeed(this.#options.seed, 'machine', group);
      const machine = this.#options.machine ?? drawOnce(this.#subject, seed);
      this.#machineAt = group;
      this.#machine = machine;
      if (this.#subject.accepts(machine) !== null) this.#refuse();
    }
    return this.#machine;
  }

  /** The cases that share the machine are not counted. */
  #refuse(): void {
    this.#machine = null;
    this.#refusedMachines += 1;
  }

  async #runCase(index: number): Promise<void> {
    const machine = this.#machineOf(index);
    this.#lastCase = index;
    if (machine === null) return;
    await this.#run(this.#judged, index, machine);
    if (this.#counters.refused === machine) {
      this.#refuse();
      this.#counters.refused = null;
      return;
    }
    this.#cases += 1;
    if (index % METAMORPHIC_EVERY !== 0 || this.#related.length === 0) return;
    const turn = (index / METAMORPHIC_EVERY) % this.#related.length;
    await this.#run(this.#related[turn]!, index, machine);
  }

  async #run(hunter: Hunter, index: number, machine: Machine): Promise<void> {
    const { seed } = this.#options;
    const origin: Origin = { seed, property: hunter.name, case: index };
    const watcher = this.#filing.watcher(origin);
    const hunted = await hunter.hunt(machine, caseSeed(seed, hunter.name, index), watcher);
    if (hunted !== null) await this.#filing.file(hunter, hunted, origin, watcher);
  }
}

/** One draw of the machine arbitrary, with its own seed. */
function drawOnce(subject: Subject, seed: number): Machine {
  let drawn: Machine | null = null;
  const keep = (machine: Machine) => {
    drawn = machine;
    return true;
  };
  fc.check(fc.property(machineArbitrary(subject.machines ?? {}), keep), { seed, numRuns: 1 });
  if (drawn === null) throw new Error('fast-check ran no case');
  return drawn;
}
