/** Looks for one bug with several seeds. Runs in a process whose sources have the bug planted. */
import { loadedFiles } from '../../bugs/planted.ts';
import type { Budget, Found, KnownResult, StageResult } from './stages.ts';
import { judgeKnown, STAGES } from './stages.ts';

/** What a process is told: everything about one bug. */
export interface Errand {
  /** The bug to plant, or a family. */
  readonly bug: string;
  /** Files its edits touch. */
  readonly files: readonly string[];
  readonly seeds: readonly string[];
  readonly budget: Budget;
  /** All seeds together stop here, so that a missed bug does not cost minutes. */
  readonly totalMs: number;
  /** Deviations it brings back: listed as known, the campaign must be clean. Empty: none. */
  readonly known: readonly string[];
  readonly knownCases: number;
}

/** One seed: what it found and what it took. */
export interface SeedResult {
  readonly seed: string;
  readonly stage: string | null;
  readonly found: Found | null;
  readonly cases: number;
  readonly milliseconds: number;
}

export interface Hunt {
  readonly bug: string;
  /** Edited files that were run: without any, a miss means nothing. */
  readonly loaded: readonly string[];
  /** Fewer than asked for when the time was up. */
  readonly seeds: readonly SeedResult[];
  readonly known: KnownResult | null;
}

const KNOWN_SEED = 'known';

export async function hunt(errand: Errand): Promise<Hunt> {
  const started = performance.now();
  const seeds: SeedResult[] = [];
  for (const seed of errand.seeds) {
    seeds.push(await huntSeed(seed, errand));
    if (performance.now() - started > errand.totalMs) break;
  }
  const { bug, known } = errand;
  const loaded = loadedFiles();
  if (known.length === 0) return { bug, loaded, seeds, known: null };
  const judged = await judgeKnown(known, KNOWN_SEED, errand.knownCases);
  return { bug, loaded, seeds, known: judged };
}

async function huntSeed(seed: string, { files, budget }: Errand): Promise<SeedResult> {
  const started = performance.now();
  let cases = 0;
  for (const stage of STAGES) {
    if (!files.some((file) => stage.sees(file))) continue;
    const result = await stage.hunt(seed, budget).catch(crashed);
    cases = Math.max(cases, result.cases);
    if (result.found === null) continue;
    const milliseconds = performance.now() - started;
    return { seed, stage: stage.name, found: result.found, cases: result.cases, milliseconds };
  }
  return { seed, stage: null, found: null, cases, milliseconds: performance.now() - started };
}

/** An exception that no property expects: found, though nothing says by which case. */
function crashed(error: unknown): StageResult {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { cases: 1, found: { law: 'any/no-crash', operations: 0, devices: 0, text } };
}
