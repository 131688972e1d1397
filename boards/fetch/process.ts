/** Child processes by argument list, with a time-out each; never a shell. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface Finished {
  readonly ok: boolean;
  readonly stdout: string;
  /** Why it is not ok: the last words of standard error, or the signal, or the spawn error. */
  readonly reason: string;
}

const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** Runs one command. Never throws: a missing program is a reason like any other. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly timeoutMs: number; readonly env?: NodeJS.ProcessEnv; readonly cwd?: string },
): Promise<Finished> {
  const child = spawn(program, args, { ...options, timeout: options.timeoutMs, stdio: 'pipe' });
  child.stdin.end();
  return finished(program, child);
}

/** Runs `left | right`. Both must succeed. */
export async function runPipe(
  left: readonly [program: string, ...args: string[]],
  right: readonly [program: string, ...args: string[]],
  timeoutMs: number,
): Promise<Finished> {
  const options = { timeout: timeoutMs, stdio: 'pipe' } as const;
  const source = spawn(left[0], left.slice(1), options);
  const target = spawn(right[0], right.slice(1), options);
  // A reader that ends early closes the pipe; its exit status says so, the write error need not.
  target.stdin.on('error', () => source.kill());
  source.stdout.pipe(target.stdin);
  source.stdin.end();
  const [first, second] = await Promise.all([
    finished(left[0], source, false),
    finished(right[0], target),
  ]);
  return first.ok ? second : first;
}

function finished(program: string, child: ChildProcess, collect = true): Promise<Finished> {
  return new Promise((resolve) => {
    const stdout: Buffer[] = [];
    let bytes = 0;
    let stderr = '';
    if (collect) {
      child.stdout?.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= OUTPUT_BYTES_MAX) stdout.push(chunk);
      });
    }
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = `${stderr}${chunk.toString()}`.slice(-2000);
    });
    child.once('error', (error) => {
      resolve({ ok: false, stdout: '', reason: `${program}: ${error.message}` });
    });
    child.once('close', (status, signal) => {
      const words = stderr.trim().split('\n').slice(-3).join('; ');
      const reason = `${program}: ${signal === null ? `status ${status}` : `${signal}`}; ${words}`;
      resolve({ ok: status === 0, stdout: Buffer.concat(stdout).toString(), reason });
    });
  });
}
