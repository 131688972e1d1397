/** What is asked of the machine, and what the answers mean. */
import { MAX_SEGMENT } from '../../contract/operations/tables.ts';
import type { Op, OpOf } from '../../contract/operations.ts';
import type { Outcome, Pieces } from '../../contract/outcome.ts';
import type { Script } from '../../properties/runner/script.ts';
import type { Barrier } from './reach.ts';
import type { Importer } from './stage.ts';

/** Numbers the labels of one script. */
export class Labels {
  #last = -1;

  next(): number {
    this.#last += 1;
    return this.#last;
  }
}

export const isOk = (outcome: Outcome | null): boolean => outcome?.is === 'ok';

export function* ask(op: Op): Script<Outcome | null> {
  return yield op;
}

/** Pages of a buffer, counted from its first. */
export interface Part {
  readonly buffer: number;
  readonly first: number;
  readonly pages: number;
}

export interface Table {
  readonly label: number;
  /** Physical bytes, in order. */
  readonly entries: Pieces;
}

/** A table of all parts in their order; null: it could not be built. */
export function* tableOf(parts: readonly Part[], labels: Labels): Script<Table | null> {
  const label = labels.next();
  let entries: Pieces | null = null;
  let left = parts.reduce((sum, { pages }) => sum + pages, 0);
  for (const { buffer, first, pages } of parts) {
    left -= pages;
    const fields = { buffer, pages: [[first, pages]], offset: 0, size: -1, more: left } as const;
    const outcome: Outcome | null = yield* ask(
      entries === null
        ? ({ op: 'sg_from_pages', out: label, max_segment: MAX_SEGMENT, ...fields } as const)
        : ({ op: 'sg_append', table: label, max_segment: MAX_SEGMENT, ...fields } as const),
    );
    if (outcome?.is !== 'ok' || outcome.entries === undefined) return null;
    entries = outcome.entries;
  }
  return entries === null ? null : { label, entries };
}

export function* freeTable({ label }: Table): Script<void> {
  yield* ask({ op: 'sg_free', table: label });
}

/** Bus addresses and lengths; `refused`; or null: such a mapping has no one meaning. */
export function* mapOnce(
  { device }: Importer,
  table: Table,
  labels: Labels,
): Script<Pieces | 'refused' | null> {
  const out = labels.next();
  const outcome: Outcome | null = yield* ask({ ...MAP, out, device, table: table.label });
  if (outcome === null) return null;
  if (outcome.is !== 'ok' || outcome.segments === undefined) return 'refused';
  yield* ask({ op: 'unmap', mapping: out, direction: 'mapped', attrs: [] });
  return outcome.segments;
}

const MAP: Omit<OpOf<'map_sgtable'>, 'out' | 'device' | 'table'> = {
  op: 'map_sgtable',
  direction: 'bidirectional',
  attrs: [],
  cpu: 0,
  call: 'sgtable',
};

/** Of a physical byte, or null: no window has it. */
export function* busAddressOf({ device }: Importer, phys: number): Script<number | null> {
  const outcome: Outcome | null = yield* ask({ op: 'phys_to_dma', device, phys });
  return outcome?.is === 'ok' ? (outcome.address ?? null) : null;
}

/** Why were these bytes not given to the device themselves? */
export function* barrierOf(
  importer: Importer,
  [phys, size]: readonly [number, number],
): Script<{ readonly barrier: Barrier; readonly busAddress: number | null }> {
  const busAddress = yield* busAddressOf(importer, phys);
  if (busAddress === null) return { barrier: 'outside', busAddress };
  const { device } = importer;
  const capable: Outcome | null = yield* ask({ op: 'capable', device, dma: busAddress, size });
  const fits = capable?.is === 'ok' && capable.truth === true;
  if (!fits) return { barrier: 'beyond', busAddress };
  const last = yield* busAddressOf(importer, phys + size - 1);
  return { barrier: last === busAddress + size - 1 ? 'forced' : 'crosses', busAddress };
}
