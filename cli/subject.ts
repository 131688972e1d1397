/** Which subject is judged: the built-in one, a running Linux, or a program behind a pipe. */
import type { Subject } from '../contract/subject.ts';
import { MissingError } from '../linux/rig/rig.ts';
import { linuxSubject } from '../linux/subject.ts';
import { pipeSubject } from '../pipe/subject.ts';
import { carveoutSubject } from '../sut/subject.ts';
import { UsageError } from './usage.ts';

/** How to reach the subject; plain data, so that a worker can do it again. */
export interface SubjectChoice {
  /** Null: the built-in one; LINUX: a kernel in a virtual machine; else a program. */
  readonly command: string | null;
  readonly timeoutMs: number;
}

/** Stands for a packaged kernel; a program of that name needs a path. */
export const LINUX = 'linux';

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
