// Goal: no invariant and no trap of the specification of coherent pools and of the page allocator
// is left undecided.
// Method: their ids, spelled out, against what laws and deviations name.
import { describe, expect, it } from 'vitest';
import { DEVIATIONS } from '../../contract/deviations.ts';
import { JUDGE_LAWS } from '../../model/judge/laws.ts';
import { LOCKSTEP_LAWS } from '../../properties/lockstep/laws.ts';
import { RELATIONS } from '../../properties/metamorphic.ts';
import { PLACEMENT_LAWS } from '../../properties/placement.ts';

const LAWS = [
  ...JUDGE_LAWS,
  ...PLACEMENT_LAWS,
  ...LOCKSTEP_LAWS,
  ...RELATIONS.map(({ law }) => law),
];
const ids = (letter: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
const INVARIANTS = [...ids('A-I', 5), ...ids('P-I', 10), ...ids('F-I', 3), ...ids('B-I', 8)];
const TRAPS = [...ids('A-T', 7), ...ids('P-T', 13), ...ids('F-T', 4), ...ids('B-T', 9)];
/** Of gen_pool and CMA: what is decided below the DMA layer. */
const AREA_INVARIANTS = [...ids('G-I', 7), ...ids('M-I', 5)];
const AREA_TRAPS = [...ids('G-T', 4), 'G-T8', 'G-T9', ...ids('M-T', 5)];
/** Sections whose contract tables apply to coherent pools and to areas. */
const SECTIONS = [
  '1.2',
  '1.3',
  '1.4',
  '2.1',
  '2.2',
  '2.3',
  '2.4',
  '2.5',
  '2.6',
  '2.7',
  '5.4',
  '5.5',
  '6.2',
];

describe('what the specification says is decided', () => {
  const byLaw = new Set(LAWS.flatMap((law) => law.decides));
  const byRow = new Set(DEVIATIONS.map((row) => row.spec));

  it.each([...INVARIANTS, ...AREA_INVARIANTS])('%s is a law', (id) => {
    expect(byLaw.has(id)).toBe(true);
  });

  it.each([...TRAPS, ...AREA_TRAPS])('%s is a law or a deviation', (id) => {
    expect(byLaw.has(id) || byRow.has(id)).toBe(true);
  });

  it.each(SECTIONS)('section %s has a law', (id) => {
    expect(byLaw.has(id)).toBe(true);
  });

  it('ids are unique, and deviations name existing laws', () => {
    const lawIds = LAWS.map((law) => law.id);
    const rowIds = DEVIATIONS.map((row) => row.id);
    expect(new Set(lawIds).size).toBe(lawIds.length);
    expect(new Set(rowIds).size).toBe(rowIds.length);
    for (const law of DEVIATIONS.flatMap((row) => row.laws)) expect(lawIds).toContain(law);
  });

  it('every row has what its disposition needs', () => {
    for (const row of DEVIATIONS) {
      const repaired = row.disposition === 'repaired';
      expect([row.id, row.repaired !== undefined]).toEqual([row.id, repaired]);
      expect([row.id, row.matches !== undefined]).toEqual([row.id, repaired]);
      if (row.disposition !== 'excluded') expect(row.laws.length).toBeGreaterThan(0);
    }
  });
});
