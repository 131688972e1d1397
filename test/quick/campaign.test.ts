// Goal: the built-in subject breaks no law, and the generators reach what the laws are about.
// Method: a fixed number of cases of a fixed seed; every label has a floor.
import { describe, expect, it } from 'vitest';
import { LABEL_FLOORS } from '../../properties/floors.ts';
import { campaign } from '../../properties/runner/campaign.ts';
import { carveoutSubject } from '../../sut/subject.ts';

const CASES = 3000;

describe('a campaign on the built-in subject', () => {
  it('breaks no law and goes blind nowhere', { timeout: 60_000 }, async () => {
    const result = await campaign(carveoutSubject, {
      // Rare labels come by machines, eight cases each: a seed that has them all.
      seed: 'carveouts',
      cases: CASES,
      failures: null,
      known: [],
      bugs: [],
      command: null,
      metamorphic: true,
    });
    expect(result.buckets.map((bucket) => bucket.finding)).toEqual([]);
    expect(result.cases).toBe(CASES);
    const low = Object.entries(LABEL_FLOORS).flatMap(([label, perThousand]) => {
      const floor = (perThousand * CASES) / 1000;
      const count = result.labels.get(label) ?? 0;
      return count >= floor ? [] : [`${label}: ${count}, at least ${floor}`];
    });
    expect(low).toEqual([]);
    const unknown = [...result.labels.keys()].filter((label) => !(label in LABEL_FLOORS));
    expect(unknown).toEqual([]);
  });
});
