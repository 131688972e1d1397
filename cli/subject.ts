/** Which subject is judged: the built-in one, or a program behind a pipe. */
import type { Subject } from '../contract/subject.ts';
import { pipeSubject } from '../pipe/subject.ts';
import { carveoutSubject } from '../sut/subject.ts';

/** How to reach the subject; plain data, so that a worker can do it again. */
export const LINUX = 'linux';

export interface SubjectChoice {
  /** Null: the built-in one. */
  readonly command: string | null;
  readonly timeoutMs: number;
}

export async function openSubject(choice: SubjectChoice): Promise<Subject> {
  if (choice.command === null) return carveoutSubject;
  return await pipeSubject(choice.command, { timeoutMs: choice.timeoutMs });
}
