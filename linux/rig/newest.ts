/** The memory of which build was the newest when the archives were asked last. */
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type KernelFiles, kernelIn } from './kernel-files.ts';

const FILE = '.newest';
/** Milliseconds for which the newest build stays the newest. */
const FRESH_MS = 24 * 60 * 60 * 1000;

/** Version of the packages; undefined: nobody asked within a day. */
export function recentlyNewest(folder: string): string | undefined {
  try {
    const age = Date.now() - statSync(join(folder, FILE)).mtimeMs;
    return age < FRESH_MS ? readFileSync(join(folder, FILE), 'utf8').trim() : undefined;
  } catch {
    return undefined;
  }
}

export function rememberNewest(folder: string, version: string): void {
  const partial = join(folder, `${FILE}-${process.pid}`);
  writeFileSync(partial, `${version}\n`);
  renameSync(partial, join(folder, FILE));
}

/** Of the complete kernels in a folder, the one with the highest version. */
export function newestCached(folder: string): KernelFiles | undefined {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .map((name) => kernelIn(join(folder, name)))
    .filter((kernel) => kernel !== null)
    .sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }))
    .at(-1);
}
