/** All bugs, one process each: types first, then the hunts, then what the results mean. */
import type { Bug } from '../../bugs/bug.ts';
import { bugsOfFamily } from '../../bugs/catalog.ts';
import { plantedCommand } from '../../bugs/command.ts';
import { checkTypes } from '../../bugs/types.ts';
import { deviation } from '../../contract/deviations.ts';
import type { Board } from './board.ts';
import { problemsOf, problemsOfKnown } from './board.ts';
import type { Errand } from './hunt.ts';
import type { KnownResult } from './stages.ts';
import { type Summary, summarize } from './summary.ts';
import { sendAll, WORKER } from './worker.ts';

export interface Plan {
  readonly seeds: number;
  readonly jobs: number;
  /** Somebody's own bug files, or null. */
  readonly directory: string | null;
  /** What was found before. */
  readonly board: Board;
  onProgress(text: string): void;
}

export interface Survey {
  readonly seeds: number;
  readonly summaries: readonly Summary[];
  /** The built-in subject as Linux: the whole family planted, and every row known. */
  readonly linux: KnownResult | null;
  /** What fails the run, a sentence each. */
  readonly problems: readonly string[];
  readonly milliseconds: number;
}

const LINUX = 'linux-6.12';
/** Per seed; a seed that finds nothing costs this much. */
const BUDGET = { cases: 30_000, timeMs: 20_000 };
/** Per bug, all seeds together: a missed bug does not cost minutes. */
const TOTAL_MS = 60_000;
const KNOWN_CASES = 9000;

export async function survey(bugs: readonly Bug[], plan: Plan): Promise<Survey> {
  const started = performance.now();
  const types = checkTypes(bugs).map(({ bug, message }) => `${bug}: ${message}`);
  const errands = bugs.map((bug) => errandOf(bug, plan.seeds));
  const linux = bugsOfFamily(LINUX);
  const together = linux.every((bug) => bugs.includes(bug));
  if (together) errands.push(familyErrand(linux));
  let done = 0;
  const commandOf = ({ bug }: Errand) => plantedCommand([bug], plan.directory, ['bugs', WORKER]);
  const hunts = await sendAll(errands, plan.jobs, commandOf, ({ bug }) => {
    done += 1;
    plan.onProgress(`${done} of ${errands.length}: ${bug}`);
  });
  const asLinux = together ? hunts.pop()!.known : null;
  const summaries = hunts.map((hunt, index) => summarize(bugs[index]!, hunt));
  return {
    seeds: plan.seeds,
    summaries,
    linux: asLinux,
    problems: [
      ...types,
      ...summaries.flatMap((summary) => problemsOf(plan.board, summary)),
      ...(asLinux === null ? [] : problemsOfKnown(`all of ${LINUX}`, asLinux)),
    ],
    milliseconds: performance.now() - started,
  };
}

function errandOf({ id, edits }: Bug, seeds: number): Errand {
  return {
    bug: id,
    files: [...new Set(edits.map(({ file }) => file))],
    seeds: Array.from({ length: seeds }, (_, index) => `bug-${index}`),
    budget: BUDGET,
    totalMs: TOTAL_MS,
    known: deviation(id)?.disposition === 'repaired' ? [id] : [],
    knownCases: KNOWN_CASES,
  };
}

function familyErrand(bugs: readonly Bug[]): Errand {
  const known = bugs.map(({ id }) => id);
  const plan = { seeds: [], budget: BUDGET, totalMs: TOTAL_MS, knownCases: 2 * KNOWN_CASES };
  return { bug: LINUX, files: [], known, ...plan };
}
