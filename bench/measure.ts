/** Timing side by side: candidates take turns in one run, so that their ratios are fair. */

export interface BenchRow {
  readonly name: string;
  /** Median over the rounds, per operation. */
  readonly value: number;
  readonly unit: 'ns' | 'us' | 'ops/s' | 'programs/s' | 'lines';
  /** `value` of the row it is compared with, divided by this one's, or the other way round. */
  readonly ratio?: number;
  /** What the ratio says: "times the cost of 2^10". */
  readonly ratioOf?: string;
}

/** What the numbers must show. */
export interface BenchClaim {
  readonly says: string;
  readonly value: number;
  /** Smallest and largest of the rounds whose median `value` is. */
  readonly range?: readonly [low: number, high: number];
  readonly holds: boolean;
}

export interface BenchTable {
  readonly title: string;
  readonly rows: readonly BenchRow[];
  readonly claims: readonly BenchClaim[];
  /** Lines printed as they are. */
  readonly notes?: readonly string[];
}

export interface Candidate {
  readonly name: string;
  /** Operations of one round: enough for about a millisecond. */
  readonly operations: number;
  readonly operation: () => void;
}

/** Median nanoseconds per operation of each candidate; a round before the first one warms up. */
export function interleaved(candidates: readonly Candidate[], rounds: number): number[] {
  const times: number[][] = candidates.map(() => []);
  for (let round = -1; round < rounds; round++) {
    for (const [index, candidate] of candidates.entries()) {
      const elapsed = time(candidate);
      if (round >= 0) times[index]!.push(elapsed);
    }
  }
  return times.map(median);
}

/** Processor time, not time of day: other programs on the machine must not change a ratio. */
function time({ operations, operation }: Candidate): number {
  const before = process.cpuUsage();
  for (let k = 0; k < operations; k++) operation();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / operations;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

export interface BenchResult {
  /** Its word on the command line. */
  readonly bench: string;
  readonly tables: readonly BenchTable[];
}

/** Its schema is in docs/formats.md; additions only. */
export function benchJson(benches: readonly BenchResult[]): string {
  return `${JSON.stringify({ carveout: 'bench', version: 1, benches }, null, 2)}\n`;
}

/** Aligned text of a table, claims below. */
export function tableText({ title, rows, claims, notes = [] }: BenchTable): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, value, unit, ratio, ratioOf }) => {
    const short = value < 100 && unit !== 'lines';
    const cost = `${short ? value.toFixed(1) : grouped.format(value)} ${unit}`;
    const compared = ratio === undefined ? '' : `   ${ratioText(ratio)} ${ratioOf ?? ''}`;
    return `  ${name.padEnd(width)}  ${cost.padStart(15)}${compared}`;
  });
  const verdicts = claims.map(({ says, value, range, holds }) => {
    const spread = range === undefined ? '' : `, ${range.map(ratioText).join('..')}`;
    return `  ${holds ? 'holds' : 'FAILS'}: ${says} (${ratioText(value)}${spread})`;
  });
  return [title, ...lines, ...notes.map((note) => `  ${note}`.trimEnd()), ...verdicts].join('\n');
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

const ratioText = (ratio: number) =>
  `${ratio < 10 ? ratio.toFixed(2) : ratio < 100 ? ratio.toFixed(1) : Math.round(ratio)}x`;
