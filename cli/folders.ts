/** Folders named on the command line, looked at before the run starts. */
import type { Stats } from 'node:fs';
import { accessSync, constants, lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from './usage.ts';

/** @throws UsageError unless `path` is a folder */
export function checkFolder(option: string, path: string): void {
  const kind = kindOf(path);
  if (kind === 'nothing') throw new UsageError(`--${option} ${path}: no such folder`);
  if (kind !== 'folder') throw new UsageError(`--${option} ${path}: not a folder`);
}

/** @throws UsageError unless `path` is a folder with a file in it that ends like this */
export function checkHolds(option: string, path: string, ending: string): void {
  checkFolder(option, path);
  if (readdirSync(path).some((name) => name.endsWith(ending))) return;
  throw new UsageError(`--${option} ${path}: no ${ending} file in it`);
}

/**
 * A file is replaced as a whole. So a link, a device or a pipe in its place would be replaced, too,
 * and not written to: as root, even /dev/stdout.
 * @throws UsageError unless a file can be written there
 */
export function checkFile(option: string, path: string): void {
  const kind = kindOf(path, lstatSync);
  if (kind === 'nothing') checkPlace(option, path);
  else if (kind !== 'file') throw new UsageError(`--${option} ${path}: not a regular file`);
}

/** The folders above it that are missing are made when it is written. */
function checkPlace(option: string, path: string): void {
  let place = dirname(resolve(path));
  while (kindOf(place) === 'nothing') place = dirname(place);
  const refused = (why: string) => new UsageError(`--${option} ${path}: ${place} ${why}`);
  if (kindOf(place) !== 'folder') throw refused('is not a folder');
  try {
    accessSync(place, constants.W_OK);
  } catch {
    throw refused('cannot be written to');
  }
}

function kindOf(
  path: string,
  look: (path: string) => Stats = statSync,
): 'folder' | 'file' | 'other' | 'nothing' {
  try {
    const stat = look(path);
    return stat.isDirectory() ? 'folder' : stat.isFile() ? 'file' : 'other';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Below a file there is nothing, either.
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'nothing';
    throw error;
  }
}
