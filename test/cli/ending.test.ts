// Goal: help, version, and an exit code for every kind of end. Method: the launcher in processes
// of its own; a defect is made by breaking a method of the language under it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { tellError } from '../../cli/ending.ts';
import { runCommand } from '../../cli/main.ts';
import { launch, said, temporaryFolder } from './launch.ts';

const TOP = join(import.meta.dirname, '../..');
const cwd = temporaryFolder();

describe('help', () => {
  it('says what it is, and helps with every command it has', async () => {
    const help = await said(['-h']);
    expect([await said(['--help']), await said(['help'])]).toEqual([help, help]);
    expect(help).toContain('70 a defect of carveout');
    const { version } = JSON.parse(readFileSync(join(TOP, 'package.json'), 'utf8'));
    expect(await said(['--version'])).toBe(`${version}\n`);
    const about = await said(['fuzz', '-h']);
    expect(about).toContain('usage: carveout fuzz');
    expect(await said(['help', 'fuzz'])).toBe(about);
  });

  it('refuses what is no command, and never offers the inner ones', async () => {
    await expect(runCommand([])).rejects.toThrow('which command?');
    await expect(runCommand(['help', 'fuz'])).rejects.toThrow('did you mean "fuzz"?');
    await expect(runCommand(['worke'])).rejects.toThrow(/"worke"$/);
  });
});

describe.concurrent('carveout', { timeout: 60_000 }, () => {
  it('refuses its inner commands', async () => {
    const ran = await launch(['worker'], { cwd });
    const message = 'carveout: "worker" is no command for people: carveout starts it itself\n';
    expect(ran).toEqual({ code: 2, out: '', err: message });
  });

  it('ends without a word when nobody reads on', async () => {
    const ran = await launch(['replay', join(TOP, 'corpus/attach-in-ram.carveout')], {
      cwd,
      deaf: true,
    });
    expect(ran).toEqual({ code: 141, out: '', err: '' });
  });

  it.each([
    ['in a command', 'throw new TypeError("gone")'],
    ['in a callback', 'setTimeout(() => { throw new TypeError("gone") }); return ""'],
  ])('calls a defect %s a defect, with its stack: 70', async (_, body) => {
    const script = `String.prototype.padEnd = () => { ${body} }`;
    const nodeWords = ['--import', `data:text/javascript,${script}`];
    const { code, err } = await launch(['--help'], { cwd, nodeWords });
    expect(code).toBe(70);
    expect(err).toContain('a defect of carveout, not a broken law');
    expect(err).toMatch(/TypeError: gone\n {4}at /);
  });
});

it('blames a full disk on the disk: 2', () => {
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  expect(tellError(full)).toBe(2);
  expect(told.mock.calls).toEqual([['carveout: ENOSPC: no space left on device\n']]);
  told.mockRestore();
});
