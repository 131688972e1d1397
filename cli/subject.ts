/** Which subject is judged: the built-in one, a running Linux, or a program behind a pipe. */
import type { Subject } from '../contract/subject.ts';
import { MissingError } from '../linux/rig/rig.ts';
import { linuxSubject } from '../linux/subject.ts';
import { pipeSubject } from '../pipe/subject.ts';
import { carveoutSubject } from '../sut/subject.ts';
import type { OptionSpec, Parsed } from './options.ts';
import { timeOption } from './options.ts';
import { UsageError } from './usage.ts';

/** How to reach the subject; plain data, so that a worker can do it again. */
export interface SubjectChoice {
  /** Null: the built-in one; LINUX: a kernel in a virtual machine; else a program. */
  readonly command: string | null;
  readonly timeoutMs: number;
}

/** Stands for a packaged kernel; a program of that name needs a path. */
export const LINUX = 'linux';

/** Shared by the commands that run subjects elsewhere. */
export const TIMEOUT: OptionSpec = {
  value: 'TIME',
  doc: 'how long it may take for an answer (default 10s; linux 60s, which clears memory slowly)',
};

/** The subject of a command line, or of a file it names; null: the built-in one. */
export function choiceOf(command: string | null, parsed: Parsed): SubjectChoice {
  const usual = command === LINUX ? 60_000 : 10_000;
  return { command, timeoutMs: timeOption(parsed, 'timeout') ?? usual };
}

/** @throws UsageError when what the subject needs is not here */
export async function openSubject({ command, timeoutMs }: SubjectChoice): Promise<Subject> {
  if (command === null) return carveoutSubject;
  if (command !== LINUX) return await pipeSubject(command, { timeoutMs });
  const onProgress = (text: string) => process.stderr.write(`${text}\n`);
  try {
    return await linuxSubject({ timeoutMs, onProgress });
  } catch (error) {
    if (error instanceof MissingError) throw new UsageError(`--subject linux ${error.message}`);
    throw error;
  }
}
