/**
 * Kernels: from the cache, or from the archives this machine's apt knows. The newest build of a
 * series is found by its metapackage, because archives drop old builds; that is asked once a day.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openApt } from './apt.ts';
import { findBuild } from './builds.ts';
import { cacheDirectory, completeEntry, keyOf } from './cache.ts';
import { type KernelFiles, kernelIn, unpackKernel } from './kernel-files.ts';
import { MissingError } from './missing.ts';
import { newestCached, recentlyNewest, rememberNewest } from './newest.ts';

export interface KernelRequest {
  /** `6.12`: the newest build of it. */
  readonly series: string;
  /** Of the packages, `6.12.117-1~deb12u1`: that one and no other. */
  readonly version?: string;
  /** Default: cacheDirectory(). */
  readonly cache?: string;
  /** Told in a few words what is done now. */
  readonly onProgress?: (text: string) => void;
}

export interface Kernel extends KernelFiles {
  /** Why it may not be the newest, for people; null: it was, within a day. */
  readonly note: string | null;
  /** Milliseconds of asking and downloading; 0: it was in the cache. */
  readonly fetchMs: number;
  /** Milliseconds. */
  readonly unpackMs: number;
}

const AT_ONCE = { note: null, fetchMs: 0, unpackMs: 0 } as const;

/** Throws MissingError when neither cache nor archives have it. */
export async function fetchKernel(request: KernelRequest): Promise<Kernel> {
  const folder = join(request.cache ?? cacheDirectory(), 'linux', 'kernels', request.series);
  mkdirSync(folder, { recursive: true });
  const wanted = request.version ?? recentlyNewest(folder);
  const cached = wanted === undefined ? null : kernelIn(join(folder, keyOf(wanted)));
  if (cached !== null) return { ...cached, ...AT_ONCE };

  const fetched = await fetchNewest(request, folder);
  if (typeof fetched !== 'string') return fetched;
  const newest = request.version === undefined ? newestCached(folder) : undefined;
  if (newest !== undefined) {
    return { ...newest, ...AT_ONCE, note: `${newest.release} from the cache is used: ${fetched}` };
  }
  throw new MissingError(
    `needs packages of Linux ${request.version ?? request.series}: ${fetched}`,
  );
}

/** Answers a reason when the archives cannot be reached or do not have it. */
async function fetchNewest(request: KernelRequest, folder: string): Promise<Kernel | string> {
  const { series, version, onProgress } = request;
  const start = performance.now();
  const scratch = mkdtempSync(join(folder, '.apt-'));
  try {
    onProgress?.(`asking for packages of Linux ${version ?? series}`);
    const apt = await openApt(scratch);
    const build = await findBuild(apt, series, version);
    if (typeof build === 'string') return build;
    const entry = join(folder, keyOf(build.version));
    let fetchedAt = performance.now();
    if (kernelIn(entry) === null) {
      onProgress?.(`downloading ${build.release}`);
      const downloads = mkdtempSync(join(scratch, 'packages-'));
      const got = await apt.download(build.packages, downloads);
      if (!got.ok) return got.reason;
      fetchedAt = performance.now();
      onProgress?.(`unpacking ${build.release}`);
      await completeEntry(entry, (target) => unpackKernel(downloads, target, build));
    }
    if (version === undefined) rememberNewest(folder, build.version);
    const times = { fetchMs: fetchedAt - start, unpackMs: performance.now() - fetchedAt };
    return { ...kernelIn(entry)!, ...times, note: null };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
