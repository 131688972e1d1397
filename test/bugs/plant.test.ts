/**
 * Goal: an edit is applied at the one place it means, or refused with a reason. Method: small
 * texts and edits, right ones and each kind of wrong one.
 */
import { describe, expect, test } from 'vitest';
import type { Bug, Edit } from '../../bugs/bug.ts';
import { PlantError, plant } from '../../bugs/plant.ts';
import { tokensOf } from '../../bugs/tokens.ts';
import { loadTypeScript } from '../../bugs/typescript.ts';

const ts = loadTypeScript();

const CLEAN = `
import { size } from './size.ts';

/** half(x) is not a place: comments are no tokens. */
export function half(x: number): number {
  // Rounded down.
  return Math.floor(x / 2);
}

export function twice(x: number): number;
export function twice(x: number): number {
  const y = x * 2;
  return y;
}

class Box {
  #level = 0;
  grow = (by: number) => {
    this.#level += by;
  };
  constructor() {
    this.#level = size;
  }
  get level() {
    return this.#level;
  }
  #fill(by: number) {
    this.#level += by;
    this.#level += by;
  }
  text() {
    this.#fill(1);
    return \`a \${this.#level / 2} of \${{ b: '}' }.b} /\`.replace(/[/}]\\s*x/g, '');
  }
}

export const LIMIT = 64;
export const box = new Box();
`;

const edit = (within: string, find: string, replace: string): Edit => ({
  file: 'half.ts',
  within,
  find,
  replace,
});

const bug = (id: string, ...edits: Edit[]): Bug => {
  return { id, family: 'own', group: 'test', edits, story: '', reference: '' };
};

const read = (file: string) => (file === 'half.ts' ? CLEAN : undefined);

function planted(...bugs: Bug[]): string {
  return plant(ts, bugs, read).get('half.ts')!;
}

function refusal(...bugs: Bug[]): PlantError {
  try {
    planted(...bugs);
  } catch (error) {
    if (error instanceof PlantError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('an edit', () => {
  test.each([
    ['half', 'x / 2', 'x / 3', 'return Math.floor(x / 3);'],
    ['twice', 'const y = x * 2;', '', 'export function twice(x: number): number {\n  \n'],
    [
      'Box.#fill',
      'this.#level += by; this.#level',
      'this.#level',
      ') {\n    this.#level += by;\n  }',
    ],
    ['Box.constructor', 'size', '1', 'this.#level = 1;'],
    ['Box.level', 'return this.#level', 'return 0', 'get level() {\n    return 0;'],
    ['Box.grow', 'by;', '-by;', 'this.#level += -by;\n  };'],
    ['Box.text', 'this.#level / 2', '0', '{0} of '],
    ['Box.text', "b: '}'", "b: ''", "{{ b: '' }.b} /`"],
    ['Box.text', '/[/}]\\s*x/g', '/y/', "/`.replace(/y/, '')"],
    ['Box', '#level = 0', '#level = 1', 'class Box {\n  #level = 1;'],
    ['LIMIT', '64', '65', 'LIMIT = 65;'],
  ])('within %s replaces %s', (within, find, replace, expected) => {
    // Neither layout nor comments of the edit need to be those of the source.
    const spread = find.replace(/ (?!\})/, ' /* whatever */\n  ');
    const text = planted(bug('a', edit(within, spread, replace)));
    expect(text).toContain(expected);
    expect(CLEAN).not.toContain(expected);
    const longest = Math.max(find.length + 10, replace.length);
    expect(Math.abs(text.length - CLEAN.length)).toBeLessThanOrEqual(longest);
  });

  test('may have companions, whose places are those of the clean text', () => {
    const swap = bug('a', edit('half', '2', '3'), edit('twice', 'x * 2', 'x * 3 * 4'));
    const other = bug('b', edit('Box.constructor', 'size', '1'));
    const text = planted(swap, other);
    expect(text).toContain('x / 3');
    expect(text).toContain('x * 3 * 4');
    expect(text).toContain('this.#level = 1;');
  });
});

describe('refused', () => {
  test.each([
    ['a file that is not there', { ...edit('half', 'x', 'y'), file: 'no.ts' }, null],
    ['a function that is not there', edit('third', 'x', 'y'), 0],
    ['a method without its class', edit('text', 'x', 'y'), 0],
    ['a text that is gone', edit('half', 'x / 3', 'x'), 0],
    ['a text in another function only', edit('twice', 'Math.floor', 'Math.ceil'), 0],
    ['a text in a comment only', edit('half', 'Rounded', 'x'), 0],
    ['a part of a word', edit('half', 'flo', 'x'), 0],
    ['a text that stands there twice', edit('Box.#fill', 'this.#level += by;', ''), 2],
    ['an empty text', edit('half', ' ', 'x'), null],
  ])('%s', (_what, wrong, matches) => {
    const error = refusal(bug('stale', wrong));
    expect(error.message).toContain('"stale"');
    expect(error.message).toContain(wrong.file);
    expect(error).toMatchObject({ bug: 'stale', within: wrong.within, matches });
  });

  test('edits that meet, of one bug or of two', () => {
    const one = edit('half', 'x / 2', 'x / 3');
    const two = edit('half', '2)', '4)');
    expect(refusal(bug('a', one, two)).message).toMatch(/meets an edit of bug "a"/);
    expect(refusal(bug('a', one), bug('b', two)).message).toMatch(/"b".*meets.*"a"/);
    expect(refusal(bug('a', one), bug('b', one)).message).toMatch(/meets/);
  });

  test('a replacement that is no TypeScript', () => {
    expect(refusal(bug('a', edit('half', 'x / 2', 'x /'))).message).toMatch(/does not parse/);
  });
});

test('tokens are those of the compiler, templates and patterns included', () => {
  const source = ts.createSourceFile('a.ts', CLEAN, ts.ScriptTarget.Latest, true);
  const leaves: string[] = [];
  const visit = (node: import('typescript').Node) => {
    const children = node.getChildren(source).filter((child) => !ts.isJSDoc(child));
    if (children.length > 0) children.forEach(visit);
    else if (node.getWidth(source) > 0) leaves.push(node.getText(source));
  };
  visit(source);
  expect(tokensOf(ts, CLEAN).map(({ text }) => text)).toEqual(leaves);
});
