// Goal: a command line that would judge nothing, or says two things at once, is refused before
// anything runs. Method: the commands, in this process.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../cli/main.ts';
import { UsageError } from '../../cli/usage.ts';
import { said, temporaryFolder } from './launch.ts';

const folder = temporaryFolder();
const empty = mkdtempSync(join(folder, 'empty-'));
const file = join(folder, 'file');
writeFileSync(file, '');

async function complaint(...args: readonly string[]): Promise<string> {
  const error: unknown = await runCommand(args).then(
    () => new Error('it ran'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof UsageError)) throw error;
  return error.message;
}

describe('a budget', () => {
  it.each([
    ['--time 0s', '--time 0s: expected a time above 0'],
    ['--timeout 0ms --cases 1', '--timeout 0ms: expected a time above 0'],
    ['--case 5 --shard 2/2', '--case runs a single case: it does not go with --shard'],
    ['--case 5 --cases 3', '--case runs a single case: it does not go with --cases'],
    ['--case 5 --jobs 2', '--case runs a single case: it does not go with --jobs'],
    ['--cases 64 --shard 2/2', '--cases 64 --shard 2/2: no case is left for this part'],
    ['--no-corpus --corpus corpus', '--corpus and --no-corpus: one of the two'],
  ])('%s is refused', async (words, message) => {
    expect(await complaint('fuzz', ...words.split(' '))).toContain(message);
  });

  it.each([
    [['fuzz', '--time', '5 minutes'], '--time'],
    [['fuzz', '--shard', '5/4'], '1 <= I <= N'],
    [['fuzz', '--jobs', '0'], '--jobs'],
    [['fuzz', '--known', 'nothing-like-that'], 'nothing-like-that'],
    [['fuzz', '--seed', 'a"b'], '--seed: no quotes or line ends'],
    [['fuzz', '--subject', 'two\nlines'], '--subject: one line'],
    [['replay'], 'which'],
  ])('and other options out of range: %j', async (words, message) => {
    expect(await complaint(...words)).toContain(message);
  });

  it('of one case more reaches the second part', async () => {
    const words = ['fuzz', '--no-corpus', '--json', '--seed', 'parts', '--cases', '65'];
    const { phases } = JSON.parse(await said([...words, '--shard', '2/2']));
    expect(phases[0]).toMatchObject({ cases: 1, lastCase: 64 });
  });
});

describe('a folder', () => {
  const below = join(file, 'below');
  const paths = { missing: join(folder, 'missing'), empty, file, below };

  it.each([
    ['corpus', 'missing', 'no such folder'],
    ['corpus', 'file', 'not a folder'],
    ['corpus', 'below', 'no such folder'],
    ['corpus', 'empty', 'no .carveout file in it'],
  ] as const)('is refused: --%s %s', async (option, what, message) => {
    const path = paths[what];
    const words = ['fuzz', '--cases', '1', `--${option}`, path];
    expect(await complaint(...words)).toBe(`--${option} ${path}: ${message}`);
  });

  it.each([
    ['missing', 'no such folder'],
    ['file', 'not a folder'],
    ['empty', 'no .dtb file in or below it'],
  ] as const)('is refused: boards --dir %s', async (what, message) => {
    expect(await complaint('boards', '--dir', paths[what])).toBe(
      `--dir ${paths[what]}: ${message}`,
    );
  });

  it('with something unreadable in it is bad input, too', async () => {
    const boards = mkdtempSync(join(folder, 'boards-'));
    mkdirSync(join(boards, 'a.dtb'));
    const message = `${join(boards, 'a.dtb')}: found a folder`;
    await expect(runCommand(['boards', '--dir', boards])).rejects.toThrow(message);
  });
});
