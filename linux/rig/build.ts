/** The module, the init and the initrd with both, made once for a kernel and a set of sources. */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { C_TABLES_FILE } from '../c-tables.ts';
import { cacheDirectory, completeEntry, keyOf } from './cache.ts';
import type { KernelFiles } from './kernel-files.ts';
import { run } from './run.ts';
import { CROSS } from './tools.ts';

export interface BuildOptions {
  /** Folder of the module's sources, `init.c` among them. */
  readonly sources: string;
  /** Text of the generated header, C_TABLES_FILE beside the sources. */
  readonly header: string;
  /** Default: cacheDirectory(). */
  readonly cache?: string;
  readonly onProgress?: (text: string) => void;
}

export interface Built {
  /** Path of a newc archive: `/init` and `/carveout.ko`. */
  readonly initrd: string;
  /** Milliseconds; 0: it was in the cache. */
  readonly buildMs: number;
}

/** Changes when the steps below do: what is in the cache was made by them, too. */
const RECIPE = 1;
const TIMEOUT_MS = 300_000;
/** Lines of a compiler's complaint. */
const LINES_MAX = 20;

/** Throws an Error with the compiler's last lines. */
export async function buildInitrd(kernel: KernelFiles, options: BuildOptions): Promise<Built> {
  const start = performance.now();
  const name = `${keyOf(kernel.version)}-${sourcesHash(options.sources, options.header)}`;
  const entry = join(options.cache ?? cacheDirectory(), 'linux', 'initrds', name);
  const made = await completeEntry(entry, async (scratch) => {
    options.onProgress?.(`building the module for ${kernel.release}`);
    const folder = join(scratch, 'build');
    cpSync(options.sources, folder, { recursive: true });
    writeFileSync(join(folder, C_TABLES_FILE), options.header);
    const root = join(scratch, 'root');
    mkdirSync(root);
    await makeModule(kernel, folder, root);
    await compileInit(folder, root);
    await pack(root, join(scratch, ARCHIVE));
    for (const done of [folder, root]) rmSync(done, { recursive: true });
  });
  const buildMs = made ? performance.now() - start : 0;
  return { initrd: join(entry, ARCHIVE), buildMs };
}

const ARCHIVE = 'initrd.cpio';
const MODULE = 'carveout.ko';

/** Of every file below the folder by name and content, and of the header: 16 hex digits. */
export function sourcesHash(sources: string, header: string): string {
  const hash = createHash('sha256').update(JSON.stringify([RECIPE, header]));
  const names = readdirSync(sources, { recursive: true, encoding: 'utf8' }).sort();
  for (const name of names.filter((one) => statSync(join(sources, one)).isFile())) {
    hash.update(JSON.stringify([name, readFileSync(join(sources, name), 'utf8')]));
  }
  return hash.digest('hex').slice(0, 16);
}

async function makeModule(kernel: KernelFiles, folder: string, root: string): Promise<void> {
  const variables = [
    'ARCH=arm64',
    `CROSS_COMPILE=${CROSS}`,
    // Debian asks for one version; what differs by it does not concern a module.
    `CC=${CROSS}gcc`,
    // Type information of modules needs pahole, and nothing here reads it.
    'CONFIG_DEBUG_INFO_BTF_MODULES=',
  ];
  const jobs = `-j${availableParallelism()}`;
  await must('make', [jobs, '-C', kernel.headers, `M=${folder}`, ...variables, 'modules'], folder);
  copyFileSync(join(folder, MODULE), join(root, MODULE));
  // Ten times smaller; an oops names functions all the same.
  await must(`${CROSS}strip`, ['--strip-debug', join(root, MODULE)], folder);
}

async function compileInit(folder: string, root: string): Promise<void> {
  await must(`${CROSS}gcc`, ['-O2', '-static', 'init.c', '-o', join(root, 'init')], folder);
  await must(`${CROSS}strip`, [join(root, 'init')], folder);
}

async function pack(root: string, archive: string): Promise<void> {
  const args = ['--create', '--format=newc', '--owner=+0:+0', '--quiet', `--file=${archive}`];
  await must('cpio', args, root, `init\n${MODULE}\n`);
}

/** Runs a step of the build. Its folder is temporary, so messages name files without it. */
async function must(program: string, args: readonly string[], cwd: string, input = '') {
  const done = await run(program, args, { timeoutMs: TIMEOUT_MS, cwd, input });
  if (done.ok) return;
  const said = complaintOf(done.stderr.replaceAll(`${cwd}/`, '').replaceAll(HEADERS, ''));
  throw new Error(`${program} failed:\n${said || done.reason}`);
}

/** Where the kernel's headers are, up to the folder that tells them apart. */
const HEADERS = /\/\S*\/usr\/src\/(?=linux-headers-)/g;

/** From the first error on, which others often follow from; without one the last lines. */
export function complaintOf(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const first = lines.findIndex((line) => /\berror\b/i.test(line));
  const from = first < 0 ? Math.max(0, lines.length - LINES_MAX) : first;
  return lines.slice(from, from + LINES_MAX).join('\n');
}
