// Goal: replay takes files, pipes and several scenarios at once, and refuses what it cannot read or
// write. Method: the command, in this process; the launcher where stdin and planted bugs matter.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../cli/main.ts';
import { launch, said, temporaryFolder } from './launch.ts';

const CORPUS = join(import.meta.dirname, '../../corpus');
const cwd = temporaryFolder();
const plain = join(CORPUS, 'attach-in-ram.carveout');
const fixed = join(CORPUS, 'pool-size-zero.carveout');
/** The same scenario, on the built-in subject with the bug. */
const planted = readFileSync(fixed, 'utf8').replace(
  'expect ok',
  'expect law pool/size-zero\nbugs pool-size-zero',
);

describe('replay', { timeout: 60_000 }, () => {
  it('prints one document for all files, planted bugs and stdin included', async () => {
    const ran = await launch(['replay', '--json', plain, '-', fixed], { cwd, input: planted });
    expect([ran.code, ran.err]).toEqual([0, '']);
    const document = JSON.parse(ran.out);
    expect(document).toMatchObject({ carveout: 'replay', version: 1 });
    expect(document.replays).toMatchObject([
      { file: plain, asExpected: true, observed: 'ok', violation: null },
      { file: '-', asExpected: true, observed: 'law pool/size-zero' },
      { file: fixed, asExpected: true, observed: 'ok' },
    ]);
    expect(document.replays[1].violation.law).toBe('pool/size-zero');
    expect(Object.keys(document.replays[0].steps[0])).toEqual(['op', 'outcome', 'sent']);
  });

  it('runs what a file of planted bugs names, and stops at an id that is none', async () => {
    const file = join(cwd, 'planted.carveout');
    writeFileSync(file, planted.replace('bugs pool', 'bugs polo'));
    const ran = await launch(['replay', '--json', file, plain], { cwd });
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toContain('no bug or family is called "polo-size-zero"');
  });

  it.each([
    ['a folder', [cwd], `${cwd}: found a folder, expected a readable scenario file`],
    ['nothing', [join(cwd, 'nothing')], 'no such file'],
    ['stdin twice', ['-', '-'], 'replay: - can be read once'],
  ])('refuses %s', async (_, words, message) => {
    await expect(runCommand(['replay', ...words])).rejects.toThrow(message);
  });

  it('writes a trace to a file, and to nothing else', async () => {
    const trace = join(cwd, 'a.trace');
    await said(['replay', plain, '--trace', trace]);
    const written = readFileSync(trace, 'utf8');
    expect(written).toMatch(/^\{"carveout":"trace"/);
    const folder = join(cwd, 'folder');
    const link = join(cwd, 'link');
    mkdirSync(folder);
    symlinkSync(trace, link);
    for (const path of [folder, link, join(trace, 'below')]) {
      const refused = runCommand(['replay', plain, '--trace', path]);
      await expect(refused).rejects.toThrow(/not a (regular file|folder)$/);
    }
    expect(readFileSync(trace, 'utf8')).toBe(written);
  });
});
