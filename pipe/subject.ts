/**
 * Any program that speaks the protocol of docs/formats.md over stdin and stdout, as a subject.
 *
 * A program that dies or stays silent while it runs operations has crashed, like a kernel: the
 * batch is repeated one operation at a time in a fresh process, so that the crash is reported on
 * the operation that causes it. Everything else it may do wrong is an InputError for the caller.
 */
import type { BatchSubject } from '../contract/subject.ts';
import { Connection } from './connection.ts';
import { PipeSession } from './session.ts';
import { boundedStderr } from './stderr.ts';

export interface PipeOptions {
  /** Longest wait for one reply, in milliseconds. Default: 10 000. */
  readonly timeoutMs?: number;
  /** Receives the program's stderr. Default: our own stderr, up to 8 KiB in all. */
  readonly stderr?: (text: string) => void;
}

/**
 * Starts the program and asks who it is. Its machines share one process, so a session ends when the
 * next machine boots. Call `close()` in the end.
 * @throws InputError when the command cannot be split or started, or when the program answers
 * nonsense, now or later.
 */
export async function pipeSubject(
  command: string,
  options: PipeOptions = {},
): Promise<BatchSubject> {
  const { timeoutMs = 10_000, stderr = boundedStderr() } = options;
  const connection = new Connection(command, { timeoutMs, stderr });
  const { name, observes, known, machines, operations } = await connection.restart();
  let current: PipeSession | null = null;
  return {
    kind: 'batch',
    name,
    observes: new Set(observes),
    known,
    machines,
    operations,
    // Only the program can tell, and only when it boots.
    accepts: () => null,
    async boot(machine) {
      current = null;
      const booted = await connection.boot(machine);
      if ('refused' in booted) return booted;
      current = new PipeSession(connection, machine, booted, (session) => session === current);
      return current;
    },
    close: () => connection.stop(),
  };
}
