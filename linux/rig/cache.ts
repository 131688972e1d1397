/** Where packages and builds are kept: outside the repository, each entry complete or not there. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** `$CARVEOUT_CACHE`, or `$XDG_CACHE_HOME/carveout`, or `~/.cache/carveout`. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment['CARVEOUT_CACHE'];
  if (own) return own;
  const base = environment['XDG_CACHE_HOME'];
  return join(base || join(homedir(), '.cache'), 'carveout');
}

/**
 * A package version as the name of a folder: distinct for distinct versions, and plain enough for
 * make, which cannot have spaces and colons in paths.
 */
export function keyOf(version: string): string {
  return version.replace(
    /[^A-Za-z0-9.+-]/g,
    (character) => `_${character.charCodeAt(0).toString(16)}_`,
  );
}

/**
 * Makes the folder `entry` unless it is there. `make` fills a folder beside it, which is renamed
 * when it is complete and removed when `make` throws. Answers whether it was made. Two processes
 * may do this at the same time: the slower one's work is thrown away.
 */
export async function completeEntry(
  entry: string,
  make: (scratch: string) => Promise<void>,
): Promise<boolean> {
  if (existsSync(entry)) return false;
  mkdirSync(dirname(entry), { recursive: true });
  // Within the same file system, or it could not be renamed. Names with a dot are no entries.
  const scratch = mkdtempSync(join(dirname(entry), `.${basename(entry)}-`));
  try {
    await make(scratch);
    rename(scratch, entry);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return true;
}

function rename(scratch: string, entry: string): void {
  try {
    renameSync(scratch, entry);
  } catch (error) {
    // Another process was faster; what it renamed is as complete as this.
    if (!existsSync(entry)) throw error;
  }
}
