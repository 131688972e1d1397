/** The implementation as a subject: operations become calls. */
import type { Op } from '../contract/operations.ts';
import { OP_NAMES } from '../contract/operations.ts';
import type { Outcome } from '../contract/outcome.ts';
import type { Booted, SyncSession, SyncSubject } from '../contract/subject.ts';
import { OBSERVATIONS } from '../contract/subject.ts';
import { Buffers } from './subject/buffers.ts';
import type { BufferOp, LimitOp, MappingOp, RegionOp, TableOp } from './subject/kinds.ts';
import { ROOM } from './subject/kinds.ts';
import { applyLimit } from './subject/limits.ts';
import { Mappings } from './subject/mappings.ts';
import { applyRegion } from './subject/regions.ts';
import { bootSystem, type System } from './subject/system.ts';
import { Tables } from './subject/tables.ts';

export const carveoutSubject: SyncSubject = {
  kind: 'sync',
  name: 'carveout',
  observes: new Set(OBSERVATIONS),
  operations: OP_NAMES,
  placement: 'linux',
  accepts: () => null,
  boot: (machine) => new Session(bootSystem(machine)),
};

export class Session implements SyncSession {
  readonly booted: Booted;
  readonly #system: System;
  readonly #buffers: Buffers;
  readonly #tables: Tables;
  readonly #mappings: Mappings;

  constructor(system: System) {
    this.#system = system;
    this.#buffers = new Buffers(this.#system);
    const pages = (label: number) => this.#buffers.pagesOf(label);
    this.#tables = new Tables(this.#system, pages);
    this.#mappings = new Mappings(this.#system, this.#tables, pages);
    const { reserved, atomicPools, bounceEvents } = this.#system;
    const events = [...bounceEvents, ...(atomicPools?.bootEvents ?? [])];
    this.booted = { warnings: reserved.bootWarnings, events };
  }

  describe(): readonly string[] {
    return this.#system.reserved.regions.flatMap(({ region, priv }) =>
      priv === null ? [] : [`${region.name}: ${priv.bitmap.count()} of ${priv.size} pages taken`],
    );
  }

  bounced(): number {
    return this.#system.directMap.copied;
  }

  apply(op: Op): Outcome {
    switch (ROOM[op.op]) {
      case 'buffers':
        return this.#buffers.apply(op as BufferOp);
      case 'regions':
        return applyRegion(this.#system, op as RegionOp);
      case 'tables':
        return this.#tables.apply(op as TableOp);
      case 'mappings':
        return this.#mappings.apply(op as MappingOp);
      case 'limits':
        return applyLimit(this.#system, op as LimitOp);
    }
  }
}
