/**
 * A campaign: corpus first, then case after case until the budget is spent. Every case has a seed
 * of its own, so a case, a shard or a lost worker can be run again bit for bit.
 */
import fc from 'fast-check';
import type { Machine } from '../../contract/machine.ts';
import type { Subject } from '../../contract/subject.ts';
import { machineArbitrary } from '../arbitrary.ts';
import { Tally } from '../labels.ts';
import type { Bucket, Origin } from './buckets.ts';
import { Buckets } from './buckets.ts';
import type { Finding, Hunted, Watcher } from './hunt.ts';
import type { Counters, Hunter } from './hunters.ts';
import { judged, related } from './hunters.ts';
import { BatchRunner, profileOf } from './run.ts';
import { caseSeed } from './seed.ts';

export interface CampaignOptions {
  readonly seed: string;
  /** Cases to run, counted over all shards; undefined: no such bound. */
  readonly cases?: number | undefined;
  /** Milliseconds; undefined: no such bound. At least one of the two is given. */
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
  /** Compare runs as well; needs a subject with exact placement. */
  readonly metamorphic: boolean;
  /** Stop at the first failure. */
  readonly bail?: boolean | undefined;
  /** Asked now and then: stop and report what there is. */
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
  readonly buckets: readonly Bucket[];
  /** Failing cases beyond the first dozen of a law: counted, neither shrunk nor filed. */
  readonly moreFailures: number;
  readonly labels: ReadonlyMap<string, number>;
  readonly interrupted: boolean;
  readonly milliseconds: number;
}

