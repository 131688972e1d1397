/** The properties of a campaign: each hunts the failure of a drawn case, or shrinks a given one. */
import type { Machine } from '../../contract/machine.ts';
import type { Case } from '../../contract/scenario.ts';
import type { Subject, SyncSubject } from '../../contract/subject.ts';
import { Tally } from '../labels/tally.ts';
import { checkRelation, RELATIONS } from '../metamorphic.ts';
import { runTwin, type Twin } from '../twin/run.ts';
import { DEADLY } from './deadly.ts';
import type { AsyncRun, Hunted, SyncRun, Watcher } from './hunt.ts';
import { huntAsync, huntSync, shrinkCase } from './hunt.ts';
import type { BatchRunner } from './run.ts';
import { profileOf, RefusedError, runSync } from './run.ts';
import type { Failure, Profile } from './trial.ts';

type Result = Hunted | null | Promise<Hunted | null>;

export interface Hunter {
  /** Part of the seed, and of what a failure file says about its origin. */
  readonly name: string;
  hunt(machine: Machine, seed: number, watcher: Watcher): Result;
  shrink(kase: Case, watcher: Watcher): Result;
}

/** What hunters and their campaign share. */
export interface Counters {
  readonly tally: Tally;
  /** The machine a subject refused last, when it was to boot it for a drawn case. */
  refused: Machine | null;
}

/** One case in so many may end a subject in a way that is known. */
const DEADLY_EVERY = 8;

/** Labels describe what generators reach; runs of the shrinker are not of that kind. */
const SHRINKING = new Tally();

/** Tallies of the drawn case go to the campaign, those of smaller ones nowhere. */
class Counted {
  readonly #counters: Counters;
  #shrinking = false;

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  /** Machines of the shrinker that a subject refuses are nobody's loss. */
  refused(machine: Machine): void {
    if (!this.#shrinking) this.#counters.refused = machine;
  }

  get tally(): Tally {
    return this.#shrinking ? SHRINKING : this.#counters.tally;
  }

  /** From the first failure on, what runs is the shrinker. */
  watched(watcher: Watcher): Watcher {
    this.#shrinking = false;
    return {
      ...watcher,
      onStep: (finding) => {
        this.#shrinking = true;
        watcher.onStep(finding);
      },
    };
  }

  shrinking(watcher: Watcher): Watcher {
    this.#shrinking = true;
    return watcher;
  }
}

/** The main property: every answer is judged. */
export function judged(
  subject: Subject,
  profile: Profile,
  batch: BatchRunner | null,
  counters: Counters,
): Hunter {
  const counted = new Counted(counters);
  const name = 'pools';
  const { operations } = profile;
  if (subject.kind === 'sync') {
    const run: SyncRun = (kase) => runSync(subject, kase, profile, counted.tally);
    return {
      name,
      hunt: (machine, seed, watcher) =>
        huntSync({ machine, seed, operations }, run, counted.watched(watcher)),
      shrink: (kase, watcher) => shrinkCase(kase, run, counted.shrinking(watcher)),
    };
  }
  return batched(name, profile, counted, (kase, spares) =>
    batch!.run(kase, counted.tally, { spares }),
  );
}

/** The property of two subjects: every answer is judged, and compared with the other one's. */
export function twinned(
  twin: Twin,
  profile: Profile,
  batch: BatchRunner,
  counters: Counters,
): Hunter {
  const counted = new Counted(counters);
  return batched('twin', profile, counted, (kase, spares) =>
    batch.use(kase.machine, (session) =>
      runTwin(session, kase, { twin, right: profile, tally: counted.tally, spares }),
    ),
  );
}

/** A hunter for subjects that answer whole batches. */
function batched(
  name: string,
  { known, operations }: Profile,
  counted: Counted,
  work: (kase: Case, spares: boolean) => Promise<Failure | null>,
): Hunter {
  // The same for all that is run of a case.
  let spares = false;
  const run: AsyncRun = async (kase) => {
    try {
      return await work(kase, spares);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      counted.refused(kase.machine);
      return null;
    }
  };
  return {
    name,
    hunt: (machine, seed, watcher) => {
      spares = known.includes(DEADLY) && seed % DEADLY_EVERY !== 0;
      return huntAsync({ machine, seed, operations }, run, counted.watched(watcher));
    },
    shrink: (kase, watcher) => {
      spares = false;
      return shrinkCase(kase, run, counted.shrinking(watcher));
    },
  };
}

/** Properties about two runs, for subjects that promise exact placement. */
export function related(subject: SyncSubject): Hunter[] {
  const { operations } = profileOf(subject, []);
  return RELATIONS.map((relation) => {
    const run: SyncRun = (kase) => checkRelation(subject, relation, kase);
    return {
      name: relation.law.id,
      hunt: (machine, seed, watcher) => huntSync({ machine, seed, operations }, run, watcher),
      shrink: (kase, watcher) => shrinkCase(kase, run, watcher),
    };
  });
}
