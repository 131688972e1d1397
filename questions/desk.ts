/** Where a subject is asked: programs run on it under the judge, and what it said is kept. */
import { KNOWN_IDS } from '../contract/known.ts';
import type { Machine } from '../contract/machine.ts';
import type { Outcome } from '../contract/outcome.ts';
import { PLAIN_HEADER } from '../contract/scenario.ts';
import type { SyncSession, SyncSubject } from '../contract/subject.ts';
import { parseScenario } from '../contract/text/parse.ts';
import { printScenario } from '../contract/text/print.ts';
import { Tally } from '../properties/labels/tally.ts';
import { profileOf, runSync } from '../properties/runner/run.ts';
import type { Failure, Profile } from '../properties/runner/trial.ts';
import type { Site } from './machines.ts';

/** What was said to one line of a program. */
export interface Said {
  readonly outcome: Outcome;
  /** Bytes copied between buffers and bounce memory by this operation. */
  readonly copied: number;
}

export interface Heard {
  /** By line; null: it was not sent. */
  readonly said: readonly (Said | null)[];
  /** A law was broken: nothing was asked from there on. */
  readonly broken: boolean;
}

/** A law that no known deviation excuses. */
export interface Broken {
  readonly failure: Failure;
  readonly scenario: string;
}

export class Desk {
  programs = 0;
  readonly broken: Broken[] = [];
  readonly #subject: SyncSubject;
  readonly #profile: Profile;
  readonly #tally = new Tally();

  /** `isLinux`: it has every repaired deviation, so that their laws may break. */
  constructor(subject: SyncSubject, isLinux: boolean) {
    this.#subject = subject;
    this.#profile = profileOf(subject, isLinux ? KNOWN_IDS : []);
  }

  /** Operations whose answers were judged. */
  get operations(): number {
    return this.#tally.counts.get('operations') ?? 0;
  }

  /** Boots the machine, runs the lines, and gives everything back. */
  ask({ machine, setup }: Site, lines: readonly string[]): Heard {
    const header = printScenario({ header: PLAIN_HEADER, machine, program: [] });
    const text = [header, ...setup, ...lines, ''].join('\n');
    const { program } = parseScenario(text, 'a question');
    const places = new Map(program.slice(setup.length).map((op, index) => [op, index]));
    const said: (Said | null)[] = lines.map(() => null);
    const counted = countCopies(this.#subject);
    let before = 0;
    const failure = runSync(counted.subject, { machine, program }, this.#profile, this.#tally, {
      answered: (op, outcome) => {
        const place = places.get(op);
        const after = counted.copied();
        if (place !== undefined) said[place] = { outcome, copied: after - before };
        before = after;
      },
    });
    this.programs += 1;
    if (failure !== null) {
      const scenario = printScenario({ header: PLAIN_HEADER, machine, program });
      this.broken.push({ failure, scenario });
    }
    return { said, broken: failure !== null };
  }
}

/** The subject, and how many bytes the session it booted last has copied. */
function countCopies(subject: SyncSubject) {
  let session: SyncSession | null = null;
  const boot = (machine: Machine) => {
    session = subject.boot(machine);
    return session;
  };
  return { subject: { ...subject, boot }, copied: () => session?.bounced?.() ?? 0 };
}
