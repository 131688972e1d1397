/** `carveout twin` in a process of its own, as it plants its bugs for itself. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('../../bin/carveout.js', import.meta.url));

export function twinOf(words: readonly string[]) {
  return spawnSync(process.execPath, [LAUNCHER, 'twin', ...words], { encoding: 'utf8' });
}
