/**
 * Goal: scatter/gather tables are the defined ones, and lockstep would notice if they were not.
 * Method: fixed seeds of every law; then tables that are broken on purpose, which must be caught
 * under the right law and shrunk to few calls; then what the generators promise, counted.
 */
import { describe, expect, test } from 'vitest';
import { checkScatterlist, SG_LAWS, type SgLaw } from '../../properties/lockstep/scatterlist.ts';
import { SCATTERLIST } from '../../properties/lockstep/scatterlist-sides.ts';
import { Labels } from './area-labels.ts';
import * as broken from './broken-tables.ts';
import { countingTables } from './table-labels.ts';

const SEED = 'lockstep';
const CASES = 600;
const BROKEN = { ...broken };

describe('holds', () => {
  test.each(SG_LAWS)('%s', (law) => {
    expect(checkScatterlist(law, SEED, CASES)?.message).toBeUndefined();
  });
});

describe('tables can fail', () => {
  const wrong: readonly (readonly [SgLaw, keyof typeof BROKEN, number])[] = [
    ['sg/entries', 'stopsAtTheSize', 2],
    ['sg/entries', 'ofThirtyTwoBits', 2],
    ['sg/entries', 'offsetInEveryEntry', 2],
    ['sg/entries', 'ownersIgnored', 2],
    ['sg/entries', 'segmentsRoundedUp', 2],
    ['sg/entries', 'segmentsOfBytes', 2],
    ['sg/append', 'neverAbsorbs', 3],
    ['sg/append', 'trimsTheAbsorbed', 3],
    ['sg/append', 'keepsTheLength', 4],
    ['sg/append', 'countsTheLinks', 4],
    ['sg/append', 'neverCloses', 3],
    ['sg/arrays', 'leaksAfterRefusal', 1],
    ['sg/arrays', 'oneArrayForAll', 1],
    ['sg/arrays', 'freesTwice', 2],
    ['sg/arrays', 'firstArrayIgnored', 1],
    ['sg/arrays', 'freesThePopulated', 3],
    ['sg/arrays', 'leaksOutputs', 2],
    ['sg/walk', 'wantsOneByteMore', 2],
    ['sg/walk', 'countsTheCpuView', 2],
    ['sg/walk', 'crossesPages', 2],
    ['sg/walk', 'copiesOnePieceMore', 2],
    ['sg/walk', 'pagesOfTheBytes', 2],
    ['sg/walk', 'alignsTheDevice', 2],
    ['sg/walk', 'takesAllOfIt', 2],
    ['sg/walk', 'skipsBehindTheEnd', 2],
    ['sg/split', 'handsOutTheRest', 2],
    ['sg/split', 'offsetsForgotten', 2],
    ['sg/split', 'dropsTheEmptyPiece', 2],
    ['sg/split', 'forgetsTheDevice', 2],
    ['sg/split', 'addressOfTheEntry', 2],
  ];
  test.each(wrong)('%s: %s', (law, name, callsMax) => {
    const failure = checkScatterlist(law, SEED, CASES, BROKEN[name]);
    expect(failure?.law).toBe(law);
    expect(failure?.calls.length, failure?.message).toBeLessThanOrEqual(callsMax);
    expect(failure?.message).not.toContain('Error');
  });

  test('every broken one is tried', () => {
    expect(wrong.map(([, name]) => name).sort()).toEqual(Object.keys(BROKEN).sort());
  });

  test('what throws breaks the law', () => {
    const throws = () => {
      throw new RangeError('lost');
    };
    const failure = checkScatterlist('sg/split', SEED, 1, { ...SCATTERLIST, sgSplit: throws });
    expect(failure?.message).toContain('RangeError: lost');
  });
});

describe('generators', () => {
  const generators: readonly (readonly [SgLaw, Readonly<Record<string, number>>])[] = [
    [
      'sg/entries',
      {
        built: 1200,
        'built EINVAL': 30,
        'built ENOMEM': 40,
        'several arrays': 350,
        'more than 128 entries': 40,
        'an entry without bytes': 70,
        'too many bytes': 90,
        wrapped: 400,
        exact: 700,
      },
    ],
    [
      'sg/append',
      {
        'first EINVAL': 40,
        'first ENOMEM': 20,
        'later ENOMEM': 15,
        absorbed: 150,
        'absorbed to the last page': 80,
        linked: 250,
        'closed with room': 90,
      },
    ],
    [
      'sg/split',
      {
        'split EINVAL': 150,
        split: 200,
        'split in both views': 100,
        'first piece of no bytes': 15,
        'the defect of Linux': 150,
        'an entry of none': 190,
        'where Linux loses its place': 30,
      },
    ],
    ['sg/arrays', { 'split ENOMEM': 5, 'table ENOMEM': 5, 'first array used': 20 }],
  ];
  test.each(generators)('of %s meet what they promise', (law, floors) => {
    const labels = new Labels();
    checkScatterlist(law, SEED, CASES, countingTables(labels));
    expect(labels.below(floors)).toEqual([]);
  });
});
