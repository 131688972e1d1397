/**
 * Goal: a found bug that becomes missed fails the run, and the table says what it must. Method:
 * made-up hunts, summed up, compared with made-up boards, and printed.
 */
import { describe, expect, test } from 'vitest';
import { bugById } from '../../bugs/catalog.ts';
import { problemsOf, problemsOfKnown } from '../../cli/bugs/board.ts';
import type { Hunt, SeedResult } from '../../cli/bugs/hunt.ts';
import { tableText } from '../../cli/bugs/report.ts';
import { quantile, summarize } from '../../cli/bugs/summary.ts';

const BUG = bugById('coherent-release-keeps-pointer')!;

function seed(name: string, cases: number, text: string | null): SeedResult {
  const found =
    text === null ? null : { law: 'pool/creation', operations: 3, devices: 1, text: `op\n${text}` };
  return { seed: name, stage: 'pools', found, cases, milliseconds: 100 };
}

const hunt = (...seeds: SeedResult[]): Hunt => ({
  bug: BUG.id,
  loaded: ['sut/dma/coherent.ts'],
  seeds,
  known: null,
});
const summary = (...seeds: SeedResult[]) => summarize(BUG, hunt(...seeds));
const board = (found: boolean) => ({ seeds: 10, bugs: { [BUG.id]: { found } } });

describe('a summary', () => {
  test('counts seeds, laws and texts, the commonest first', () => {
    const all = summary(
      seed('a', 4, 'x'),
      seed('b', 2, 'y'),
      seed('c', 9, 'y'),
      seed('d', 7, null),
    );
    expect(all).toMatchObject({ seeds: 4, found: 3, casesMedian: 4, casesP95: null });
    expect(all.laws[0]?.texts.map(({ seeds }) => seeds)).toEqual([['b', 'c'], ['a']]);
  });

  test('takes quantiles from the sorted values', () => {
    expect(quantile([5, 1, 3, 2, 4], 0.5)).toBe(3);
    expect(quantile([5, 1, 3, 2, 4], 0.95)).toBe(5);
    expect(quantile([1, 10], 0.5)).toBe(1);
  });
});

describe('the comparison', () => {
  const found = summary(seed('a', 4, 'x'));
  const missed = summary(seed('a', 4, null));

  test('fails when a found bug is missed, or a missed one has no reason', () => {
    expect(problemsOf(board(true), found)).toEqual([]);
    expect(problemsOf(board(true), missed)).toEqual([expect.stringMatching(/is missed now/)]);
    expect(problemsOf(board(false), missed)).toEqual([expect.stringMatching(/say why/)]);
    expect(problemsOf(board(false), found)).toEqual([]);
  });

  test('fails when the edited text was never run', () => {
    const unseen = summarize(BUG, { ...hunt(seed('a', 4, null)), loaded: [] });
    expect(problemsOf(board(false), unseen)).toEqual([expect.stringMatching(/never loaded/)]);
  });

  test('fails when a known deviation is never met, or something else is broken', () => {
    const broken = [{ law: 'pool/inside', operations: 1, devices: 1, text: 'attach d0' }];
    expect(problemsOfKnown('x', { hits: { a: 1 }, broken: [] })).toEqual([]);
    expect(problemsOfKnown('x', { hits: { a: 1, b: 0 }, broken })).toEqual([
      expect.stringMatching(/b is listed as known and was never met/),
      expect.stringMatching(/pool\/inside is broken:\n {4}attach d0/),
    ]);
  });
});

test('the table fits 100 columns and names what is scattered, missed or wrong', () => {
  const summaries = [
    summary(seed('a', 4, 'x'), seed('b', 2, 'y'), seed('c', 9, 'y')),
    summary(seed('a', 4, null)),
  ];
  const survey = { seeds: 3, summaries, linux: null, problems: ['oh'], milliseconds: 1500 };
  const text = tableText(survey);
  expect(text).toMatch(/^coherent-release-keeps-pointer +3\/3 +pool\/creation +4 +9 +3 +1 +2\/3/m);
  expect(text).toMatch(/ends in 2 texts/);
  expect(text).toMatch(/missed: /);
  expect(text).toMatch(/^PROBLEM {2}oh$/m);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});
