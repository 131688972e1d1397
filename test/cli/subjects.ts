/** Subjects in processes: the case all specs ask them, and proof that no process is left. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { Machine } from '../../contract/machine.ts';
import type { Outcome } from '../../contract/outcome.ts';
import type { BatchSession, BatchSubject } from '../../contract/subject.ts';
import { InputError } from '../../contract/text/input-error.ts';
import { parseScenario } from '../../contract/text/parse.ts';
import type { PipeOptions } from '../../pipe/subject.ts';
import { pipeSubject } from '../../pipe/subject.ts';

/** The case of all specs; the speaker misbehaves at `required_mask`. */
export const { machine, program } = parseScenario(
  `carveout scenario 1
   expect ok
   profile arm64
   bank 0x80000000 2G
   pool p0 0xa0000000 64K no-map
   device d0 pool p0
   attach d0
   h0 = alloc_coherent d0 8192
   required_mask d0
   write h0 5 10 7
   read h0 0 20
   free h0`,
  'inline',
);

/** `node` as the first word of a command. */
export const NODE = `"${process.execPath}"`;
export const SPEAKER = join(import.meta.dirname, 'speaker.js');

let folder = '';
const subjects: BatchSubject[] = [];

/** Call once per spec: afterwards every test closes its subjects and leaves no process behind. */
export function closeAfterEach(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'carveout-pipe-'));
  });
  afterEach(async () => {
    for (const subject of subjects.splice(0)) await subject.close?.();
    await noneIsLeft();
    rmSync(folder, { recursive: true });
  });
}

/** The file the speaker notes its process id in. */
export const pids = () => join(folder, 'pids');

/** Ids of the speakers that were started in this test. */
export function started(): readonly number[] {
  const text = readFileSync(pids(), { flag: 'a+', encoding: 'utf8' });
  return text.split('\n').filter(Boolean).map(Number);
}

/** Those that still run; the dead may wait for a parent to collect them. */
export function leftOver(): readonly number[] {
  return started().filter((pid) => {
    try {
      return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return false;
    }
  });
}

/** Killing takes the kernel a moment. */
export async function noneIsLeft(): Promise<void> {
  await vi.waitFor(() => expect(leftOver()).toEqual([]));
}

/** A subject that is closed after the test. */
export async function start(command: string, options: PipeOptions = {}): Promise<BatchSubject> {
  const subject = await pipeSubject(command, { stderr: () => {}, ...options });
  subjects.push(subject);
  return subject;
}

/** The speaker, which misbehaves as told. */
export function speaker(what: string, options: PipeOptions = {}): Promise<BatchSubject> {
  return start(`${NODE} "${SPEAKER}" ${what} "${pids()}"`, options);
}

export async function boot(subject: BatchSubject, on: Machine = machine): Promise<BatchSession> {
  const session = await subject.boot(on);
  if ('refused' in session) throw new Error(session.refused);
  return session;
}

/** The message of the InputError a promise ends in. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof InputError)) throw error;
  return error.message;
}

export const kinds = (outcomes: readonly Outcome[]) => outcomes.map(({ is }) => is);
