/** What becomes of a failing case: shrunk, filed under its law, or only counted. */
import type { Buckets, Origin } from './buckets.ts';
import type { Clock } from './clock.ts';
import type { Finding, Hunted, Watcher } from './hunt.ts';
import type { Hunter } from './hunters.ts';

/** Shrunk failures per law; more are only counted. Every process of a run counts its own. */
const SHRUNK_PER_LAW = 12;

export interface FilingOptions {
  /** One failure is enough: those of other laws met on the way are left. */
  readonly bail: boolean;
  readonly onFailure?:
    | ((finding: Finding, origin: Origin, file: string | null) => void)
    | undefined;
}

export class Filing {
  readonly #buckets: Buckets;
  readonly #clock: Clock;
  readonly #options: FilingOptions;
  readonly #shrunk = new Map<string, number>();
  /** Failing cases beyond those that are shrunk. */
  more = 0;

  constructor(buckets: Buckets, clock: Clock, options: FilingOptions) {
    this.#buckets = buckets;
    this.#clock = clock;
    this.#options = options;
  }

  /** Files the finding, then those of other laws met on the way, each shrunk as its own. */
  async file(hunter: Hunter, first: Hunted, origin: Origin, watcher: Watcher): Promise<void> {
    const laws = new Set<string>();
    const queue: Hunted[] = [first];
    for (let hunted = queue.shift(); hunted !== undefined; hunted = queue.shift()) {
      const { law } = hunted.finding.failure.violation;
      if (laws.has(law)) continue;
      laws.add(law);
      if (this.#isEnough(law)) {
        this.more += 1;
        continue;
      }
      this.#buckets.add(hunted.finding, origin);
      this.#shrunk.set(law, (this.#shrunk.get(law) ?? 0) + 1);
      if (this.#options.bail) return;
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

  watcher(origin: Origin): Watcher {
    const laws = new Set<string>();
    return {
      shrinks: (law) => !this.#isEnough(law),
      isOverdue: () => this.#clock.isOverdue,
      isStopped: () => this.#clock.stopped,
      breathe: () => this.#clock.breathe(),
      onStep: (finding) => {
        const { law } = finding.failure.violation;
        if (this.#isEnough(law)) return;
        const { file } = this.#buckets.save(finding, origin);
        if (!laws.has(law)) this.#options.onFailure?.(finding, origin, file);
        laws.add(law);
      },
    };
  }
}
