/** The running program: one at a time, replaced when it has ended. */
import type { Machine } from '../contract/machine.ts';
import type { Op } from '../contract/operations.ts';
import type { Outcome } from '../contract/outcome.ts';
import type { Booted, Refused } from '../contract/subject.ts';
import { InputError } from '../contract/text/input-error.ts';
import { splitCommand } from './command.ts';
import type { Answer, Ended, ProcessOptions } from './process.ts';
import { LineProcess } from './process.ts';
import type { Hello } from './protocol.ts';
import {
  bootRequest,
  helloRequest,
  readBooted,
  readHello,
  readOutcomes,
  readReset,
  resetRequest,
  runRequest,
} from './protocol.ts';

export class Connection {
  readonly #words: readonly [string, ...string[]];
  readonly #options: ProcessOptions;
  /** For messages. */
  readonly #label: string;
  #process: LineProcess | null = null;

  constructor(command: string, options: ProcessOptions) {
    this.#words = splitCommand(command);
    this.#label = `subject '${command}'`;
    this.#options = options;
  }

  /** A fresh process, whatever there was before. */
  async restart(): Promise<Hello> {
    await this.stop();
    this.#process = new LineProcess(this.#words, this.#label, this.#options);
    return await this.#demand(helloRequest, 'hello', readHello);
  }

  async boot(machine: Machine): Promise<Booted | Refused> {
    if (this.#process?.alive !== true) await this.restart();
    return await this.#demand(bootRequest(machine), 'boot', readBooted);
  }

  /** The outcomes of the batch, or how the program ended instead. */
  async run(ops: readonly Op[], machine: Machine): Promise<readonly Outcome[] | Ended> {
    return await this.#ask(runRequest(ops, machine), (answer, label) =>
      readOutcomes(answer, label, ops),
    );
  }

  async reset(): Promise<void> {
    await this.#demand(resetRequest, 'reset', readReset);
  }

  /** Ends the process, politely first. Nothing of it is left afterwards. */
  async stop(): Promise<void> {
    await this.#process?.close();
    this.#process = null;
  }

  async #ask<T>(request: string, read: (answer: Answer, label: string) => T): Promise<T | Ended> {
    const process = this.#process;
    if (process === null) throw new Error('the subject was closed');
    try {
      const reply = await process.request(request);
      if (!('ended' in reply)) return read(reply, this.#label);
      await process.kill();
      return reply;
    } catch (error) {
      // After a reply of another form nobody knows what it will say next.
      await process.kill();
      throw error;
    }
  }

  /** Only a batch may end a program and count as a crash: elsewhere there is no operation. */
  async #demand<T extends object>(
    request: string,
    what: string,
    read: (answer: Answer, label: string) => T,
  ): Promise<T> {
    const reply = await this.#ask(request, read);
    if (!('ended' in reply)) return reply;
    const [found, expected] = [`no reply (${reply.where})`, `one to the request "${what}"`];
    throw new InputError({ file: this.#label, line: 0, column: 0, found, expected });
  }
}
