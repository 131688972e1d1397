/** The files of the project: what git tracks or would track. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '../..');

/** Paths from the top of the repository, sorted. A tracked file that is gone is left out. */
export function trackedFiles(): readonly string[] {
  const words = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listed = execFileSync('git', words, { cwd: REPOSITORY, encoding: 'utf8' }).split('\0');
  const paths = [...new Set(listed)].filter((path) => path !== '');
  return paths.filter((path) => existsSync(join(REPOSITORY, path))).sort();
}
