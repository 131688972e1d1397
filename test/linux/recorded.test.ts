/**
 * Goal: the implementation with all of linux-6.12 planted answers what a running Linux answered,
 * and a recorded answer that is another one is noticed. Method: the committed traces, in a process
 * with the bugs; `npm run test:linux` asks a kernel the same again.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { corpusDirectory } from '../../cli/fuzzing.ts';
import { readTwinFile } from '../../cli/twin-files.ts';
import type { TraceStep } from '../../contract/json/trace.ts';
import { refusalOf } from '../../linux/limits.ts';
import { readCorpus } from '../../properties/runner/corpus.ts';
import { RecordedSession } from '../../properties/twin/recorded.ts';
import { ask, temporaryFolder } from '../cli/launch.ts';
import { twinOf } from './planted.ts';
import { RECORDED } from './recorded.ts';

const BOUNCED = RECORDED.find((path) => path.includes('bounce-limit'))!;

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

  test('is answered here, and noticed where it was another answer', { timeout: 60_000 }, () => {
    expect(RECORDED.length).toBeGreaterThan(40);
    const forged = join(folder, 'forged.trace');
    const text = readFileSync(BOUNCED, 'utf8');
    const lie = text.replace('"is":"error","errno":"EIO"', '"is":"error","errno":"ENOMEM"');
    expect(lie).not.toBe(text);
    writeFileSync(forged, lie);
    const { status, stdout } = twinOf(['--recorded', ...RECORDED, forged]);
    const told = stdout.split('\n').filter((line) => line.startsWith('  '));
    expect(told.filter((line) => line.startsWith('  same ')).length).toBe(RECORDED.length);
    expect(told.slice(-2).join('\n')).toMatch(/^ {2}different {2}.*: ENOMEM\n {2}here {7}EIO$/);
    expect(told.length).toBe(RECORDED.length + 2);
    expect(status).toBe(1);
  });

  test('is no answer to other questions', async () => {
    const { recorded } = await readTwinFile(BOUNCED);
    const session = new RecordedSession(recorded!);
    const [{ op }, , third] = recorded!.steps as readonly [TraceStep, TraceStep, TraceStep];
    expect(await session.run([op])).toHaveLength(1);
    await expect(session.run([third.op])).rejects.toThrow(/trace:3: .*record the trace anew/);
  });

  test('is asked of traces alone', async () => {
    const ran = await ask(['twin', '--recorded']);
    expect(ran.code).toBe(2);
  });
});
