/** What commands know while they run: enough to give their numbers a meaning. */
import { type Machine, PROFILES } from '../../contract/machine.ts';
import type { Op } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { Plan } from '../../properties/programs/plan.ts';
import type { Trial } from '../../properties/runner/trial.ts';

/** A live buffer. */
export interface Live {
  readonly label: number;
  readonly device: number;
  readonly size: number;
}

/** The model of fc.commands. */
export interface World {
  readonly machine: Machine;
  /** Devices most operations are about. */
  readonly focus: readonly number[];
  readonly largeSizes: boolean;
  readonly live: readonly Live[];
  /** Label of the next allocation. */
  readonly nextLabel: number;
  /** Pages of the pool the device allocates from, or null. */
  pagesOf(device: number): number | null;
  /** The precondition. */
  allows(op: Op): boolean;
  /** Takes note of the answer. */
  note(op: Op, outcome: Outcome): void;
}

/** The small model: our generator's own notes, so that both sides know the same. */
export class PlanWorld implements World {
  readonly machine: Machine;
  readonly focus: readonly number[];
  readonly largeSizes: boolean;
  readonly #plan: Plan;
  /** Where the buffer of the operation just allowed is in the list of live ones. */
  #at = -1;

  constructor(machine: Machine, { focus, largeSizes }: Pick<World, 'focus' | 'largeSizes'>) {
    this.machine = machine;
    this.focus = focus;
    this.largeSizes = largeSizes;
    this.#plan = new Plan(machine);
  }

  get live(): readonly Live[] {
    return this.#plan.live;
  }

  get nextLabel(): number {
    return this.#plan.nextLabel;
  }

  pagesOf(device: number): number | null {
    return this.#plan.poolOf(device)?.pages ?? null;
  }

  allows(op: Op): boolean {
    const plan = this.#plan;
    switch (op.op) {
      case 'attach':
      case 'detach':
        return PROFILES[this.machine.profile].deviceTree;
      case 'release': {
        const pool = plan.pools[op.device]!;
        return pool === null || (pool.region < 0 && pool.live === 0);
      }
      case 'free':
      case 'mmap': {
        this.#at = plan.live.findIndex(({ label }) => label === op.buffer);
        const buffer = plan.live[this.#at]!;
        return plan.owns(op.via < 0 ? buffer.device : op.via, buffer);
      }
      default:
        return true;
    }
  }

  note(op: Op, outcome: Outcome): void {
    const plan = this.#plan;
    if (outcome.is !== 'ok') return;
    if (op.op === 'alloc_coherent')
      plan.alloc(op.device, op.size, !op.attrs.includes('no-kernel-mapping'));
    else if (op.op === 'free') plan.free(this.#at);
    else if (op.op === 'attach') plan.attach(op.device, op.index);
    else if (op.op === 'declare') plan.declare(op.device, op.phys, op.size);
    else if (op.op === 'release') plan.unbind(op.device);
    else if (op.op === 'detach' && (plan.pools[op.device]?.region ?? -1) >= 0) {
      plan.unbind(op.device);
    }
  }
}

/** The judge as the model: it decides what is sent and holds the laws against every answer. */
export class JudgeWorld implements World {
  readonly machine: Machine;
  readonly focus: readonly number[];
  readonly largeSizes: boolean;
  readonly live: Live[] = [];
  nextLabel = 0;
  readonly #trial: Trial;

  constructor(
    machine: Machine,
    trial: Trial,
    { focus, largeSizes }: Pick<World, 'focus' | 'largeSizes'>,
  ) {
    this.machine = machine;
    this.focus = focus;
    this.largeSizes = largeSizes;
    this.#trial = trial;
  }

  pagesOf(device: number): number | null {
    const { state } = this.#trial.judge;
    return (state.devices[device]!.pool ?? state.globalPool)?.pages ?? null;
  }

  allows(op: Op): boolean {
    return this.#trial.sends(op);
  }

  /** @throws Error when a law is broken */
  note(op: Op, outcome: Outcome): void {
    const failure = this.#trial.answer(op, outcome, 0);
    if (failure !== null) throw new Error(`${failure.violation.law} broken`);
    if (op.op === 'alloc_coherent' && outcome.is === 'ok') {
      this.live.push({ label: op.out, device: op.device, size: op.size });
      this.nextLabel += 1;
    } else if (op.op === 'free') {
      this.live.splice(
        this.live.findIndex(({ label }) => label === op.buffer),
        1,
      );
    }
  }
}
