/**
 * Goal: a page that shows what is not so fails, and is put right. Method: true and forged pages,
 * performed with commands of the shell.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isSame } from '../../scripts/docs/console.ts';
import { pageOf, partsOf } from '../../scripts/docs/markdown.ts';
import { PERFORMED, performPages } from '../../scripts/docs/pages.ts';
import { patched } from '../../scripts/docs/perform.ts';

const CHECKOUT = join(import.meta.dirname, '../..');
const OLD = 'failures/pool-disjoint-00000000.carveout';
const NEW = 'failures/pool-disjoint-1234abcd.carveout';

const block = (info: string, ...lines: string[]) => ['```'.concat(info), ...lines, '```', ''];
const shell = (...lines: string[]) => block('console', ...lines).join('\n');

/** Performs pages called a.md, b.md, … */
async function performed(...texts: readonly string[]) {
  const pages = new Map(texts.map((text, index) => [`${'ab'[index]}.md`, text]));
  return [...(await performPages(pages, { checkout: CHECKOUT, fully: false })).values()];
}

const same = (text: string) => ({ text, changes: [], errors: [] });

describe('a page', () => {
  test('that tells the truth stays as it is', async () => {
    const page = `Words.\n${shell('$ echo a; echo; echo b', 'a', '', 'b', '$ false', '$ pwd >x')}`;
    expect(await performed(page)).toEqual([same(page)]);
  });

  test.each([
    ['another line', ['$ echo a; echo b', 'a', 'c'], '  shown  c\n  now    b'],
    ['a line too many', ['$ echo a', 'a', 'b'], '  shown  b\n  now    (nothing)'],
    ['a line too few', ['$ echo a; echo', 'a'], '  shown  (nothing)\n  now    '],
  ])('that shows %s is put right', async (_, lines, difference) => {
    const [page] = await performed(`Words.\n${shell(...lines)}`);
    expect(page?.changes).toEqual([`a.md:3: ${lines[0]?.slice(2)}\n${difference}`]);
    const [again] = await performed(page?.text ?? '');
    expect(again).toEqual(same(page?.text ?? ''));
  });

  test('with a command that fails is an error, not shown', async () => {
    const page = shell('$ echo no such option >&2; exit 2', 'fine');
    const [done] = await performed(page);
    expect(done?.text).toBe(page);
    expect(done?.errors.join()).toMatch(/^a\.md:1: .*exit code 2\nno such option$/s);
  });

  test.each([
    ['a block that does not say what it is', block('', 'text'), 'says ""'],
    ['a console without a command', block('console', 'text'), 'begins with "$ "'],
    ['code that fails', block('js', 'process.exitCode = 1;'), 'exit code 1'],
    ['a file of the checkout', block('js package.json', '{}'), 'not a name'],
    ['a file above it', block('js ../x.js', ''), 'not a name'],
    ['a change of no file', block('diff x.js', '+1'), 'ENOENT'],
  ])('with %s is an error', async (_, lines, error) => {
    const [done] = await performed(lines.join('\n'));
    expect(done?.errors).toHaveLength(1);
    expect(done?.errors[0]).toContain(error);
  });

  test('with a block that does not end is refused', async () => {
    await expect(performed('\n```console\n$ true\n')).rejects.toThrow('a.md:2: the block does not');
  });

  test('runs the code it shows, and the change', async () => {
    const page = [
      ...block('js x.js', 'const a = 1;', 'console.log(a);'),
      ...block('diff x.js', '-const a = 1;', '+const a = 2;', ' console.log(a);'),
    ].join('\n');
    const truth = page + shell('$ node x.js', '2');
    expect(await performed(truth)).toEqual([same(truth)]);
  });

  test('leaves nothing behind', async () => {
    const place = shell('$ touch failures-of-a-page; pwd', '');
    const [done] = await performed(place);
    const directory = /^\/.*$/m.exec(done?.text ?? '')?.[0] ?? '';
    expect(directory).toMatch(/carveout-docs-/);
    expect([existsSync(directory), existsSync(join(CHECKOUT, 'failures-of-a-page'))]).toEqual([
      false,
      false,
    ]);
  });
});

describe('the name of a failure file', () => {
  // The name is put together, so that it does not stand in the command.
  const write = '$ mkdir failures; : > failures/pool-disjoint-$(echo 1234abcd).carveout';

  test('follows the file, in commands and in words, on every page', async () => {
    const pages = [`${shell(write, `$ ls ${OLD}`, OLD)}See ${OLD}.`, `    replay ${OLD}`];
    const done = await performed(...pages);
    expect(done.map(({ text }) => text)).toEqual(pages.map((text) => text.replaceAll(OLD, NEW)));
    expect(done.map(({ changes }) => changes.length)).toEqual([2, 1]);
    expect(done.flatMap(({ errors }) => errors)).toEqual([]);
  });

  test('that nothing wrote is an error', async () => {
    const other = 'failures/pool-aligned-00000000.carveout';
    const page = `${shell(write)}See ${other}.\n${shell(`$ cat ${other}`)}`;
    const [done] = await performed(page);
    expect(done?.errors.map((error) => error.split(':')[1]).sort()).toEqual(['4', '5']);
  });

  test('that may be one of two is an error', async () => {
    const two = shell(`${write}; : > failures/pool-disjoint-$(echo 2234abcd).carveout`);
    const [done] = await performed(`${two}See ${OLD}.`);
    expect(done?.errors).toEqual([`a.md:4: no command of a page writes ${OLD}`]);
  });
});

test('durations do not count; with a time no number does; words always do', () => {
  const line = (cases: string, time: string, verdict = 'no law broken') => [
    `random     ${cases} cases in ${time} s`,
    `verdict    ${verdict}`,
  ];
  const judged = (command: string, now: readonly string[]) =>
    isSame(command, line('9', '0.8'), now);
  expect(judged('fuzz --cases 9', line('9', '12.3'))).toBe(true);
  expect(judged('fuzz --cases 9', line('8', '0.8'))).toBe(false);
  expect(judged('fuzz --time 10s', line('17,520', '10.0'))).toBe(true);
  expect(judged('fuzz --time 10s', line('9', '0.8', '1 distinct failures'))).toBe(false);
  expect(judged('fuzz --time 10s', line('9', '0.8').slice(1))).toBe(false);
});

test('a change fits in one place or is refused', () => {
  expect(patched('a\nb\nc\n', [' a', '-b', '+x', '+y'])).toBe('a\nx\ny\nc\n');
  expect(() => patched('a\na\n', ['-a', '+b'])).toThrow('more than once');
  expect(() => patched('ab\n', ['-b', '+c'])).toThrow('not in the file');
});

test.each(PERFORMED)('%s is the same when it is put together again', (name) => {
  const page = readFileSync(join(CHECKOUT, name), 'utf8');
  expect(partsOf(page, name).some((part) => part.is === 'block')).toBe(true);
  expect(pageOf(partsOf(page, name))).toBe(page);
});
