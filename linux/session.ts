/** A booted kernel, and what is done when it dies in a batch. */
import type { Op } from '../contract/operations.ts';
import type { Crash, Outcome } from '../contract/outcome.ts';
import { SKIPPED } from '../contract/outcome.ts';
import type { BatchSession, Booted } from '../contract/subject.ts';
import { readOutcomes, readSetup } from './replies.ts';
import { runRequest } from './requests.ts';
import type { Ended, Vm } from './rig/vm.ts';

/** How to have a kernel with the machine of this session. */
export interface Boots {
  /** Called when what was answered since the boot or the last reset has been judged. */
  judged(): void;
  /** Another one, as fresh as the first. @throws Error when it does not come up */
  boot(): Promise<Vm>;
  /** Bytes that make devices anew. */
  readonly setup: Buffer;
}

type Tried =
  | { readonly outcomes: readonly Outcome[] }
  | { readonly crash: Crash; readonly at: number | null };

/** What a session is without its kernel: nothing. */
export class LinuxSession implements BatchSession {
  readonly booted: Booted;
  readonly #boots: Boots;
  #vm: Vm | null;
  /** What the devices were asked since they were made: where a crash is looked for from. */
  #history: readonly Op[] = [];

  constructor(vm: Vm, booted: Booted, boots: Boots) {
    this.#vm = vm;
    this.booted = booted;
    this.#boots = boots;
  }

  /** As many outcomes as operations; after a crash everything is skipped. */
  async run(ops: readonly Op[]): Promise<readonly Outcome[]> {
    if (ops.length === 0 || this.#vm === null) return ops.map(() => SKIPPED);
    const tried = await this.#try(this.#vm, ops);
    if ('outcomes' in tried) {
      this.#history = [...this.#history, ...ops];
      return tried.outcomes;
    }
    const outcomes = await this.#attribute(ops, tried);
    return [...outcomes, ...ops.slice(outcomes.length).map(() => SKIPPED)];
  }

  async reset(): Promise<void> {
    this.#over();
    this.#vm ??= await this.#boots.boot();
    const reply = await this.#vm.request(this.#boots.setup);
    if ('ended' in reply) {
      await this.#stop();
      throw new Error(`the kernel died while its devices were made: ${reply.crash.where}`);
    }
    readSetup(reply);
  }

  async close(): Promise<void> {
    this.#over();
    await this.#stop();
  }

  /** The next program begins, or none does. */
  #over(): void {
    if (this.#history.length > 0) this.#boots.judged();
    this.#history = [];
  }

  async #stop(): Promise<void> {
    const vm = this.#vm;
    this.#vm = null;
    await vm?.stop();
  }

  async #try(vm: Vm, ops: readonly Op[]): Promise<Tried> {
    const reply = await vm.request(runRequest(ops));
    if ('ended' in reply) return { crash: crashOf(reply), at: reply.operation };
    return { outcomes: readOutcomes(reply, ops) };
  }

  /**
   * What came before the crash is asked again, of a fresh kernel: at once when the kernel said
   * which operation it was, else one by one.
   */
  async #attribute(
    ops: readonly Op[],
    first: { readonly crash: Crash; readonly at: number | null },
  ): Promise<readonly Outcome[]> {
    await this.#stop();
    const vm = await this.#boots.boot();
    try {
      await this.#try(vm, this.#history);
      if (first.at !== null) {
        const before = await this.#try(vm, ops.slice(0, first.at));
        if ('outcomes' in before) return [...before.outcomes, first.crash];
      }
      return await this.#oneByOne(vm, ops, first.crash);
    } finally {
      await vm.stop();
    }
  }

  async #oneByOne(vm: Vm, ops: readonly Op[], first: Crash): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const op of ops) {
      const tried = await this.#try(vm, [op]);
      if ('crash' in tried) return [...outcomes, tried.crash];
      outcomes.push(...tried.outcomes);
    }
    // It did die; which operation it was stays unknown. The last one has seen them all.
    const where = `${first.where} (not when asked one operation at a time)`;
    return [...outcomes.slice(0, -1), { ...first, where }];
  }
}

function crashOf({ crash: { crash, where } }: Ended): Crash {
  return { is: 'crash', crash, where };
}
