/** Timing side by side: candidates take turns in one run, so that their ratios are fair. */

export interface BenchRow {
  readonly name: string;
  /** Median over the rounds, per operation. */
  readonly value: number;
  readonly unit: 'ns';
  /** `value` of the row it is compared with, divided by this one's, or the other way round. */
  readonly ratio?: number;
  /** What the ratio says: "times the cost of 2^10". */
  readonly ratioOf?: string;
}

/** What the numbers must show. */
export interface BenchClaim {
  readonly says: string;
  readonly value: number;
  readonly holds: boolean;
}

export interface BenchTable {
  readonly title: string;
  readonly rows: readonly BenchRow[];
  readonly claims: readonly BenchClaim[];
}

export interface Candidate {
  readonly name: string;
  /** Operations of one round: enough for about a millisecond. */
  readonly operations: number;
  readonly operation: () => void;
}

/** Median nanoseconds per operation of each candidate; one round before the first warms up. */
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

function time({ operations, operation }: Candidate): number {
  const start = process.hrtime.bigint();
  for (let k = 0; k < operations; k++) operation();
  return Number(process.hrtime.bigint() - start) / operations;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Aligned text of a table, claims below. */
export function tableText({ title, rows, claims }: BenchTable): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, value, unit, ratio, ratioOf }) => {
    const cost = `${value < 100 ? value.toFixed(1) : Math.round(value)} ${unit}`;
    const compared = ratio === undefined ? '' : `   ${ratioText(ratio)} ${ratioOf ?? ''}`;
    return `  ${name.padEnd(width)}  ${cost.padStart(12)}${compared}`;
  });
  const verdicts = claims.map(
    ({ says, value, holds }) => `  ${holds ? 'holds' : 'FAILS'}: ${says} (${ratioText(value)})`,
  );
  return [title, ...lines, ...verdicts].join('\n');
}

const ratioText = (ratio: number) => `${ratio < 100 ? ratio.toFixed(1) : Math.round(ratio)}x`;
