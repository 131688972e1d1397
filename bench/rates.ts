/**
 * Throughput side by side: contenders take turns, round by round, and are compared within a round.
 * Time is the CPU time of this process, so that other programs on the machine count little.
 */
import { median } from './measure.ts';

export interface Contender {
  readonly name: string;
  /** Does its share of work number `turn` and answers how many operations that were. */
  readonly round: (turn: number) => number;
}

/** Operations a second of one contender, by round. */
export type Rates = readonly number[];

export interface Comparison {
  readonly median: number;
  readonly range: readonly [low: number, high: number];
}

/** `warmUpMs`, for each contender: until compilers and caches are warm. */
export function race(contenders: readonly Contender[], rounds: number, warmUpMs = 2500): Rates[] {
  let turn = 0;
  const end = performance.now() + warmUpMs * contenders.length;
  while (performance.now() < end) {
    for (const { round } of contenders) round(turn);
    turn += 1;
  }
  const rates: number[][] = contenders.map(() => []);
  for (let i = 0; i < rounds; i++) {
    for (const [index, { round }] of contenders.entries()) {
      const before = process.cpuUsage();
      const operations = round(turn);
      const { user, system } = process.cpuUsage(before);
      rates[index]!.push((operations / (user + system)) * 1e6);
    }
    turn += 1;
  }
  return rates;
}

/** How many times faster, per round. */
export function compare(faster: Rates, slower: Rates): Comparison {
  const ratios = faster.map((rate, round) => rate / slower[round]!);
  return { median: median(ratios), range: [Math.min(...ratios), Math.max(...ratios)] };
}
