/**
 * Goal: the walls of ARCHITECTURE.md stand. Method: the rules over this tree must find nothing, and
 * over a tree with every import between any two rooms exactly the forbidden ones.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { relativeImports } from '../tidy/syntax.ts';
import { trackedFiles } from '../tidy/tracked-files.ts';
import { type Cruise, cruiseTree, edge, REPOSITORY } from './cruise.ts';
import { buildFixture, forbiddenEdges, PACKAGES, probe, ROOMS } from './fixture.ts';

describe('this tree', () => {
  let seen: Cruise;
  beforeAll(async () => {
    seen = await cruiseTree(REPOSITORY);
  });

  test('breaks no wall', () => {
    const found = seen.breaches.map(({ rule, from, to }) => `${rule}: ${edge(from, to)}`);
    expect(found).toEqual([]);
  });

  test('is seen: every import in the sources is an edge', () => {
    const wanted = sourceEdges();
    expect(wanted.length).toBeGreaterThan(10);
    expect(wanted.filter((one) => !seen.edges.has(one))).toEqual([]);
  });
});

describe('the rules', () => {
  let tree: string;
  let seen: Cruise;
  beforeAll(async () => {
    tree = buildFixture();
    seen = await cruiseTree(tree);
  });
  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  function brokenEdges(kind: 'values' | 'types' | 'packages'): string[] {
    const breaches = seen.breaches.filter(
      ({ rule, from }) => rule !== 'no-dead-modules' && from.endsWith(`/${kind}.ts`),
    );
    return [...new Set(breaches.map(({ from, to }) => edge(from, to)))].sort();
  }

  function rulesFor(from: string): string[] {
    return [...new Set(seen.breaches.filter((b) => b.from === from).map((b) => b.rule))].sort();
  }

  test('see every edge of the fixture', () => {
    const between = [...seen.edges].filter((one) => /(values|types)\.ts -> .*leaf\.ts$/.test(one));
    expect(between).toHaveLength(2 * ROOMS.length * (ROOMS.length - 1));
  });

  test('report exactly the forbidden imports of types', () => {
    expect(brokenEdges('types')).toEqual(forbiddenEdges('types').sort());
  });

  test('report exactly the forbidden imports of values', () => {
    const bugsSeeTypesOnly = edge(probe('bugs', 'values'), 'contract/leaf.ts');
    const wanted = [...forbiddenEdges('values'), bugsSeeTypesOnly].sort();
    expect(brokenEdges('values')).toEqual(wanted);
  });

  test.each(PACKAGES)('%s imports %s: allowed %s', (room, specifier, may) => {
    const target = new RegExp(`(^|/)${specifier.replace('node:', '(node:)?')}(/|$)`);
    const broken = seen.breaches.filter(
      ({ from, to }) => from === probe(room, 'packages') && target.test(to),
    );
    expect(broken.length === 0).toBe(may);
  });

  test('report what the entry of the package must not reach', () => {
    const reached = seen.breaches.filter(({ from }) => from === 'api.ts').map(({ to }) => to);
    const closed = ['attic', 'bench', 'bin', 'bugs', 'cli', 'examples', 'model/stray'];
    expect(reached.sort()).toEqual([...closed, 'scripts', 'test'].map((room) => `${room}/leaf.ts`));
  });

  test('report a ring, a missing file and a file nothing reaches', () => {
    expect(rulesFor('sut/ring-a.ts')).toContain('no-cycles');
    for (const path of ['sut/types-a.ts', 'sut/half-a.ts', 'sut/half-b.ts']) {
      expect(rulesFor(path)).not.toContain('no-cycles');
    }
    expect(rulesFor('sut/missing.ts')).toContain('no-unresolved');
    const dead = seen.breaches.filter(({ rule }) => rule === 'no-dead-modules');
    expect(dead.map(({ to }) => to)).toEqual(
      expect.arrayContaining(['sut/lost.ts', 'sut/lost-too.ts']),
    );
    expect(dead.map(({ to }) => to)).not.toContain('sut/used.ts');
  });

  test('keep everybody out of the entry of the package but users', () => {
    expect(rulesFor('report/entry.ts')).toContain('report-imports');
  });
});

/** The imports between the project's files, found by the compiler and not by the cruiser. */
function sourceEdges(): string[] {
  const sources = trackedFiles().filter((path) => path.endsWith('.ts'));
  return sources.flatMap((path) => {
    const text = readFileSync(join(REPOSITORY, path), 'utf8');
    const specifiers = relativeImports({ path, text });
    return specifiers.map((specifier) => edge(path, posix.join(posix.dirname(path), specifier)));
  });
}
