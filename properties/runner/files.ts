/** Failure files: written at once and atomically, rewritten while the failure shrinks. */
import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Whole file or nothing: written beside its place, then renamed. */
export function writeAtomically(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** `failures/pool-complete-4f2a91c0.carveout`: the law, and where the case came from. */
export function failurePath(directory: string, law: string, origin: string): string {
  const hash = createHash('sha256').update(`${law} ${origin}`).digest('hex').slice(0, 8);
  return join(directory, `${law.replaceAll('/', '-')}-${hash}.carveout`);
}
