// Goal: no invariant and no trap of the specification of pools and page allocators is left
// undecided.
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
const INVARIANTS = [
  ...ids('A-I', 5),
  ...ids('P-I', 10),
  ...ids('C-I', 5),
  ...ids('G-I', 7),
  ...ids('B-I', 8),
  ...ids('M-I', 5),
  ...ids('F-I', 3),
];
const TRAPS = [
  ...ids('A-T', 7),
  ...ids('P-T', 13),
  ...ids('C-T', 9),
  ...ids('G-T', 9),
  ...ids('B-T', 9),
  ...ids('M-T', 7),
  ...ids('F-T', 4),
];
/** Sections whose contract tables apply to coherent pools and to the memory behind them. */
const SECTIONS = [
  ...['1.2', '1.3', '1.4', '1.5', '2.1', '2.2', '2.3', '2.4', '2.5', '2.6', '2.7'],
  ...['3.1', '3.2', '3.3', '3.4', '3.5', '3.6', '4.1', '4.2', '5.2', '5.3', '5.4', '5.5'],
  ...['6.2', '6.3', '6.4'],
];
describe('what the specification says is decided', () => {
  const byLaw = new Set(LAWS.flatMap((law) => law.decides));
  const byRow = new Set(DEVIATIONS.map((row) => row.spec));

  it.each(INVARIANTS)('%s is a law', (id) => {
    expect(byLaw.has(id)).toBe(true);
  });

  it.each(TRAPS)('%s is a law or a deviation', (id) => {
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
