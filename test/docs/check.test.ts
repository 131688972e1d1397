/**
 * Goal: `npm run docs:check` fails on what `npm run docs` would write, and on nothing else. Method:
 * both, in a small tree beside which the sources are linked.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../..');
const LINKED = ['boards', 'contract', 'model', 'node_modules', 'package.json', 'properties', 'sut'];
const COPIED = ['scripts', 'docs/laws.md', 'docs/operations.md'];
const tree = mkdtempSync(join(tmpdir(), 'carveout-docs-tree-'));
const README = '```console\n$ echo 1\n2\n```\n';

function put(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}

function docs(...words: readonly string[]) {
  const done = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/docs.ts', ...words], {
    cwd: tree,
    encoding: 'utf8',
  });
  return { exit: done.status, said: `${done.stdout}${done.stderr}`.trim() };
}

beforeAll(() => {
  for (const name of LINKED) symlinkSync(join(REPOSITORY, name), join(tree, name));
  for (const name of COPIED) cpSync(join(REPOSITORY, name), join(tree, name), { recursive: true });
  put('README.md', README);
  put('docs/tutorial.md', 'Words.\n');
  put('docs/how-to.md', 'Words.\n');
  put('docs/questions.md', 'Words.\n');
});
afterAll(() => rmSync(tree, { recursive: true, force: true }));

test('a page that is out of date fails, is written, and passes', () => {
  const difference = 'README.md:2: echo 1\n  shown  2\n  now    1\n';
  const failed = docs('--check');
  expect(failed).toEqual({
    exit: 1,
    said: `${difference}README.md is out of date: run "npm run docs"`,
  });
  expect(readFileSync(join(tree, 'README.md'), 'utf8')).toBe(README);

  const written = docs();
  expect([written.exit, written.said]).toEqual([0, expect.stringContaining('wrote README.md\n')]);
  expect(readFileSync(join(tree, 'README.md'), 'utf8')).toBe(README.replace('\n2', '\n1'));
  expect(docs('--check')).toEqual({ exit: 0, said: '' });
});

test('a generated page that was edited fails', () => {
  put('docs/laws.md', '# Mine\n');
  expect(docs('--check')).toEqual({
    exit: 1,
    said: 'docs/laws.md is out of date: run "npm run docs"',
  });
});

test('what no rewriting helps fails both', () => {
  put('README.md', '```console\n$ exit 3\n```\n');
  const told = 'README.md:1: "exit 3": exit code 3';
  expect(docs('--check')).toMatchObject({ exit: 1, said: expect.stringContaining(told) });
  expect(docs()).toMatchObject({ exit: 1, said: expect.stringContaining(told) });
});
