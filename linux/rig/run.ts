/** Child processes by argument list, with a time-out each; never a shell. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface RunOptions {
  readonly timeoutMs: number;
  readonly cwd?: string;
  /** Instead of ours. */
  readonly env?: NodeJS.ProcessEnv;
  /** For its standard input, which is empty otherwise. */
  readonly input?: string | Buffer;
}

export interface Finished {
  /** It ended in time and with status 0. */
  readonly ok: boolean;
  /** At most OUTPUT_BYTES_MAX. */
  readonly stdout: Buffer;
  /** The end of it, at most STDERR_MAX characters. */
  readonly stderr: string;
  /** Why it is not ok: how it ended, and its last words. */
  readonly reason: string;
}

const OUTPUT_BYTES_MAX = 64 * 2 ** 20;
const STDERR_MAX = 64 * 1024;
/** Lines of standard error that go into a reason. */
const LAST_LINES = 3;

/** Runs one command. Never throws: a missing program is a reason like any other. */
export function run(
  program: string,
  args: readonly string[],
  { timeoutMs, input, ...options }: RunOptions,
): Promise<Finished> {
  const child = spawn(program, args, { ...options, timeout: timeoutMs, stdio: 'pipe' });
  // A program that does not read to the end tells why by its status.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return finished(program, child);
}

function finished(program: string, child: ChildProcess): Promise<Finished> {
  return new Promise((resolve) => {
    const stdout: Buffer[] = [];
    let bytes = 0;
    let stderr = '';
    const end = (ok: boolean, how: string) => {
      const words = stderr.trim().split('\n').slice(-LAST_LINES).join('; ');
      const reason = `${program}: ${how}${words === '' ? '' : `; ${words}`}`;
      resolve({ ok, stdout: Buffer.concat(stdout), stderr, reason });
    };
    child.stdout?.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= OUTPUT_BYTES_MAX) stdout.push(chunk);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = `${stderr}${text}`.slice(-STDERR_MAX);
    });
    child.once('error', (error) => end(false, error.message));
    child.once('close', (status, signal) => {
      end(status === 0, signal === null ? `status ${status}` : signal);
    });
  });
}
