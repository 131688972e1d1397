/**
 * Goal: the suite can fail. Method: one bug of every group is planted in a process of its own, and
 * one seed must find it; the command line must end with 1 for it and with 0 without it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Bug } from '../../bugs/bug.ts';
import { ALL_BUGS, bugById } from '../../bugs/catalog.ts';
import { plantedCommand } from '../../bugs/command.ts';
import type { Errand, Hunt } from '../../cli/bugs/hunt.ts';
import { sendBundled } from '../bundled/planted.ts';

/** What is found by a lockstep run: the cases that are played before it would only take time. */
const LOCKSTEP_GROUPS = ['genalloc', 'swiotlb'];
const CASES = { lockstep: 16, others: 256 };

function errandOf({ id, edits, group }: Bug): Errand {
  const cases = LOCKSTEP_GROUPS.includes(group) ? CASES.lockstep : CASES.others;
  return {
    bug: id,
    files: edits.map(({ file }) => file),
    seeds: ['caught'],
    budget: { cases, timeMs: 20_000, lawOnly: true },
    totalMs: 0,
    known: [],
    knownCases: 0,
  };
}

/** If this one is missed, nothing else here means anything. */
const CANARY = 'coherent-pages-versus-bytes';

/** By group, one that is found soon: what takes long is the business of the board. */
const CHOSEN: Readonly<Record<string, string>> = {
  coherent: CANARY,
  bitmap: 'own-summary-never-taken-back',
  limits: 'own-refused-coherent-mask-stays',
  'reserved-mem': 'own-range-warning-first-attach-only',
  'global-pool': 'own-free-skips-global-pool',
  resource: 'own-touching-regions-overlap',
  'dma-ranges': 'of-three-cell-range-match',
  genalloc: 'own-genpool-avail-unrounded',
  'atomic-pool': 'pool-default-size-formula',
  buddy: 'buddy-takeoff-not-counted',
  cma: 'own-free-single-page-shortcut',
  swiotlb: 'own-slots-release-forgets-next',
  'dma-direct': 'mapping-coherent-memory-not-zeroed-pages',
  streaming: 'own-copy-ends-with-slot',
  scatterlist: 'own-copy-forgets-rest-of-skip',
};

describe('one bug of each group', () => {
  let hunts: Hunt[] = [];

  beforeAll(async () => {
    const bugs = Object.values(CHOSEN).map((id) => bugById(id)!);
    hunts = await sendBundled(bugs.map(errandOf));
  }, 60_000);

  test.each(Object.entries(CHOSEN))('%s: %s is found', (group, id) => {
    expect(bugById(id)?.group).toBe(group);
    const hunt = hunts.find(({ bug }) => bug === id);
    expect(hunt?.loaded).toEqual(bugById(id)?.edits.map(({ file }) => file));
    const found = hunt?.seeds[0]?.found;
    expect(found?.law).toMatch(/^\w+\/[\w-]+$/);
  });

  test('leaves out no group', () => {
    const groups = new Set(ALL_BUGS.map(({ group }) => group));
    expect(Object.keys(CHOSEN).sort()).toEqual([...groups].sort());
  });
});

describe('the command line', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'carveout-bugs-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const words = ['fuzz', '--seed', 'caught', '--cases', '50', '--bail', '--no-corpus'];

  function fuzz(ids: readonly string[], directory: string | null = null) {
    const args = [...words, '--failures', join(folder, 'failures')];
    const { program, args: argv, env } = plantedCommand(ids, directory, args);
    const done = spawnSync(program, argv, { env, encoding: 'utf8' });
    return { exit: done.status, said: done.stdout, complaint: done.stderr };
  }

  test('ends with 1 and the law for a planted bug, and with 0 for none', () => {
    const { exit, said } = fuzz([CANARY]);
    expect(said).toMatch(/(pool\/complete|free\/returns-all) broken/);
    expect(exit).toBe(1);
    expect(spawnSync(process.execPath, [inject('launcher'), ...words]).status).toBe(0);
  });

  test('plants a bug of somebody’s own folder', () => {
    const edit = {
      file: 'sut/dma/coherent.ts',
      within: 'dmaReleaseFromPool',
      find: 'mem.bitmap.releaseRegion(page, order);',
      replace: '',
    };
    const mine = { id: 'mine', family: 'own', group: 'x', edits: [edit], story: '', reference: '' };
    writeFileSync(join(folder, 'mine.mjs'), `export const mine = ${JSON.stringify(mine)};`);
    expect(fuzz(['mine'], folder)).toMatchObject({ exit: 1, complaint: '' });
  });

  test('says what is wrong with words and files, and ends with 2', () => {
    expect(fuzz(['no-such-bug'])).toMatchObject({
      exit: 2,
      complaint: expect.stringMatching(/^carveout: no bug or family is called "no-such-bug"/),
    });
    writeFileSync(join(folder, 'mine.mjs'), 'export const mine = { id: "mine" };');
    expect(fuzz(['mine'], folder)).toMatchObject({
      exit: 2,
      complaint: expect.stringMatching(/mine\.mjs: export 1: "family"/),
    });
  });
});
