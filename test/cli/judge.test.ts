// Goal: judge reads traces from anywhere, and says when there was nothing to judge. Method: the
// command on a recorded trace and on cut ones; the launcher where it reads from its stdin.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../cli/main.ts';
import { JSON_LIMITS } from '../../contract/json/line.ts';
import { launch, said, temporaryFolder } from './launch.ts';

const scenario = join(import.meta.dirname, '../../corpus/pool-size-zero.carveout');
const cwd = temporaryFolder();
const trace = join(cwd, 'good.trace');
const cut = join(cwd, 'cut.trace');
const put = (lines: readonly string[]) => writeFileSync(cut, `${lines.join('\n')}\n`);
let lines: readonly string[] = [];

beforeAll(async () => {
  await said(['replay', scenario, '--trace', trace]);
  lines = readFileSync(trace, 'utf8').trimEnd().split('\n');
}, 60_000);

describe('a trace is read', { timeout: 60_000 }, () => {
  it('from a file, with or without an end of its last line', async () => {
    const verdict = `${lines.length - 1} of ${lines.length - 1} operations judged, no law broken\n`;
    expect(await said(['judge', trace])).toBe(`${trace}: ${verdict}`);
    writeFileSync(cut, lines.join('\r\n'));
    expect(await said(['judge', cut])).toBe(`${cut}: ${verdict}`);
  });

  it('from stdin', async () => {
    const ran = await launch(['judge', '-'], { cwd, input: readFileSync(trace, 'utf8') });
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toMatch(/^-: (\d+) of \1 operations judged, no law broken\n$/);
  });

  it('from a named pipe', async () => {
    const pipe = join(cwd, 'pipe');
    execFileSync('mkfifo', [pipe]);
    // Opening a pipe waits for the other side, so that is another process.
    const written = once(spawn('cp', [trace, pipe]), 'close');
    expect(await said(['judge', pipe])).toContain('no law broken');
    expect(await written).toEqual([0, null]);
  });

  it.each([
    ['a folder', cwd, `${cwd}: found a folder, expected a trace`],
    ['nothing', join(cwd, 'nothing'), 'no such file'],
  ])('but not from %s', async (_, path, message) => {
    await expect(runCommand(['judge', path])).rejects.toThrow(message);
  });

  it('line by line: one without an end is refused while it is read', async () => {
    writeFileSync(cut, ' '.repeat(JSON_LIMITS.line + 2 ** 17));
    const refused = runCommand(['judge', cut]);
    await expect(refused).rejects.toThrow(`${cut}:1: found a line without an end`);
  });
});

describe('the verdict', () => {
  it('is that nothing was judged, with the reasons', async () => {
    put([
      lines[0]!,
      '{"op":"free","buffer":"h0","outcome":{"is":"ok"}}',
      '{"op":"free","buffer":"h1","outcome":{"is":"skipped"}}',
      '{"op":"alloc_coherent","device":"d0","size":1,"out":"h0","outcome":{"is":"none"}}',
    ]);
    // Of one that does not say where memory is, only pools have a meaning.
    expect(await said(['judge', '--observes', 'handle', cut], 1)).toBe(
      [
        `${cut}: 0 of 3 operations judged, nothing judged`,
        '  free            2 not judged: names nothing alive',
        '  alloc_coherent  1 not judged: it has nothing to apply to',
        '',
      ].join('\n'),
    );
    put(lines.slice(0, 1));
    expect(await said(['judge', cut], 1)).toContain('0 of 0 operations judged, nothing judged');
  });

  it('is a document, too', async () => {
    const clean = JSON.parse(await said(['judge', '--json', '--observes', 'phys', trace]));
    const operations = lines.length - 1;
    expect(clean).toMatchObject({ file: trace, verdict: 'clean', operations, judged: operations });
    expect(clean).toMatchObject({ unjudged: [], violation: null, step: null });
    expect(clean.notJudged).toContain('boot/default-pool');
    put([lines[0]!, '{"op":"attach","device":"d0","outcome":{"is":"none"}}', lines[1]!]);
    const broken = JSON.parse(await said(['judge', '--json', cut], 1));
    expect(broken).toMatchObject({ verdict: 'broken', operations: 1, judged: 1, step: 0 });
    expect(Object.keys(broken.violation)).toEqual(['law', 'expected', 'observed']);
  });
});
