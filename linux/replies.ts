/** What the module answers, from bytes. Form: ARCHITECTURE.md, "Linux as a subject". */
import type { Errno } from '../contract/errno.ts';
import { ERRNO } from '../contract/errno.ts';
import { UNLIMITED } from '../contract/numbers.ts';
import type { Op, OpName, ResultField } from '../contract/operations.ts';
import { RESULT_FIELDS } from '../contract/operations.ts';
import type { Ok, Outcome } from '../contract/outcome.ts';
import { failed, NONE, OK, SKIPPED } from '../contract/outcome.ts';
import { Reader } from './bytes.ts';

/** The default bounce pool, where the kernel put it. */
export interface BouncePool {
  /** Physical address of the first byte. */
  readonly phys: number;
  readonly slots: number;
  readonly areas: number;
  readonly force: boolean;
}

export interface Hello {
  /** As `uname -r` says. */
  readonly release: string;
  readonly bouncePool: BouncePool | null;
}

const ERRNO_NAMES: ReadonlyMap<number, Errno> = new Map(
  Object.entries(ERRNO).map(([name, code]) => [code, name as Errno]),
);

/** An answer nobody can read: the module and this file do not fit together. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';
}

/** Reads a whole frame. @throws ReplyError */
function reading<T>(frame: Buffer, read: (input: Reader) => T): T {
  const input = new Reader(frame);
  let value: T;
  try {
    value = read(input);
  } catch (error) {
    if (error instanceof RangeError) throw new ReplyError(`the reply is cut off: ${error.message}`);
    throw error;
  }
  if (!input.isAtEnd) throw new ReplyError('the reply is longer than its answers');
  return value;
}

export function readHello(frame: Buffer): Hello {
  return reading(frame, (input) => {
    const release = input.text(input.u32());
    const [phys, slots, areas, force] = [input.u64(), input.u64(), input.u64(), input.u64()];
    const bouncePool = slots === 0 ? null : { phys, slots, areas, force: force === 1 };
    return { release, bouncePool };
  });
}

/** @throws ReplyError when the module could not do it */
export function readSetup(frame: Buffer): void {
  const code = reading(frame, (input) => input.i32());
  if (code !== 0) throw new ReplyError(`the devices could not be made: error ${code}`);
}

/** EBUSY: slots are in use, though nothing is mapped. */
export function readTakenBack(frame: Buffer): Outcome {
  const code = reading(frame, (input) => input.i32());
  if (code === 0) return OK;
  if (errnoOf(code) === 'EBUSY') return failed('EBUSY');
  throw new ReplyError(`the devices could not be made: error ${code}`);
}

/** One outcome for each of the operations. */
export function readOutcomes(frame: Buffer, ops: readonly Op[]): Outcome[] {
  return reading(frame, (input) => ops.map(({ op }) => readOutcome(input, LIMITS.has(op))));
}

/** What these answer is a limit: all ones are none. */
const LIMITS: ReadonlySet<OpName> = new Set<OpName>([
  'required_mask',
  'max_mapping_size',
  'opt_mapping_size',
]);

function readOutcome(input: Reader, isLimit: boolean): Outcome {
  const kind = input.u8();
  // No message of the kernel is observed yet.
  const warnings = input.u8();
  if (warnings !== 0) throw new ReplyError(`${warnings} for no warnings`);
  switch (kind) {
    case 0:
      return readOk(input, isLimit);
    case 1:
      return NONE;
    case 2:
      return failed(errnoOf(input.i32()));
    case 3:
      return SKIPPED;
    default:
      throw new ReplyError(`${kind} is no kind of outcome`);
  }
}

function errnoOf(code: number): Errno {
  const name = ERRNO_NAMES.get(code);
  if (name === undefined) throw new ReplyError(`errno ${code} has no name here`);
  return name;
}

function readOk(input: Reader, isLimit: boolean): Ok {
  const ok: Record<string, unknown> & { is: 'ok' } = { is: 'ok' };
  for (let left = input.u8(); left > 0; left--) {
    const index = input.u8();
    const field = RESULT_FIELDS[index];
    if (field === undefined) throw new ReplyError(`${index} is no result`);
    ok[field] = readResult(input, field, isLimit);
  }
  return ok;
}

function readResult(input: Reader, field: ResultField, isLimit: boolean): unknown {
  switch (field) {
    case 'bytes':
    case 'entries':
    case 'segments':
      return Array.from({ length: input.u32() }, () => [input.u64(), input.u64()] as const);
    case 'truth':
      return input.u64() === 1;
    case 'census':
      throw new ReplyError('a census was not asked for');
    default:
      return isLimit ? Math.min(input.u64(), UNLIMITED) : input.u64();
  }
}
