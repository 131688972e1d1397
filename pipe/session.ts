/** A booted machine of a program, and what is done when the program dies in a batch. */
import type { Machine } from '../contract/machine.ts';
import type { Op } from '../contract/operations.ts';
import type { Crash, Outcome } from '../contract/outcome.ts';
import { SKIPPED } from '../contract/outcome.ts';
import type { BatchSession, Booted } from '../contract/subject.ts';
import { InputError } from '../contract/text/input-error.ts';
import type { Connection } from './connection.ts';
import type { Ended } from './process.ts';

export class PipeSession implements BatchSession {
  readonly booted: Booted;
  readonly #connection: Connection;
  readonly #machine: Machine;
  /** Is this the session of the last boot? */
  readonly #isCurrent: () => boolean;
  /** What the machine was asked since boot or reset: where a crash is looked for from. */
  #history: readonly Op[] = [];
  #crashed = false;

  constructor(
    connection: Connection,
    machine: Machine,
    booted: Booted,
    isCurrent: (session: PipeSession) => boolean,
  ) {
    this.booted = booted;
    this.#connection = connection;
    this.#machine = machine;
    this.#isCurrent = () => isCurrent(this);
  }

  /** As many outcomes as operations; after a crash everything is skipped. */
  async run(ops: readonly Op[]): Promise<readonly Outcome[]> {
    this.#checkCurrent();
    if (ops.length === 0) return [];
    if (this.#crashed) return ops.map(() => SKIPPED);
    const reply = await this.#connection.run(ops, this.#machine);
    if ('ended' in reply) {
      this.#crashed = true;
      return await this.#attribute(ops, reply);
    }
    this.#history = [...this.#history, ...ops];
    return reply;
  }

  /** After a crash: a fresh process. */
  async reset(): Promise<void> {
    this.#checkCurrent();
    if (this.#crashed) await this.#bootAgain();
    else await this.#connection.reset();
    this.#history = [];
    this.#crashed = false;
  }

  /** Repeats the batch one operation at a time and reports the crash where it happens. */
  async #attribute(ops: readonly Op[], first: Ended): Promise<readonly Outcome[]> {
    if (ops.length === 1) return [crash(first)];
    await this.#bootAgain();
    const outcomes: Outcome[] = [];
    const before = this.#history.length === 0 ? [] : await this.#send(this.#history);
    let ended = 'ended' in before ? before : null;
    for (const op of ops) {
      if (ended !== null) break;
      const reply = await this.#send([op]);
      if ('ended' in reply) ended = reply;
      else outcomes.push(...reply);
    }
    if (ended === null) {
      // It did end; which operation it was stays unknown. The last one has seen them all.
      outcomes.pop();
      ended = { ...first, where: `${first.where} (not when asked one operation at a time)` };
    }
    outcomes.push(crash(ended));
    await this.#connection.stop();
    while (outcomes.length < ops.length) outcomes.push(SKIPPED);
    return outcomes;
  }

  #send(ops: readonly Op[]): Promise<readonly Outcome[] | Ended> {
    return this.#connection.run(ops, this.#machine);
  }

  async #bootAgain(): Promise<void> {
    await this.#connection.stop();
    const booted = await this.#connection.boot(this.#machine);
    if (!('refused' in booted)) return;
    const [found, expected] = [`a refusal (${booted.refused})`, 'the answer of the first boot'];
    throw new InputError({ file: 'the subject', line: 0, column: 0, found, expected });
  }

  #checkCurrent(): void {
    if (!this.#isCurrent()) throw new Error('this session ended when the next machine was booted');
  }
}

function crash({ ended, where }: Ended): Crash {
  return { is: 'crash', crash: ended, where };
}
