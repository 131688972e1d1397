/**
 * Runs of this program with bugs planted in its sources: a process of its own, in which a loader
 * hook edits the text of the modules before they are compiled.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launcher } from './jobs.ts';
import type { Parsed } from './options.ts';
import { listOption } from './options.ts';
import { END_SIGNALS, PARENT_SIGNAL } from './terminal.ts';
import { UsageError } from './usage.ts';

/** Bugs this very process runs with, sorted. */
export function plantedIds(): readonly string[] {
  return (process.env['CARVEOUT_PLANTED'] ?? '')
    .split(',')
    .filter((id) => id !== '')
    .sort();
}

/**
 * With `--bugs`, runs the same command in a process that has them and answers its exit code; null
 * when none are asked for, or when this is that process.
 */
export async function runPlanted(parsed: Parsed, args: readonly string[]): Promise<number | null> {
  const ids = listOption(parsed, 'bugs');
  if (ids.length === 0 || plantedIds().length > 0) return null;
  if (parsed.values.has('subject')) {
    throw new UsageError('--bugs plants into the built-in subject; it does not go with --subject');
  }
  return await replayPlanted(ids, parsed, args);
}

/** Runs the command line `args` with these bugs planted. @throws UsageError outside a checkout */
export async function replayPlanted(
  ids: readonly string[],
  parsed: Parsed,
  args: readonly string[],
): Promise<number> {
  const register = join(import.meta.dirname, '../bugs/register.mjs');
  if (!existsSync(register)) {
    throw new UsageError('planted bugs edit the sources: they need a checkout of carveout');
  }
  const env = {
    ...process.env,
    CARVEOUT_PLANTED: [...ids].sort().join(','),
    CARVEOUT_BUG_DIR: parsed.values.get('bug-dir') ?? '',
  };
  const argv = ['--import', pathToFileURL(register).href, launcher(), ...args];
  const child = spawn(process.execPath, argv, { env, stdio: 'inherit' });
  // The child decides when to end, and we report its code: it never stays behind alone.
  const forward = () => void child.kill(PARENT_SIGNAL);
  for (const signal of END_SIGNALS) process.on(signal, forward);
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 130)));
    });
  } finally {
    for (const signal of END_SIGNALS) process.off(signal, forward);
  }
}
