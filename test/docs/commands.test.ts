/**
 * Goal: every command and option that a page names exists. Method: what stands as code on the pages
 * against the help of the commands and the scripts of the package.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { main } from '../../cli/main.ts';
import manifest from '../../package.json' with { type: 'json' };
import { partsOf } from '../../scripts/docs/markdown.ts';
import { trackedFiles } from '../tidy/tracked-files.ts';

const TOP = join(import.meta.dirname, '../..');
const scripts: Readonly<Record<string, string>> = manifest.scripts;

async function helpOf(words: readonly string[]): Promise<string> {
  let text = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += chunk;
    return true;
  });
  try {
    expect(await main([...words, '--help'])).toBe(0);
  } finally {
    write.mockRestore();
  }
  return text;
}

const optionsOf = (text: string) => text.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? [];

/** Options by command. */
const COMMANDS = new Map<string, ReadonlySet<string>>();
for (const [, name = ''] of (await helpOf([])).matchAll(/^ {2}([a-z]+) /gm)) {
  const rows = (await helpOf([name])).match(/(?<=^ {2}(?:-\w, )?)--[a-z-]+/gm) ?? [];
  COMMANDS.set(name, new Set(rows));
}
const ALL_OPTIONS = new Set([...COMMANDS.values()].flatMap((options) => [...options]));

/** Between backquotes, indented, or after a prompt; without comments. */
function codeOf(page: string, text: string): readonly string[] {
  return partsOf(text, page).flatMap(({ is, lines }) =>
    is === 'block'
      ? lines.flatMap((line) => /^\$ (.*)/.exec(line)?.[1] ?? [])
      : lines.flatMap((line) => {
          const indented = /^ {4,}(\S.*)/.exec(line)?.[1]?.replace(/ {2,}#.*/, '');
          return [...(indented ?? '').split(' && '), ...(line.match(/(?<=`)[^`]+(?=`)/g) ?? [])];
        }),
  );
}

/** `carveout scenario 1` is the first line of a file. */
const COMMAND = /^(?:npx carveout|node bin\/carveout\.js|carveout) (?!scenario 1)([a-z]+)(.*)/;

/** What a piece of code names and nobody knows. */
function unknownIn(code: string): readonly string[] {
  if (code.startsWith('--')) return optionsOf(code).filter((option) => !ALL_OPTIONS.has(option));
  const [, script, rest = ''] = /^npm (?:run )?([a-z:]+)(.*)/.exec(code) ?? [];
  const npm = ['ci', 'cit', 'install'];
  if (script !== undefined && !npm.includes(script)) {
    const line = scripts[script];
    if (line === undefined) return [`npm run ${script}`];
    return line.startsWith('node bin/carveout.js') ? unknownIn(`${line}${rest}`) : [];
  }
  const words = COMMAND.exec(code);
  if (words === null) return [];
  const [, command = '', options = ''] = words;
  const known = COMMANDS.get(command);
  if (known === undefined) return [`carveout ${command}`];
  const unknown = optionsOf(options).filter((option) => !known.has(option));
  return unknown.map((option) => `carveout ${command} ${option}`);
}

test('what the pages name exists', () => {
  const pages = trackedFiles().filter((path) => path.endsWith('.md'));
  const pieces = pages.flatMap((page) =>
    codeOf(page, readFileSync(join(TOP, page), 'utf8')).map((code) => ({ page, code })),
  );
  const named = pieces.filter(({ code }) => /^(npx |node bin\/)?carveout/.test(code));
  expect(named.length).toBeGreaterThan(30);
  const unknown = pieces.flatMap(({ page, code }) => unknownIn(code).map((it) => `${page}: ${it}`));
  expect(unknown).toEqual([]);
});

test.each([
  ['    carveout fuzz --seeds x   # --time', 'carveout fuzz --seeds'],
  ['    npm ci && npm start -- --cases 10', 'carveout start --cases'],
  ['```console\n$ npx carveout reply x\n```', 'carveout reply'],
  ['Say `npm run doc`.', 'npm run doc'],
  ['Say `--no-such` or `--time`.', '--no-such'],
])('a mistake is seen in %j', (text, mistake) => {
  expect(codeOf('a.md', text).flatMap(unknownIn)).toEqual([mistake]);
});
