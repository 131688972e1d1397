/** How the cost of an operation grows with the size of what it works on. */
import { type BenchRow, type BenchTable, type Candidate, interleaved } from './measure.ts';

/** A row with what it costs relative to another. */
export const row = (name: string, value: number, ratio: number, ratioOf: string): BenchRow => ({
  name,
  value,
  unit: 'ns',
  ratio,
  ratioOf,
});

/** Candidates from the smallest to the largest, named by their size. */
export function growthTable(
  title: string,
  candidates: readonly Candidate[],
  mostAllowed: number,
): BenchTable {
  const costs = interleaved(candidates, 25);
  const growth = costs.at(-1)! / costs[0]!;
  const smallest = candidates[0]!.name;
  return {
    title,
    rows: candidates.map(({ name }, index) => {
      return row(name, costs[index]!, costs[index]! / costs[0]!, `the cost in ${smallest}`);
    }),
    claims: [
      {
        says: `from ${smallest} to ${candidates.at(-1)!.name} it grows at most ${mostAllowed}x`,
        value: growth,
        holds: growth <= mostAllowed,
      },
    ],
  };
}
