/** The launcher in a process of its own, for specs that end it in unusual ways. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { inject, vi } from 'vitest';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Launched {
  readonly child: ChildProcess;
  /** Resolves when nobody holds stdout and stderr any more: its own children have ended as well. */
  readonly ended: Promise<Ended>;
}

export function launch(directory: string, ...args: readonly string[]): Launched {
  const child = spawn(process.execPath, [inject('launcher'), ...args], { cwd: directory });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
  return { child, ended };
}

/** Resolves when a first failure file is there. */
export async function firstFailure(folder: string): Promise<void> {
  const isThere = () => existsSync(folder) && readdirSync(folder).some((name) => /t$/.test(name));
  await vi.waitUntil(isThere, { timeout: 60_000 });
}
