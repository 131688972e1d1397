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

const REGISTER = join(import.meta.dirname, '../bugs/register.mjs');

/** Is this a checkout, with sources to edit? */
export const canPlant = (): boolean => existsSync(REGISTER);

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
  return (await askPlanted(ids, parsed, args)).code;
}

export interface Planted {
  readonly code: number;
  /** What it printed, if that was to be kept. */
  readonly out: string;
}

/**
 * Runs the command line `args` with these bugs planted. `input` is for its stdin; `keep`: what it
 * prints is answered and not shown. @throws UsageError outside a checkout
 */
export async function askPlanted(
  ids: readonly string[],
  parsed: Parsed,
  args: readonly string[],
  { input, keep = false }: { readonly input?: string; readonly keep?: boolean } = {},
): Promise<Planted> {
  if (!canPlant()) {
    throw new UsageError('planted bugs edit the sources: they need a checkout of carveout');
  }
  const env = {
    ...process.env,
    CARVEOUT_PLANTED: [...ids].sort().join(','),
    CARVEOUT_BUG_DIR: parsed.values.get('bug-dir') ?? '',
  };
  const argv = ['--import', pathToFileURL(REGISTER).href, launcher(), ...args];
  const child = spawn(process.execPath, argv, {
    env,
    stdio: [input === undefined ? 'inherit' : 'pipe', keep ? 'pipe' : 'inherit', 'inherit'],
  });
  let out = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  // It may end without reading it all; its exit code says why.
  child.stdin?.on('error', () => {}).end(input);
  // The child decides when to end, and we report its code: it never stays behind alone.
  const forward = () => void child.kill(PARENT_SIGNAL);
  for (const signal of END_SIGNALS) process.on(signal, forward);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(code ?? (signal === null ? 1 : 130)));
    });
    return { code, out };
  } finally {
    for (const signal of END_SIGNALS) process.off(signal, forward);
  }
}
