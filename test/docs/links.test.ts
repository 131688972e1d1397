/**
 * Goal: every link leads somewhere, in the tree and in the package, which has less. Method: all
 * pages, then pages made to fail.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { deadLinks } from '../../scripts/links.ts';
import { trackedFiles } from '../tidy/tracked-files.ts';

const TOP = join(import.meta.dirname, '../..');
const tracked = trackedFiles();
/** What of the tree npm packs; no page links to what is built. */
const packed = tracked.filter((path) =>
  ['README.md', 'LICENSE', ...manifest.files].some(
    (entry) => path === entry || path.startsWith(`${entry}/`),
  ),
);

function deadAmong(paths: readonly string[]): readonly string[] {
  const pages = paths.filter((path) => path.endsWith('.md'));
  const texts = pages.map((path) => [path, readFileSync(join(TOP, path), 'utf8')] as const);
  return deadLinks(new Map(texts), new Set(paths));
}

test('the links of the tree lead somewhere', () => {
  expect(deadAmong(tracked)).toEqual([]);
});

test('the links of the package lead somewhere', () => {
  expect(packed).toContain('docs/how-to.md');
  expect(packed).not.toContain('contract/operations.ts');
  expect(deadAmong(packed)).toEqual([]);
});

const OTHER = '# Other\n\n## What `a_b` is, or not\n\n```sh\n# none\n```\n';

test.each([
  ['a file that is not there', '[a](none.ts)', 'none.ts'],
  ['a file above', '[a](../none.md#x)', '../none.md#x'],
  ['a folder without files', '[a](b/)', 'b/'],
  ['a heading that is not there', '[a](other.md#else)', 'other.md#else'],
  ['a heading of its own', '[a](#else)', '#else'],
  ['a comment in a block', '[a](other.md#none)', 'other.md#none'],
])('a link to %s is dead', (_, text, link) => {
  const pages = new Map([
    ['docs/page.md', `# Page\n\n${text}`],
    ['docs/other.md', OTHER],
  ]);
  const found = deadLinks(pages, new Set([...pages.keys(), 'docs/c/x.ts', 'README.md']));
  expect(found).toEqual([`docs/page.md:3: the link to ${link} leads nowhere`]);
});

test('files, folders, headings and other sites are alive, and code is no link', () => {
  const text =
    '# Page\n[a](c/x.ts) [b](c/) [c](../README.md) [d](#page) [e](other.md#what-a_b-is-or-not)\n' +
    '[f](https://example.org/x) `[g](none)`\n\n```ts\n[h](none)\n```\n';
  const pages = new Map([
    ['docs/page.md', text],
    ['docs/other.md', OTHER],
  ]);
  const paths = new Set([...pages.keys(), 'docs/c/x.ts', 'README.md']);
  expect(deadLinks(pages, paths)).toEqual([]);
});
