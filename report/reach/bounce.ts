/** What bounces at all for a device: asked once, of ordinary memory. */
import type { Machine } from '../../contract/machine.ts';
import { alignUp } from '../../contract/numbers.ts';
import type { Booted } from '../../contract/subject.ts';
import type { Script } from '../../properties/runner/script.ts';
import { ask, isOk, Labels, mapOnce, type Part, tableOf } from './questions.ts';
import type { Importer, Stage } from './stage.ts';

/** A mapping bounces up to here: IO_TLB_SEGSIZE slots of IO_TLB_SIZE bytes. */
const SEGMENT = 2 ** 18;

/** Pages of the longest piece that is asked for: one more than should bounce. */
export function longestPages({ pageSize }: Machine): number {
  return alignUp(SEGMENT, pageSize) / pageSize + 1;
}

/** Bytes of the longest piece that bounces, by importer; 0: not even a page does. */
export type Bounces = Map<Importer, number>;

/** Binds restricted pools, as booting does; answers whom they serve. */
export function* bindRestricted(importers: readonly (Importer | null)[]): Script<Set<Importer>> {
  const bound = new Set<Importer>();
  for (const importer of importers) {
    if (importer === null || importer.restricted === null) continue;
    const op = { op: 'attach', device: importer.device, index: 0 } as const;
    if (isOk(yield* ask(op))) bound.add(importer);
  }
  return bound;
}

/** Where booting put the bounce memory that serves everybody, or null. */
export function bounceMemory({ events = [] }: Booted): { base: number; size: number } | null {
  const pool = events.find(({ event, of }) => event === 'bounce-pool' && of === 'default');
  return pool?.phys === undefined ? null : { base: pool.phys, size: pool.bytes };
}

/**
 * Pages that this device does not get themselves, as many as `longestPages`: the longest piece
 * that it gets a copy of. Asked: a segment and a page more. A page bounces, as is known.
 */
export function* longestBounce(
  machine: Machine,
  importer: Importer,
  { buffer, first, pages }: Part,
  labels: Labels,
): Script<number> {
  const most = longestPages(machine);
  for (const count of [most, most - 1]) {
    if (count > pages) continue;
    const table = yield* tableOf([{ buffer, first, pages: count }], labels);
    if (table === null) continue;
    const given = yield* mapOnce(importer, table, labels);
    yield* ask({ op: 'sg_free', table: table.label });
    if (given !== null && given !== 'refused') return count * machine.pageSize;
  }
  return machine.pageSize;
}

/** The same board started with `swiotlb=force`: ordinary memory bounces wherever it lies. */
export function forced({ machine }: Stage): Machine {
  const { swiotlb } = machine;
  return { ...machine, swiotlb: swiotlb === null ? null : { ...swiotlb, force: true } };
}

/** What bounces for these devices on a machine where everything has to. */
export function* askForced(
  machine: Machine,
  importers: readonly Importer[],
): Script<ReadonlyMap<Importer, number>> {
  const labels = new Labels();
  const bounces = new Map<Importer, number>();
  const buffer = labels.next();
  const pages = longestPages(machine);
  const size = pages * machine.pageSize;
  const taken = yield* ask({ op: 'alloc_exact', out: buffer, size, zone: 'normal' });
  if (!isOk(taken)) return bounces;
  const page = yield* tableOf([{ buffer, first: 0, pages: 1 }], labels);
  for (const importer of page === null ? [] : importers) {
    const given = yield* mapOnce(importer, page!, labels);
    if (given === null) continue;
    const longest =
      given === 'refused'
        ? 0
        : yield* longestBounce(machine, importer, { buffer, first: 0, pages }, labels);
    bounces.set(importer, longest);
  }
  return bounces;
}
