// Goal: the command line does what its help says. Method: the launcher in processes of its own
// where processes matter, else the command in this one.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LaunchOptions } from './launch.ts';
import { ask, launch, temporaryFolder } from './launch.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples/subject');
const BROKEN = `node ${join(EXAMPLES, 'pool-subject-broken.js')}`;
const GOOD = `node ${join(EXAMPLES, 'pool-subject.js')}`;
const directory = temporaryFolder();

const carveout = (args: readonly string[], options: Partial<LaunchOptions> = {}) =>
  launch(args, { cwd: directory, ...options });

interface Document {
  readonly verdict: string;
  readonly seed: string;
  readonly interrupted: boolean;
  readonly phases: readonly { readonly cases: number; readonly lastCase: number }[];
  readonly failures: readonly { readonly law: string; readonly file: string }[];
  readonly labels: Readonly<Record<string, number>>;
}

type Answered = Document & { readonly code: number | null };
const FUZZ = ['fuzz', '--json', '--no-corpus'];

async function fuzzJson(...args: string[]): Promise<Answered> {
  const { code, out } = await carveout([...FUZZ, ...args]);
  return { ...(JSON.parse(out) as Document), code };
}

async function askJson(...args: string[]): Promise<Answered> {
  const { code, out } = await ask([...FUZZ, ...args]);
  return { ...(JSON.parse(out) as Document), code };
}

describe.concurrent('carveout', { timeout: 60_000 }, () => {
  it('answers nonsense with 2 and a hint', async () => {
    const { code, out, err } = await carveout(['fuzz', '--sede', 'x']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('did you mean "--seed"?');
  });

  it('finds the break of the broken example through the pipe, and the file replays', async () => {
    const failures = join(directory, 'piped');
    const args = ['--subject', BROKEN, '--seed', 'pipe', '--bail', '--failures', failures];
    const { code, failures: found } = await fuzzJson(...args, '--cases', '400');
    expect(code).toBe(1);
    expect(['free/returns-all', 'pool/complete']).toContain(found[0]!.law);
    const again = await carveout(['replay', found[0]!.file]);
    expect([again.code, again.out.includes('as expected')]).toEqual([0, true]);
    const good = await carveout(['replay', found[0]!.file, '--subject', GOOD]);
    expect([good.code, good.out.includes('not as expected')]).toEqual([1, true]);
  });

  it('the good example breaks no law', async () => {
    const { code, failures } = await fuzzJson('--subject', GOOD, '--seed', 'pipe', '--cases', '64');
    expect([code, failures]).toEqual([0, []]);
  });

  it('Ctrl-C keeps what was found', async () => {
    const failures = join(directory, 'interrupted');
    const saved = () =>
      existsSync(failures) && readdirSync(failures).some((name) => name.endsWith('.carveout'));
    const args = ['fuzz', '--json', '--no-corpus', '--subject', BROKEN, '--failures', failures];
    const { code, out } = await carveout([...args, '--time', '50s'], { interrupt: saved });
    const document = JSON.parse(out) as Document;
    expect([code, document.interrupted]).toEqual([1, true]);
    expect(document.failures.length).toBeGreaterThan(0);
    for (const { file } of document.failures) expect(existsSync(file)).toBe(true);
  });
});

describe('a command', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('the same seed gives the same run, alone, in shards and in several processes', async () => {
    const budget = ['--seed', 'a date', '--cases', '128'];
    const whole = await askJson(...budget);
    const first = await askJson(...budget, '--shard', '1/2');
    const second = await askJson(...budget, '--shard', '2/2');
    const jobs = await fuzzJson(...budget, '--jobs', '2');
    expect([whole.code, whole.verdict, whole.seed]).toEqual([0, 'clean', 'a date']);
    expect(whole.phases[0]!.lastCase).toBe(127);
    const sum = Object.fromEntries(
      Object.keys(whole.labels).map((label) => [
        label,
        (first.labels[label] ?? 0) + (second.labels[label] ?? 0),
      ]),
    );
    expect(sum).toEqual(whole.labels);
    expect(jobs.labels).toEqual(whole.labels);
  });

  it('a known row that is never hit is stale: exit code 1', async () => {
    const args = [
      'fuzz',
      '--no-corpus',
      '--cases',
      '8',
      '--seed',
      's',
      '--known',
      'pool-size-zero',
    ];
    const { code, out } = await ask(args);
    expect(code).toBe(1);
    expect(out).toContain('never hit: the row is stale');
  });

  it('takes the seed from the environment and prints it first', async () => {
    vi.stubEnv('CARVEOUT_SEED', 'ci-8c1f2e');
    const { code, out } = await ask(['fuzz', '--cases', '8', '--no-corpus']);
    expect([code, out.split('\n')[0]]).toEqual([0, 'seed "ci-8c1f2e"']);
  });

  it('a broken scenario is refused with its place, and nothing is written', async () => {
    const file = join(directory, 'bad.carveout');
    const trace = join(directory, 'bad.trace');
    writeFileSync(file, 'carveout scenario 1\nprofile arm64\nbank 0x0 1G\ndevise d0\n');
    const { code, err } = await ask(['replay', file, '--trace', trace]);
    expect(code).toBe(2);
    expect(err).toContain(`${file}:4:1: found "devise"`);
    expect(err).toContain('did you mean "device"?');
    expect(existsSync(trace)).toBe(false);
  });

  it('records a trace and judges it; a forged line is found', async () => {
    const trace = join(directory, 'good.trace');
    const scenario = join(import.meta.dirname, '../../corpus/pool-vector-16-pages.carveout');
    const recorded = await ask(['replay', scenario, '--trace', trace]);
    const judged = await ask(['judge', trace]);
    expect([recorded.code, judged.code]).toEqual([0, 0]);
    expect(judged.out).toContain('no law broken');
    const forged = join(directory, 'forged.trace');
    writeFileSync(
      forged,
      readFileSync(trace, 'utf8').replace('"phys":"0x80004000"', '"phys":"0x80000000"'),
    );
    const found = await ask(['judge', forged]);
    expect([found.code, found.out.includes('pool/disjoint broken')]).toEqual([1, true]);
  });

  it('a single case of a seed runs alone', async () => {
    const { phases, labels } = await askJson('--seed', 'one', '--case', '41877');
    expect(phases[0]).toMatchObject({ cases: 1, lastCase: 41877 });
    expect(labels['operations']).toBeGreaterThan(0);
  });
});
