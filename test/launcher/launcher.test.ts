/**
 * Goal: `bin/carveout.js` runs the right code and passes on how it ended. Method: the launcher,
 * copied into small trees that stand for a checkout and for an installed package.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../..');
const SOURCE = `
  import { greeting } from './greeting.ts';
  export async function main(words: readonly string[]): Promise<number> {
    console.log(greeting, ...words);
    return words.length;
  }`;
const BUILT = `export const main = async () => { console.log('built'); return 0; };`;

let tree: string;

function put(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}

function putSources(): void {
  put('cli/main.ts', SOURCE);
  put('cli/greeting.ts', `export const greeting: string = 'source';`);
  cpSync(join(REPOSITORY, 'tsconfig.json'), join(tree, 'tsconfig.json'));
}

function putTools(): void {
  symlinkSync(join(REPOSITORY, 'node_modules'), join(tree, 'node_modules'));
}

function launch(words: readonly string[], nodeWords: readonly string[] = []) {
  const launcher = join(tree, 'bin/carveout.js');
  const done = spawnSync(process.execPath, [...nodeWords, launcher, ...words], {
    cwd: tmpdir(),
    encoding: 'utf8',
  });
  return { exit: done.status, said: done.stdout.trim(), complaint: done.stderr.trim() };
}

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'carveout-launcher-'));
  put('package.json', '{ "type": "module" }');
  cpSync(join(REPOSITORY, 'bin'), join(tree, 'bin'), { recursive: true });
});

afterEach(() => rmSync(tree, { recursive: true, force: true }));

test('runs what was built where there are no sources', () => {
  put('dist/cli/main.js', BUILT);
  expect(launch([])).toEqual({ exit: 0, said: 'built', complaint: '' });
});

test('runs the sources, whatever was built, and forwards words and exit code', () => {
  put('dist/cli/main.js', BUILT);
  putSources();
  putTools();
  expect(launch(['a', 'b'])).toEqual({ exit: 2, said: 'source a b', complaint: '' });
});

test('says what to install when a checkout lacks the development dependencies', () => {
  putSources();
  const { exit, complaint } = launch([]);
  expect(exit).toBe(2);
  expect(complaint).toMatch(/npm ci$/);
});

test('lets a loader hook registered before it edit the sources', () => {
  putSources();
  putTools();
  put(
    'hook.js',
    `export async function load(url, context, next) {
       const loaded = await next(url, context);
       if (!url.endsWith('/greeting.ts')) return loaded;
       return { ...loaded, source: String(loaded.source).replace("'source'", "'edited'") };
     }`,
  );
  put(
    'register.js',
    `import { register } from 'node:module'; register('./hook.js', import.meta.url);`,
  );
  const hooked = launch(['a'], ['--import', join(tree, 'register.js')]);
  expect(hooked).toEqual({ exit: 1, said: 'edited a', complaint: '' });
});
