/** A booted kernel, and what is done when it dies in a batch. */
import type { Op } from '../contract/operations.ts';
import type { Crash, Outcome } from '../contract/outcome.ts';
import { OK, SKIPPED } from '../contract/outcome.ts';
import type { BatchSession, Booted } from '../contract/subject.ts';
import { readOutcomes, readSetup, readTakenBack } from './replies.ts';
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

interface Died {
  readonly crash: Crash;
  /** Which of the operations it was; null: the kernel did not say. */
  readonly at: number | null;
}

type Tried = { readonly outcomes: readonly Outcome[] } | Died;

/** What a session is without its kernel: nothing. */
export class LinuxSession implements BatchSession {
  readonly booted: Booted;
  readonly #boots: Boots;
  #vm: Vm | null;
  /** What the devices were asked since they were made: where a crash is looked for from. */
  #history: readonly Op[] = [];
  /** Have the devices been asked nothing since they were made? */
  #isFresh = true;

  constructor(vm: Vm, booted: Booted, boots: Boots) {
    this.#vm = vm;
    this.booted = booted;
    this.#boots = boots;
  }

  /** As many outcomes as operations; after a crash everything is skipped. */
  async run(ops: readonly Op[]): Promise<readonly Outcome[]> {
    if (ops.length === 0 || this.#vm === null) return ops.map(() => SKIPPED);
    this.#isFresh = false;
    const tried = await this.#try(this.#vm, ops);
    if ('outcomes' in tried) {
      this.#history = [...this.#history, ...ops];
      return tried.outcomes;
    }
    const outcomes = await this.#attribute(ops, tried);
    return [...outcomes, ...ops.slice(outcomes.length).map(() => SKIPPED)];
  }

  /** By making devices anew, which takes everything back first. */
  async takeBack(): Promise<Outcome> {
    if (this.#vm === null) return OK;
    const reply = await this.#vm.request(this.#boots.setup);
    const outcome = 'ended' in reply ? crashOf(reply) : readTakenBack(reply);
    this.#isFresh = outcome.is === 'ok';
    if (!this.#isFresh) await this.#stop();
    return outcome;
  }

  async reset(): Promise<void> {
    this.#over();
    if (this.#vm !== null && this.#isFresh) return;
    this.#vm ??= await this.#boots.boot();
    const reply = await this.#vm.request(this.#boots.setup);
    if ('ended' in reply) {
      await this.#stop();
      throw new Error(`the kernel died while its devices were made: ${reply.crash.where}`);
    }
    readSetup(reply);
    this.#isFresh = true;
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
  async #attribute(ops: readonly Op[], first: Died): Promise<readonly Outcome[]> {
    await this.#stop();
    if (first.at !== null) {
      const before = await this.#again(ops.slice(0, first.at));
      if ('outcomes' in before) return [...before.outcomes, first.crash];
    }
    return await this.#oneByOne(ops, first.crash);
  }

  /** All since the devices were made, and then these. */
  async #again(ops: readonly Op[]): Promise<Tried> {
    const vm = await this.#boots.boot();
    try {
      const before = await this.#try(vm, this.#history);
      return 'outcomes' in before ? await this.#try(vm, ops) : before;
    } finally {
      await vm.stop();
    }
  }

  async #oneByOne(ops: readonly Op[], first: Crash): Promise<readonly Outcome[]> {
    const vm = await this.#boots.boot();
    const outcomes: Outcome[] = [];
    try {
      const before = await this.#try(vm, this.#history);
      for (const op of 'outcomes' in before ? ops : []) {
        const tried = await this.#try(vm, [op]);
        if ('crash' in tried) return [...outcomes, tried.crash];
        outcomes.push(...tried.outcomes);
      }
    } finally {
      await vm.stop();
    }
    // It did die; which operation it was stays unknown. The last one has seen them all.
    const where = `${first.where} (not again, or before, when asked one operation at a time)`;
    const known = ops.slice(0, -1).map((_, i) => outcomes[i] ?? SKIPPED);
    return [...known, { ...first, where }];
  }
}

function crashOf({ crash: { crash, where } }: Ended): Crash {
  return { is: 'crash', crash, where };
}
