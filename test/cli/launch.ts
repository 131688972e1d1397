/** The command line, in this process and in one of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject, vi } from 'vitest';
import { tellError } from '../../cli/ending.ts';
import { runCommand } from '../../cli/main.ts';

/** A folder that is gone when the spec is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'carveout-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface LaunchOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What stands on stdin. */
  readonly input?: string;
  /** Words for Node before the launcher. */
  readonly nodeWords?: readonly string[];
  /** SIGINT is sent once it answers true. */
  readonly interrupt?: () => boolean;
  /** Its stdout is closed before it has said anything. */
  readonly deaf?: boolean;
}

export function launch(args: readonly string[], options: LaunchOptions): Promise<Ran> {
  const { cwd, input = '', nodeWords = [] } = options;
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...options.env };
    const child = spawn(process.execPath, [...nodeWords, inject('launcher'), ...args], {
      cwd,
      env,
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (data) => {
      out += data;
    });
    child.stderr.on('data', (data) => {
      err += data;
    });
    if (options.deaf === true) child.stdout.destroy();
    // One that ends without reading it is no matter.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const watch = setInterval(() => {
      if (options.interrupt?.() === true) {
        child.kill('SIGINT');
        clearInterval(watch);
      }
    }, 50);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      resolve({ code, out, err });
    });
  });
}

/** What a command says and answers, in this process: never ask for two at a time. */
export async function ask(args: readonly string[]): Promise<Ran> {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const textOf = (spy: typeof out) => spy.mock.calls.map(([text]) => String(text)).join('');
  try {
    const code = await runCommand(args).catch(tellError);
    return { code, out: textOf(out), err: textOf(err) };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

/** What a command prints, in this process. */
export async function said(args: readonly string[], expectedCode = 0): Promise<string> {
  const { code, out, err } = await ask(args);
  if (code !== expectedCode) throw new Error(`exit code ${code}, expected ${expectedCode}: ${err}`);
  return out;
}
