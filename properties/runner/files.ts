/** Failure files: written at once and atomically, rewritten while the failure shrinks. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../../contract/text/input-error.ts';

/** Whole file or nothing: written beside its place, then renamed. */
export function writeAtomically(path: string, text: string): void {
  makeFolder(dirname(path));
  const draft = `${path}.${process.pid}.draft`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/**
 * Makes the folder and those above it. Step by step, because Node's own `recursive` never returns
 * where nothing can be made, such as in /proc.
 */
function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.unshift(at);
  for (const at of missing) {
    try {
      mkdirSync(at);
    } catch (error) {
      // Another process of the same run may have been faster.
      if (codeOf(error) !== 'EEXIST' || !existsSync(at)) throw error;
    }
  }
}

/**
 * Can failure files be written here? Asked before a run, so that no finding is lost to a slip in
 * an option. Tries a folder with a name of its own in what exists already, so that runs at the same
 * time never see each other's.
 * @throws InputError
 */
export function checkFolder(directory: string): void {
  try {
    let at = resolve(directory);
    while (!existsSync(at)) at = dirname(at);
    rmdirSync(mkdtempSync(join(at, '.carveout-')));
  } catch (error) {
    const found = fileProblem(error);
    const expected = 'a folder for failure files that can be written';
    throw new InputError({ file: directory, line: 0, column: 0, found, expected });
  }
}

/** What people meet, without the path, which stands beside it anyway. */
const PLAIN_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'no permission to read or write it',
};

/** An error of the file system in words. @throws the error when it is of another kind */
export function fileProblem(error: unknown): string {
  const code = codeOf(error);
  if (!(error instanceof Error) || code === undefined) throw error;
  return PLAIN_WORDS[code] ?? error.message;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** `failures/pool-complete-4f2a91c0.carveout`: the law, and where the case came from. */
export function failurePath(directory: string, law: string, origin: string): string {
  const hash = createHash('sha256').update(`${law} ${origin}`).digest('hex').slice(0, 8);
  return join(directory, `${law.replaceAll('/', '-')}-${hash}.carveout`);
}
