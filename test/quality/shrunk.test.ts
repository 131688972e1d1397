/**
 * Goal: counterexamples are minimal. Method: one bug of each family, planted; the shrunk text is
 * known, and never more than four operations on two devices.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { bugById } from '../../bugs/catalog.ts';
import type { Errand, Hunt } from '../../cli/bugs/hunt.ts';
import { sendBundled } from '../bundled/planted.ts';

const SEEDS = ['quality', 'another'];

const EXPECTED: Readonly<Record<string, readonly [law: string, text: string]>> = {
  'coherent-pages-versus-bytes': [
    'pool/complete',
    `profile arm64
bank 0x0 1G
device d0
declare d0 0x40000000 0x0 4096
h0 = alloc_coherent d0 2`,
  ],
  'of-three-cell-range-match': [
    'board/translate',
    `bus of 3 address cells
  bank 1 -> 0x0
  bank 2 -> 0x40000000
  window 0x0 -> 0x0 of bank 2`,
  ],
  'pool-size-zero': [
    'pool/size-zero',
    `profile arm64
bank 0x0 1G
device d0
declare d0 0x40000000 0x0 1
h0 = alloc_coherent d0 0`,
  ],
  'own-zeroing-whole-words-only': [
    'pool/zeroed',
    `profile arm64
bank 0x0 1G
device d0
declare d0 0x40000000 0x0 4096
h0 = alloc_coherent d0 1`,
  ],
};

function errandOf(bug: string): Errand {
  const files = bugById(bug)!.edits.map(({ file }) => file);
  const budget = { cases: 4096, timeMs: 20_000 };
  return { bug, files, seeds: SEEDS, budget, totalMs: 60_000, known: [], knownCases: 0 };
}

describe('the shrunk scenario of', () => {
  let hunts: Hunt[] = [];
  beforeAll(async () => {
    hunts = await sendBundled(Object.keys(EXPECTED).map(errandOf));
  }, 60_000);

  test.each(Object.keys(EXPECTED))('%s', (id) => {
    const [law, text] = EXPECTED[id]!;
    const found = hunts.find(({ bug }) => bug === id)!.seeds.map((seed) => seed.found);
    for (const one of found) {
      expect(one).toMatchObject({ law, text });
      expect(one!.operations).toBeLessThanOrEqual(4);
      expect(one!.devices).toBeLessThanOrEqual(2);
    }
    expect(found).toHaveLength(SEEDS.length);
  });
});
