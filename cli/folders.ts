/** Folders named on the command line, looked at before the run starts. */
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from './usage.ts';

/** @throws UsageError unless `path` is a folder */
export function checkFolder(option: string, path: string): void {
  const kind = kindOf(path);
  if (kind === 'nothing') throw new UsageError(`--${option} ${path}: no such folder`);
  if (kind === 'other') throw new UsageError(`--${option} ${path}: not a folder`);
}

/** @throws UsageError unless `path` is a folder with a file in it that ends like this */
export function checkHolds(option: string, path: string, ending: string): void {
  checkFolder(option, path);
  if (readdirSync(path).some((name) => name.endsWith(ending))) return;
  throw new UsageError(`--${option} ${path}: no ${ending} file in it`);
}

/**
 * Refused now: a law that breaks after hours must find a place for its file. The folder itself is
 * made when there is something to put into it.
 * @throws UsageError unless files can be written to it, or to what it would be made in
 */
export function checkWritable(option: string, path: string): void {
  let place = resolve(path);
  while (kindOf(place) === 'nothing') place = dirname(place);
  const refused = (reason: string) => new UsageError(`--${option} ${path}: ${place} ${reason}`);
  if (kindOf(place) === 'other') throw refused('is not a folder');
  try {
    accessSync(place, constants.W_OK);
  } catch {
    throw refused('cannot be written to');
  }
}

function kindOf(path: string): 'folder' | 'other' | 'nothing' {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'other';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Below a file there is nothing, either.
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'nothing';
    throw error;
  }
}
