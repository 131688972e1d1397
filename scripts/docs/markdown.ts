/** A Markdown page as text and fenced blocks; put together again it is the same page. */

export interface Text {
  readonly is: 'text';
  /** Number of its first line on the page, from 1. */
  readonly line: number;
  readonly lines: readonly string[];
}

export interface Block {
  readonly is: 'block';
  /** Number of the line that opens it, from 1. */
  readonly line: number;
  /** Blanks before the fence: a block may stand in a list. */
  readonly indent: string;
  /** What follows the fence: `js my-pool.js` is a language and a file. */
  readonly language: string;
  readonly file: string | null;
  readonly lines: readonly string[];
}

export type Part = Text | Block;

const FENCE = /^( *)```(.*)$/;

/**
 * `name` is the page in messages.
 * @throws Error when a block does not end
 */
export function partsOf(page: string, name: string): readonly Part[] {
  const lines = page.split('\n');
  const parts: Part[] = [];
  for (let at = 0; at < lines.length; ) {
    const part = blockAt(lines, at, name) ?? textAt(lines, at);
    parts.push(part);
    at += part.lines.length + (part.is === 'block' ? 2 : 0);
  }
  return parts;
}

function blockAt(lines: readonly string[], at: number, name: string): Block | null {
  const [, indent, info] = FENCE.exec(lines[at] ?? '') ?? [];
  if (indent === undefined || info === undefined) return null;
  const end = lines.indexOf(`${indent}\`\`\``, at + 1);
  if (end < 0) throw new Error(`${name}:${at + 1}: the block does not end`);
  const [language = '', file = null] = info.trim().split(/\s+/);
  const inner = lines.slice(at + 1, end).map((line) => line.replace(indent, ''));
  return { is: 'block', line: at + 1, indent, language, file, lines: inner };
}

function textAt(lines: readonly string[], at: number): Text {
  const next = lines.findIndex((line, index) => index > at && FENCE.test(line));
  return { is: 'text', line: at + 1, lines: lines.slice(at, next < 0 ? lines.length : next) };
}

export function pageOf(parts: readonly Part[]): string {
  return parts.flatMap(linesOf).join('\n');
}

function linesOf(part: Part): readonly string[] {
  if (part.is === 'text') return part.lines;
  const { indent, language, file, lines } = part;
  const inner = lines.map((line) => (line === '' ? '' : `${indent}${line}`));
  const info = file === null ? language : `${language} ${file}`;
  return [`${indent}\`\`\`${info}`, ...inner, `${indent}\`\`\``];
}