/** Cases in a row that share a machine: many programs run per boot. */
export const CASES_PER_MACHINE = 8;
/** Cases in a row that belong to one shard. A multiple of CASES_PER_MACHINE. */
export const CASES_PER_BLOCK = 64;
/** One case in so many is also compared with its relatives. */
const METAMORPHIC_EVERY = 8;
/** Shrunk failures per law; more are only counted. */
const SHRUNK_PER_LAW = 12;
/** Milliseconds between two looks at the clock, the signals and the terminal. */
const BREATH_MS = 50;

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
  readonly #buckets: Buckets;
  readonly #shrunk = new Map<string, number>();
  readonly #started = performance.now();
  readonly #batch: BatchRunner | null;
  readonly #counters: Counters = { tally: new Tally(), refusedMachines: 0 };
  readonly #judged: Hunter;
  readonly #related: readonly Hunter[];
  #moreFailures = 0;
  #cases = 0;
  #lastCase = -1;
  #breath = 0;

  constructor(subject: Subject, options: CampaignOptions) {
    this.#subject = subject;
    this.#options = options;
    const { bugs, command, known } = options;
    const profile = profileOf(subject, known);
    this.#buckets = new Buckets(options.failures, { bugs, subject: command, known });
    this.#batch = subject.kind === 'batch' ? new BatchRunner(subject, profile) : null;
    this.#judged = judged(subject, profile, this.#batch, this.#counters);
    this.#related = options.metamorphic && subject.kind === 'sync' ? related(subject) : [];
  }

  async run(): Promise<CampaignResult> {
    let interrupted = false;
    try {
      for (const index of this.#indexes()) {
        if (await this.#isOver()) {
          interrupted = this.#options.stopped?.() === true;
          break;
        }
        await this.#runCase(index);
        if (this.#options.bail === true && this.#buckets.all.length > 0) break;
      }
    } finally {
      await this.#batch?.close();
    }
    this.#report();
    return {
      seed: this.#options.seed,
      cases: this.#cases,
      lastCase: this.#lastCase,
      refusedMachines: this.#counters.refusedMachines,
      buckets: this.#buckets.all,
      moreFailures: this.#moreFailures,
      labels: this.#counters.tally.counts,
      interrupted,
      milliseconds: performance.now() - this.#started,
    };
  }

  *#indexes(): Generator<number> {
    const { firstCase = 0, cases, shard = { index: 0, count: 1 } } = this.#options;
    const end = cases === undefined ? Number.MAX_SAFE_INTEGER : firstCase + cases;
    for (let index = firstCase; index < end; index++) {
      if (Math.floor(index / CASES_PER_BLOCK) % shard.count === shard.index) yield index;
    }
  }

  /** Looks up now and then: budget, signals, terminal. */
  async #isOver(): Promise<boolean> {
    const now = performance.now();
    if (now - this.#breath < BREATH_MS) return false;
    this.#breath = now;
    this.#report();
    await new Promise((resolve) => setImmediate(resolve));
    const { timeMs } = this.#options;
    if (timeMs !== undefined && now - this.#started >= timeMs) return true;
    return this.#options.stopped?.() === true;
  }

  #report(): void {
    const failures = this.#buckets.all.length;
    this.#options.onProgress?.({ cases: this.#cases, lastCase: this.#lastCase, failures });
  }

  #machineAt = -1;
  #machine: Machine | null = null;

  /** The machine of a case, or null when the subject does not accept it. */
  #machineOf(index: number): Machine | null {
    const group = Math.floor(index / CASES_PER_MACHINE);
    if (group !== this.#machineAt) {
      const seed = caseSeed(this.#options.seed, 'machine', group);
      const machine = this.#options.machine ?? drawOnce(this.#subject, seed);
      this.#machineAt = group;
      this.#machine = this.#subject.accepts(machine) === null ? machine : null;
      if (this.#machine === null) this.#counters.refusedMachines += 1;
    }
    return this.#machine;
  }

  async #runCase(index: number): Promise<void> {
    const machine = this.#machineOf(index);
    this.#lastCase = index;
    if (machine === null) return;
    this.#cases += 1;
    await this.#run(this.#judged, index, machine);
    if (index % METAMORPHIC_EVERY !== 0) return;
    for (const hunter of this.#related) await this.#run(hunter, index, machine);
  }

  async #run(hunter: Hunter, index: number, machine: Machine): Promise<void> {
    const { seed } = this.#options;
    const origin: Origin = { seed, property: hunter.name, case: index };
    const watcher = this.#watcher(origin);
    const hunted = await hunter.hunt(machine, caseSeed(seed, hunter.name, index), watcher);
    if (hunted !== null) await this.#file(hunter, hunted, origin, watcher);
  }

  /** Files the finding, then those of other laws met on the way, each shrunk as its own. */
  async #file(hunter: Hunter, first: Hunted, origin: Origin, watcher: Watcher): Promise<void> {
    const laws = new Set<string>();
    const queue: Hunted[] = [first];
    for (let hunted = queue.shift(); hunted !== undefined; hunted = queue.shift()) {
      const { law } = hunted.finding.failure.violation;
      if (laws.has(law)) continue;
      laws.add(law);
      if (this.#isEnough(law)) {
        this.#moreFailures += 1;
        continue;
      }
      this.#buckets.add(hunted.finding, origin);
      this.#shrunk.set(law, (this.#shrunk.get(law) ?? 0) + 1);
      if (this.#options.bail === true) return;
      for (const other of hunted.others) {
        const otherLaw = other.failure.violation.law;
        if (laws.has(otherLaw) || this.#isEnough(otherLaw)) continue;
        const shrunk = await hunter.shrink(other.kase, watcher);
        if (shrunk !== null) queue.push(shrunk);
      }
    }
  }

  #isEnough(law: string): boolean {
    return (this.#shrunk.get(law) ?? 0) >= SHRUNK_PER_LAW;
  }

  #watcher(origin: Origin): Watcher {
    const laws = new Set<string>();
    return {
      shrinks: (law) => !this.#isEnough(law),
      onStep: (finding) => {
        const { law } = finding.failure.violation;
        if (this.#isEnough(law)) return;
        const file = this.#buckets.save(finding, origin);
        if (!laws.has(law)) this.#options.onFailure?.(finding, origin, file);
        laws.add(law);
      },
    };
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
