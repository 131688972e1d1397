/**
 * Keeps docs/ and README.md true: writes the pages that derive from tables in the code, and
 * performs those that show commands. With --check it writes nothing and fails when a page is out of
 * date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PERFORMED, performPages } from './docs/pages.ts';
import { tablePages } from './docs/tables.ts';

const REPOSITORY = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');

function put(name: string, text: string): void {
  const path = join(REPOSITORY, name);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  if (check) {
    console.error(`${name} is out of date: run "npm run docs"`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, text);
    console.log(`wrote ${name}`);
  }
}

async function performAll(): Promise<void> {
  const shown = PERFORMED.map(
    (name) => [name, readFileSync(join(REPOSITORY, name), 'utf8')] as const,
  );
  const pages = await performPages(new Map(shown), { checkout: REPOSITORY, fully: !check });
  for (const [name, { text, changes, errors }] of pages) {
    for (const line of [...errors, ...changes]) console.error(line);
    if (errors.length > 0) process.exitCode = 1;
    put(name, text);
  }
  if (!check && [...pages.values()].some(({ changes }) => changes.length > 0)) {
    console.log('Read the words around what changed: no program wrote them.');
  }
}

try {
  for (const [name, text] of tablePages()) put(name, text);
  await performAll();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
