/**
 * Goal: the implementation with all of linux-6.12 planted answers what a running Linux answered,
 * and a recorded answer that is another one is noticed. Method: the committed traces, in a process
 * with the bugs; `npm run test:linux` asks a kernel the same again.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { corpusDirectory } from '../../cli/fuzzing.ts';
import { refusalOf } from '../../linux/limits.ts';
import { readCorpus } from '../../properties/runner/corpus.ts';
import { ask, temporaryFolder } from '../cli/launch.ts';
import { twinOf } from './planted.ts';
import { RECORDED } from './recorded.ts';

describe('what Linux answered', () => {
  const folder = temporaryFolder();

  test('is recorded of every scenario that the rig takes', () => {
    const accepted = readCorpus(corpusDirectory())
      .filter(({ scenario }) => refusalOf(scenario.machine) === null)
      .map(({ path }) => basename(path, '.carveout'))
      // A census alone, which Linux does not answer.
      .filter((name) => name !== 'empty-region-in-ram');
    const recorded = RECORDED.map((path) => basename(path, '.trace'));
    expect(accepted.filter((name) => !recorded.includes(name))).toEqual([]);
  });

  test('is answered here', { timeout: 60_000 }, () => {
    expect(RECORDED.length).toBeGreaterThan(40);
    const { status, stdout } = twinOf(['--recorded', ...RECORDED]);
    const told = stdout.split('\n').filter((line) => line.startsWith('  '));
    expect(told.filter((line) => !line.startsWith('  same '))).toEqual([]);
    expect(told.length).toBe(RECORDED.length);
    expect(status).toBe(0);
  });

  test('is noticed when it was another answer', { timeout: 60_000 }, () => {
    const bounced = RECORDED.find((path) => path.includes('bounce-limit'))!;
    const forged = join(folder, 'forged.trace');
    const text = readFileSync(bounced, 'utf8');
    const lie = text.replace('"is":"error","errno":"EIO"', '"is":"error","errno":"ENOMEM"');
    expect(lie).not.toBe(text);
    writeFileSync(forged, lie);
    const { status, stdout } = twinOf(['--recorded', forged]);
    expect(stdout).toMatch(/ {2}different {2}.*: ENOMEM\n {2}here {7}EIO/);
    expect(status).toBe(1);
  });

  test('is refused when it answers other questions', { timeout: 60_000 }, () => {
    const bounced = RECORDED.find((path) => path.includes('bounce-limit'))!;
    const short = join(folder, 'short.trace');
    const lines = readFileSync(bounced, 'utf8').split('\n');
    // Nothing can be built of what was never allocated, so that the tables are not asked for.
    writeFileSync(short, lines.filter((line) => !line.includes('"op":"alloc_contig"')).join('\n'));
    const { status, stderr } = twinOf(['--recorded', short]);
    expect(stderr).toMatch(/short\.trace:\d+: .*record the trace anew/);
    expect(status).toBe(2);
  });

  test('is asked of traces alone', async () => {
    const ran = await ask(['twin', '--recorded']);
    expect(ran.code).toBe(2);
  });
});
