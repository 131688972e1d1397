/** The implementation as a subject: operations become calls. */
import type { Machine } from '../contract/machine.ts';
import type { Op } from '../contract/operations.ts';
import { OP_NAMES } from '../contract/operations.ts';
import type { Outcome } from '../contract/outcome.ts';
import type { Booted, SyncSession, SyncSubject } from '../contract/subject.ts';
import { OBSERVATIONS } from '../contract/subject.ts';
import { Buffers } from './subject/buffers.ts';
import { applyLimit } from './subject/limits.ts';
import { applyRegion } from './subject/regions.ts';
import { bootSystem, type System } from './subject/system.ts';

export const carveoutSubject: SyncSubject = {
  kind: 'sync',
  name: 'carveout',
  observes: new Set(OBSERVATIONS),
  operations: OP_NAMES,
  placement: 'linux',
  accepts: () => null,
  boot: (machine) => new Session(machine),
};

class Session implements SyncSession {
  readonly booted: Booted;
  readonly #system: System;
  readonly #buffers: Buffers;

  constructor(machine: Machine) {
    this.#system = bootSystem(machine);
    this.#buffers = new Buffers(this.#system);
    const { reserved, atomicPools } = this.#system;
    this.booted = { warnings: reserved.bootWarnings, events: atomicPools?.bootEvents ?? [] };
  }

  describe(): readonly string[] {
    return this.#system.reserved.regions.flatMap(({ region, priv }) =>
      priv === null ? [] : [`${region.name}: ${priv.bitmap.count()} of ${priv.size} pages taken`],
    );
  }

  apply(op: Op): Outcome {
    switch (op.op) {
      case 'alloc_coherent':
      case 'alloc_noncoherent':
      case 'alloc_pages':
      case 'alloc_exact':
      case 'alloc_contig':
      case 'free':
      case 'free_pages':
      case 'mmap':
      case 'write':
      case 'read':
        return this.#buffers.apply(op);
      case 'attach':
      case 'detach':
      case 'declare':
      case 'release':
      case 'pin':
      case 'unpin':
      case 'run_work':
      case 'census':
        return applyRegion(this.#system, op);
      default:
        return applyLimit(this.#system, op);
    }
  }
}
