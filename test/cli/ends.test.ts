// Goal: however a run ends, it says so, blames nobody for it and leaves no process behind. Method:
// the launcher with subjects that misbehave, and with signals to it alone.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { firstFailure, launch } from './launched.ts';
import { NODE, SPEAKER } from './subjects.ts';

const GOOD = join(import.meta.dirname, '../../examples/subject/pool-subject.js');
const CORPUS = join(import.meta.dirname, '../../corpus');
const directory = mkdtempSync(join(tmpdir(), 'carveout-ends-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const carveout = (...args: readonly string[]) => launch(directory, ...args).ended;
const speaker = (what: string) => ['--subject', `${NODE} "${SPEAKER}" ${what}`];

interface Document {
  readonly verdict: string;
  readonly interrupted: boolean;
  readonly corpus: { readonly files: number; readonly refused: number };
  readonly phases: readonly { readonly cases: number; readonly refusedMachines: number }[];
  readonly failures: readonly unknown[];
}

describe.concurrent('a subject', () => {
  it('that answers nonsense is bad input, from every process', async () => {
    const args = ['fuzz', '--no-corpus', '--cases', '200', '--jobs', '2', ...speaker('nonsense')];
    const { code, out, err } = await carveout(...args);
    expect([code, out.includes('verdict')]).toEqual([2, false]);
    expect(err).toContain('found 5 at $.outcomes, expected a list of outcomes');
    expect(err).toContain(String.raw`hint: the line is "{\"outcomes\":5}"`);
    expect(err).not.toMatch(/^ +at /m);
  });

  it('that refuses every machine is not judged, the corpus included', async () => {
    const { code, out } = await carveout('fuzz', '--json', '--cases', '20', ...speaker('refuse'));
    const { verdict, corpus, phases } = JSON.parse(out) as Document;
    expect([code, verdict, corpus.files]).toEqual([1, 'empty', 0]);
    expect(corpus.refused).toBeGreaterThan(10);
    expect(phases).toMatchObject([{ cases: 0, refusedMachines: 3 }]);
  });

  it('that refuses the machine of a file cannot replay it', async () => {
    const file = join(CORPUS, 'pool-size-zero.carveout');
    const { code, err } = await carveout('replay', file, ...speaker('refuse'));
    expect(code).toBe(2);
    expect(err).toContain('subject "speaker": found a refusal of the machine (too large)');
    expect(err).not.toMatch(/^ +at /m);
  });

  it('is not to blame for a signal in the middle of a case, which is finished', async () => {
    const signal = join(directory, 'signal.mjs');
    // The subject itself sends the signal, before it answers its first batch.
    writeFileSync(
      signal,
      `const { write } = process.stdout;
       process.stdout.write = (text, ...rest) => {
         if (String(text).includes('"outcomes"')) {
           process.stdout.write = write;
           process.kill(process.ppid, 'SIGINT');
         }
         return write.call(process.stdout, text, ...rest);
       };`,
    );
    const subject = `${NODE} --import "${signal}" "${GOOD}"`;
    const args = [
      'fuzz',
      '--json',
      '--no-corpus',
      '--seed',
      'one',
      '--time',
      '10m',
      '--subject',
      subject,
    ];
    const { code, out } = await carveout(...args);
    const { verdict, interrupted, failures, phases } = JSON.parse(out) as Document;
    expect([code, verdict, interrupted, failures]).toEqual([0, 'clean', true, []]);
    expect(phases[0]!.cases).toBeGreaterThan(0);
  });
});

describe.concurrent('a run', () => {
  it('whose failures could not be written does not begin', async () => {
    const { code, out, err } = await carveout('fuzz', '--cases', '8', '--failures', '/proc/none');
    expect([code, out.includes('verdict')]).toEqual([2, false]);
    expect(err).toMatch(/^carveout: .*\/proc\/none.*\n$/);
  });

  it('with planted bugs, in several processes, ends with a report when it is told to', async () => {
    const args = ['fuzz', '--json', '--no-corpus', '--bugs', 'pool-size-zero', '--jobs', '2'];
    const { child, ended } = launch(directory, ...args, '--time', '10m', '--failures', 'told');
    await firstFailure(join(directory, 'told'));
    child.kill('SIGTERM');
    const { code, out, err } = await ended;
    const { verdict, interrupted, failures } = JSON.parse(out) as Document;
    expect([code, verdict, interrupted, err]).toEqual([1, 'broken', true, '']);
    expect(failures.length).toBeGreaterThan(0);
  });

  it('of several processes leaves none when its parent is killed', async () => {
    const args = ['fuzz', '--no-corpus', '--jobs', '2', '--time', '10m', '--failures', 'killed'];
    const subject = `${NODE} "${join(GOOD, '../pool-subject-broken.js')}"`;
    const { child, ended } = launch(directory, ...args, '--subject', subject);
    await firstFailure(join(directory, 'killed'));
    child.kill('SIGKILL');
    const { code, err } = await ended;
    expect([code, err]).toEqual([null, '']);
  });
});
