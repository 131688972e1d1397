/**
 * Proves the package as users get it: packs it, looks at what is inside, lets publint and attw
 * judge it, then installs the tarball elsewhere, runs its command line and compiles a program
 * against it.
 */
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadLinks } from './links.ts';

const REPOSITORY = join(import.meta.dirname, '..');
const TOOLS = join(REPOSITORY, 'node_modules/.bin');

/** What a user's program writes; it must compile with the strictest settings and then run. */
const CONSUMER = `
import type { CampaignResult, Machine, Outcome, Subject, SyncSession } from 'carveout';
import { assert, carveoutSubject, caseArbitrary, check, LawBrokenError } from 'carveout';
import { machineArbitrary, parseScenario, printScenario } from 'carveout';
import * as fc from 'fast-check';

const session: SyncSession = {
  booted: { warnings: [] },
  apply: (op): Outcome => (op.op === 'alloc_coherent' ? { is: 'none' } : { is: 'ok' }),
};
const subject: Subject = {
  kind: 'sync',
  name: 'mine',
  observes: new Set(['phys']),
  accepts: (machine: Machine) => (machine.cpus > 1 ? 'one CPU only' : null),
  boot: () => session,
};
const budget = { seed: 'consumer', cases: 100 };
const clean: CampaignResult = await check(carveoutSubject, budget);
if (clean.cases !== 100 || clean.buckets.length > 0) throw new Error('not clean');
const laws: readonly string[] = await assert(subject, budget).then(
  () => [],
  (error: unknown) => (error instanceof LawBrokenError ? error.laws : ['not a broken law']),
);
if (!laws.includes('pool/complete')) throw new Error('an empty subject breaks ' + laws.join());

const expect = { kind: 'ok' } as const;
const cases = machineArbitrary().chain((machine) => caseArbitrary(machine));
const header = { expect, found: null, bugs: [], subject: null, known: [] };
for (const { machine, program } of fc.sample(cases, { numRuns: 20, seed: 1 })) {
  const text = printScenario({ header, machine, program });
  if (printScenario(parseScenario(text, 'a file')) !== text) throw new Error(text);
}
`;

const CONSUMER_TSCONFIG = {
  compilerOptions: {
    target: 'ES2022',
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    types: [],
  },
  files: ['consumer.ts'],
};

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** Runs a program and answers what it printed; ends with its output if it exits otherwise. */
function run(program: string, words: readonly string[], cwd: string, exit = 0): string {
  const options: SpawnSyncOptions = { cwd, env: { ...process.env, FORCE_COLOR: '0' } };
  const done = spawnSync(program, words, { ...options, encoding: 'utf8' });
  if (done.error !== undefined) throw done.error;
  if (done.status !== exit) {
    const said = `${done.stdout}${done.stderr}`;
    fail(`${program} ${words.join(' ')}: exit code ${done.status}, expected ${exit}\n${said}`);
  }
  return done.stdout;
}

function fail(message: string): never {
  throw new Error(`package: ${message}`);
}

function pack(folder: string): Packed {
  // npm's own script output would precede the JSON, so building is a step of its own.
  run('npm', ['run', 'build'], REPOSITORY);
  const words = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [packed] = JSON.parse(run('npm', words, REPOSITORY)) as Packed[];
  return packed ?? fail('npm pack answered nothing');
}

function checkContents({ files }: Packed): void {
  const paths = new Set(files.map(({ path }) => path));
  const wanted = ['LICENSE', 'README.md', 'CHANGELOG.md', 'bin/carveout.js', 'dist/cli/main.js'];
  for (const path of [...wanted, 'dist/api.js', 'dist/api.d.ts']) {
    if (!paths.has(path)) fail(`${path} is missing`);
  }
  const strays = [...paths].filter(
    (path) =>
      (path.endsWith('.ts') && !path.endsWith('.d.ts') && !path.startsWith('examples/')) ||
      /^(test|\.|failures|dist\/test)/.test(path),
  );
  if (strays.length > 0) fail(`does not belong in the package: ${strays.join(', ')}`);
  const pages = [...paths].filter((path) => path.endsWith('.md'));
  const texts = pages.map((path) => [path, readFileSync(join(REPOSITORY, path), 'utf8')] as const);
  const dead = deadLinks(new Map(texts), paths);
  if (dead.length > 0) fail(`links of packed pages:\n${dead.join('\n')}`);
}

function checkInstalled(tarball: string, folder: string): void {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  run('npm', ['install', '--no-audit', '--no-fund', tarball], folder);

  const command = join(folder, 'node_modules/.bin/carveout');
  if (run(command, ['--help'], folder).trim() === '') fail('--help prints nothing');
  run(command, ['no-such-command'], folder, 2);
  const corpus = join(folder, 'node_modules/carveout/corpus');
  const names = existsSync(corpus) ? readdirSync(corpus) : [];
  const scenarios = names.filter((name) => name.endsWith('.carveout'));
  for (const name of scenarios) {
    const path = join(corpus, name);
    // Planted bugs edit sources, which a package has none of: it has to say so.
    const isPlanted = /^bugs /m.test(readFileSync(path, 'utf8'));
    run(command, ['replay', path], folder, isPlanted ? 2 : 0);
  }
  console.log(`runs: --help, a wrong command, ${scenarios.length} scenarios of the corpus`);

  writeFileSync(join(folder, 'consumer.ts'), CONSUMER);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(CONSUMER_TSCONFIG));
  run(join(TOOLS, 'tsc'), [], folder);
  run('node', ['consumer.js'], folder);
  console.log('a typed program compiles against it and runs');
}

const folder = mkdtempSync(join(tmpdir(), 'carveout-package-'));
try {
  const packed = pack(folder);
  checkContents(packed);
  console.log(`packed ${packed.files.length} files, ${Math.ceil(packed.size / 1024)} KiB`);
  const tarball = join(folder, packed.filename);
  run(join(TOOLS, 'publint'), ['run', tarball, '--strict'], REPOSITORY);
  run(join(TOOLS, 'attw'), [tarball, '--profile', 'esm-only', '--no-definitely-typed'], REPOSITORY);
  console.log('publint and attw find nothing');
  checkInstalled(tarball, join(folder, 'user'));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
