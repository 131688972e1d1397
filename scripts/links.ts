/** Links between Markdown pages, and where they lead. */
import { posix } from 'node:path';
import { partsOf } from './docs/markdown.ts';

const LINK = /\]\(([^()\s]+)\)/g;
const ELSEWHERE = /^[a-z][a-z+.-]*:/;

/**
 * Links that lead nowhere, one sentence each. `pages` holds path and text of every Markdown page,
 * `paths` all files there are; folders count when a file lies in them.
 */
export function deadLinks(
  pages: ReadonlyMap<string, string>,
  paths: ReadonlySet<string>,
): readonly string[] {
  const isThere = (target: string) =>
    paths.has(target) || [...paths].some((path) => path.startsWith(`${target}/`));
  const isDead = (page: string, link: string): boolean => {
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? page : posix.join(posix.dirname(page), file).replace(/\/$/, '');
    if (!isThere(target)) return true;
    const text = pages.get(target);
    return anchor !== undefined && text !== undefined && !anchorsOf(target, text).has(anchor);
  };
  return [...pages].flatMap(([page, text]) =>
    proseLines(page, text).flatMap(([line, number]) =>
      [...line.matchAll(LINK)]
        .map(([, link = '']) => link)
        .filter((link) => !ELSEWHERE.test(link) && isDead(page, link))
        .map((link) => `${page}:${number}: the link to ${link} leads nowhere`),
    ),
  );
}

/** Lines outside of blocks, with their numbers; code between backquotes is no link. */
function proseLines(page: string, text: string): readonly (readonly [string, number])[] {
  return partsOf(text, page).flatMap((part) =>
    part.is === 'block'
      ? []
      : part.lines.map((line, at) => [line.replace(/`[^`]*`/g, '``'), part.line + at] as const),
  );
}

/** The anchors GitHub gives to headings. Of equal headings only the first one can be meant here. */
function anchorsOf(page: string, text: string): ReadonlySet<string> {
  const headings = partsOf(text, page).flatMap((part) =>
    part.is === 'block' ? [] : part.lines.filter((line) => /^#+ /.test(line)),
  );
  const slug = (heading: string) =>
    heading
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
  return new Set(headings.map(slug));
}
