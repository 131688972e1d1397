/** All questions put to one subject. */
import type { SyncSubject } from '../contract/subject.ts';
import type { Broken } from './desk.ts';
import { Desk } from './desk.ts';
import type { Finding } from './question.ts';
import { QUESTIONS } from './questions.ts';

export interface Answers {
  /** By question, in the order of QUESTIONS. */
  readonly findings: readonly (readonly Finding[])[];
  readonly programs: number;
  /** Operations whose answers were judged. */
  readonly operations: number;
  readonly broken: readonly Broken[];
}

/** `isLinux`: the subject has every repaired deviation, so that their laws may break. */
export function askAll(subject: SyncSubject, isLinux: boolean, seed: string): Answers {
  const desk = new Desk(subject, isLinux);
  const findings = QUESTIONS.map((question) => question.ask(desk, seed));
  const { programs, operations, broken } = desk;
  return { findings, programs, operations, broken };
}
