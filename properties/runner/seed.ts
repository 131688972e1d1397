/** Any string is a seed; every case of every property has its own number. */
import seedrandom from 'seedrandom';

/** The 32-bit seed of one case. Promised for one version of carveout. */
export function caseSeed(seed: string, property: string, index: number): number {
  return seedrandom(`${seed}/${property}/${index}`).int32();
}
