/**
 * Fetches real device trees: the pinned Debian package of arm64 kernels, 1712 boards in 4.7 MB.
 *
 * Trees are GPL-2.0 in part, so none is committed; they are fetched when somebody asks for them,
 * into a cache outside the repository, and verified by SHA-256. When that is not possible the
 * answer is a reason, for the caller to show next to what it skips.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Apt, mirrors, openApt } from './fetch/apt.ts';
import { runPipe } from './fetch/process.ts';

export interface Pin {
  readonly suite: string;
  readonly architecture: string;
  readonly package: string;
  readonly version: string;
  /** Of the package file. */
  readonly sha256: string;
  /** Boards in it. */
  readonly boards: number;
}

export const PINNED: Pin = {
  suite: 'trixie-backports',
  architecture: 'arm64',
  package: 'linux-base-7.3.4+deb13-arm64',
  version: '7.3.4-1~bpo13+1',
  sha256: '84e0027833982d189bd1b2285511fc2e0c1f785c9adf66acd9d9243026706bb6',
  boards: 1712,
};

/** Any package of the suite with trees of the same architecture. */
const STAND_IN = /^linux-base-[0-9][^ ]*-arm64$/;
const UNPACK_TIMEOUT_MS = 120_000;

export type Fetched =
  | {
      readonly is: 'fetched';
      /** Absolute paths of the .dtb files, sorted. */
      readonly files: readonly string[];
      /** Absolute; the files lie below it, in `<vendor>/<board>.dtb`. */
      readonly directory: string;
      readonly package: string;
      /** False: a stand-in package, so that only structural checks make sense. */
      readonly pinned: boolean;
      /** Did a key of this machine sign the index? Null: from the cache. */
      readonly authenticated: boolean | null;
    }
  | { readonly is: 'unavailable'; readonly reason: string };

/** `$XDG_CACHE_HOME/carveout`, or `~/.cache/carveout`. */
export function cacheDirectory(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return base ? join(base, 'carveout') : join(homedir(), '.cache', 'carveout');
}

/** The boards of the pinned package, from the cache or the network; never throws. */
export async function fetchBoards(pin: Pin = PINNED, cache = cacheDirectory()): Promise<Fetched> {
  try {
    const boards = join(cache, 'boards');
    const directory = join(boards, pin.sha256.slice(0, 16));
    if (existsSync(directory)) return found(directory, pin.package, true, null);
    mkdirSync(boards, { recursive: true });
    // Of this process alone: two of them may fetch at the same time.
    const scratch = mkdtempSync(join(cache, 'fetch-'));
    try {
      return await download(pin, { boards, scratch }, directory);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  } catch (error) {
    return unavailable(error instanceof Error ? error.message : String(error));
  }
}

/** Where unpacked packages stay, and where this process works. */
interface Places {
  readonly boards: string;
  readonly scratch: string;
}

async function download(pin: Pin, places: Places, directory: string): Promise<Fetched> {
  const bases = await mirrors();
  if (typeof bases === 'string') return unavailable(bases);
  let reason = '';
  for (const base of bases) {
    const apt = await openApt(join(places.scratch, 'apt'), base, pin.suite, pin.architecture);
    if (typeof apt === 'string') {
      reason = apt;
      continue;
    }
    const got = await downloadFile(apt, places.scratch, `${pin.package}=${pin.version}`);
    if (!got.ok) return await standIn(apt, pin, places, got.reason);
    const sum = createHash('sha256').update(readFileSync(got.file)).digest('hex');
    if (sum !== pin.sha256) {
      return unavailable(`${pin.package} has SHA-256 ${sum}, expected ${pin.sha256}`);
    }
    const problem = await unpack(got.file, places.scratch, directory);
    if (problem !== undefined) return unavailable(problem);
    return found(directory, pin.package, true, apt.authenticated);
  }
  return unavailable(reason);
}

/** The pinned version left the archive: another kernel of the suite, if its index was signed. */
async function standIn(apt: Apt, pin: Pin, places: Places, why: string): Promise<Fetched> {
  if (!apt.authenticated) return unavailable(`${why}; nothing signed could stand in`);
  const listed = await apt.run('apt-cache', ['pkgnames', 'linux-base-']);
  const names = listed.stdout.split('\n').filter((name) => STAND_IN.test(name));
  const name = names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  if (name === undefined) return unavailable(`${why}; ${pin.suite} has no other package of trees`);
  const directory = join(places.boards, name);
  if (existsSync(directory)) return found(directory, name, false, null);
  const got = await downloadFile(apt, places.scratch, name);
  if (!got.ok) return unavailable(got.reason);
  const problem = await unpack(got.file, places.scratch, directory);
  return problem === undefined ? found(directory, name, false, true) : unavailable(problem);
}

type Downloaded = { readonly ok: true; readonly file: string } | { ok: false; reason: string };

/** Downloads into a directory of its own, where the only package file is the one asked for. */
async function downloadFile(apt: Apt, parent: string, what: string): Promise<Downloaded> {
  const directory = join(parent, 'download');
  // A mirror that failed may have left its part.
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  const got = await apt.run('apt-get', ['download', what], directory);
  const name = readdirSync(directory).find((file) => file.endsWith('.deb'));
  if (!got.ok || name === undefined) return { ok: false, reason: got.reason };
  return { ok: true, file: join(directory, name) };
}

/** Unpacks the trees elsewhere and renames: a directory that exists is complete. */
async function unpack(
  file: string,
  scratch: string,
  directory: string,
): Promise<string | undefined> {
  const partial = join(scratch, 'trees');
  mkdirSync(partial);
  const list = ['-x', '-C', partial, '--wildcards', '*.dtb'];
  const done = await runPipe(
    ['dpkg-deb', '--fsys-tarfile', file],
    ['tar', ...list],
    UNPACK_TIMEOUT_MS,
  );
  if (!done.ok) return done.reason;
  try {
    renameSync(partial, directory);
  } catch (error) {
    // Another process was faster; what it renamed is as complete as this.
    if (!existsSync(directory)) throw error;
  }
  return undefined;
}

function found(
  directory: string,
  name: string,
  pinned: boolean,
  authenticated: boolean | null,
): Fetched {
  const files = dtbFiles(directory);
  if (files.length === 0) return unavailable(`${directory} holds no .dtb file`);
  return { is: 'fetched', files, directory, package: name, pinned, authenticated };
}

/** Every .dtb below a directory, as sorted paths. Overlays (.dtbo) are not boards. */
export function dtbFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.dtb'))
    .sort()
    .map((name) => join(directory, name));
}

function unavailable(reason: string): Fetched {
  return { is: 'unavailable', reason };
}
