/** What the seeds of one bug add up to. */
import type { Bug } from '../../bugs/bug.ts';
import type { Hunt, SeedResult } from './hunt.ts';
import type { Found, KnownResult } from './stages.ts';

export interface Summary {
  readonly bug: Bug;
  /** Was its edited text run at all? */
  readonly ran: boolean;
  /** Seeds that looked, and seeds that found it. */
  readonly seeds: number;
  readonly found: number;
  /** Laws by how many seeds broke them, most first. */
  readonly laws: readonly LawSummary[];
  /** Of the seeds that found it, in cases. */
  readonly casesMedian: number | null;
  /** Of all seeds: null when more than one in twenty missed it. */
  readonly casesP95: number | null;
  readonly milliseconds: number;
  readonly known: KnownResult | null;
}

/** Seeds that ended in one law. */
export interface LawSummary {
  readonly law: string;
  readonly stage: string;
  readonly seeds: number;
  /** Shrunk texts, the commonest first. */
  readonly texts: readonly TextSummary[];
}

export interface TextSummary {
  readonly seeds: readonly string[];
  readonly found: Found;
}

export function summarize(bug: Bug, { loaded, seeds, known }: Hunt): Summary {
  const hits = seeds.filter((seed): seed is Hit => seed.found !== null);
  const cases = seeds.map((seed) => (seed.found === null ? Number.POSITIVE_INFINITY : seed.cases));
  return {
    bug,
    ran: loaded.length > 0,
    seeds: seeds.length,
    found: hits.length,
    laws: lawsOf(hits),
    casesMedian:
      hits.length === 0
        ? null
        : quantile(
            hits.map((hit) => hit.cases),
            0.5,
          ),
    casesP95: finite(quantile(cases, 0.95)),
    milliseconds: seeds.reduce((sum, seed) => sum + seed.milliseconds, 0),
    known,
  };
}

type Hit = SeedResult & { readonly found: Found };

function lawsOf(hits: readonly Hit[]): LawSummary[] {
  const laws = groupBy(hits, (hit) => hit.found.law);
  const summaries = [...laws].map(([law, ofLaw]) => ({
    law,
    stage: ofLaw[0]!.stage ?? '',
    seeds: ofLaw.length,
    texts: textsOf(ofLaw),
  }));
  return summaries.sort((a, b) => b.seeds - a.seeds);
}

function textsOf(hits: readonly Hit[]): TextSummary[] {
  const texts = [...groupBy(hits, (hit) => hit.found.text).values()].map((same) => ({
    seeds: same.map(({ seed }) => seed),
    found: same[0]!.found,
  }));
  return texts.sort((a, b) => b.seeds.length - a.seeds.length);
}

/** The smallest value that at least this share of the values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return groups;
}
