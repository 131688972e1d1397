/** What the memory of a coherent pool is for every device view. */
import { floorLog2 } from '../../contract/numbers.ts';
import type { OpOf } from '../../contract/operations.ts';
import type { Pieces } from '../../contract/outcome.ts';
import type { Script } from '../../properties/runner/script.ts';
import type { Part, Table } from './questions.ts';
import { ask, barrierOf, busAddressOf, freeTable, isOk, mapOnce, tableOf } from './questions.ts';
import type { Knowledge } from './ram.ts';
import type { Barrier, Reach } from './reach.ts';
import { bounced, reached, untold } from './reach.ts';
import type { Importer } from './stage.ts';

/** A refusal whose cause shows only beside what ordinary memory of the same size does. */
export interface Refusal {
  readonly importer: Importer;
  readonly busAddress: number | null;
  readonly barrier: Barrier;
  readonly partly: boolean;
  /** Bytes of the smallest piece that was refused. */
  readonly length: number;
}

export type PoolCell = Reach | Refusal;

/** Pages of a pool that are asked for, from its first: 4 GiB at most. */
const BYTES_MAX = 2 ** 32;

/** A row for every pool, in their order. */
export function* askPools(known: Knowledge): Script<PoolCell[][]> {
  const rows: PoolCell[][] = [];
  for (const number of known.stage.pools.keys()) rows.push(yield* askPool(known, number));
  return rows;
}

function* askPool(known: Knowledge, number: number): Script<PoolCell[]> {
  const { stage } = known;
  const device = stage.exporters[number]!;
  const bound = isOk(yield* ask({ op: 'attach', device, index: 0 }));
  const parts = bound ? yield* takeAll(known, number) : [];
  const cells = yield* askParts(known, parts);
  for (const { buffer } of parts) yield* ask({ op: 'free', buffer, via: -1 });
  if (bound) yield* ask({ op: 'detach', device });
  return cells;
}

/** The whole pool: blocks as large as they can be, from its first page on. */
function* takeAll({ stage, labels }: Knowledge, number: number): Script<Part[]> {
  const { pageSize, regions } = stage.machine;
  const device = stage.exporters[number]!;
  const { size } = regions[stage.pools[number]!]!;
  const parts: Part[] = [];
  for (let left = Math.floor(Math.min(size, BYTES_MAX) / pageSize); left > 0; ) {
    const pages = 2 ** floorLog2(left);
    const out = labels.next();
    const outcome = yield* ask({ ...ALLOC, out, device, size: pages * pageSize });
    if (!isOk(outcome)) break;
    parts.push({ buffer: out, first: 0, pages });
    left -= pages;
  }
  return parts;
}

const ALLOC: Omit<OpOf<'alloc_coherent'>, 'out' | 'device' | 'size'> = {
  op: 'alloc_coherent',
  gfp: 'blocking',
  attrs: [],
};

function* askParts(known: Knowledge, parts: readonly Part[]): Script<PoolCell[]> {
  const { stage, labels } = known;
  const whole = yield* tableOf(parts, labels);
  const [first] = parts;
  const last = parts.at(-1);
  if (whole === null || first === undefined || last === undefined) {
    return stage.importers.map((one) => untold(one === null ? 'iommu' : 'no-pool'));
  }
  const ends: Table[] = [];
  for (const end of [
    { ...first, pages: 1 },
    { buffer: last.buffer, first: last.pages - 1, pages: 1 },
  ]) {
    const table = yield* tableOf([end], labels);
    if (table !== null) ends.push(table);
  }
  const cells: PoolCell[] = [];
  for (const importer of stage.importers) {
    cells.push(importer === null ? untold('iommu') : yield* askView(known, importer, whole, ends));
  }
  for (const table of [whole, ...ends]) yield* freeTable(table);
  return cells;
}

function* askView(
  known: Knowledge,
  importer: Importer,
  whole: Table,
  ends: readonly Table[],
): Script<PoolCell> {
  const given = yield* mapOnce(importer, whole, known.labels);
  if (given === null) return untold('unclear');
  const [start, length] = spanOf(whole);
  if (given !== 'refused') {
    const address = given[0]![0];
    if (address === (yield* busAddressOf(importer, start))) {
      return reached(isIdentical(given, whole.entries) ? 'direct' : 'window', address);
    }
    const { barrier, busAddress } = yield* barrierOf(importer, [start, length]);
    return bounced(busAddress, barrier, known.bounces.get(importer) ?? null);
  }
  let mapped = 0;
  for (const end of ends) {
    if ((yield* mapOnce(importer, end, known.labels)) !== 'refused') mapped += 1;
  }
  const { barrier, busAddress } = yield* barrierOf(importer, [start, length]);
  const isPageRefused = mapped < ends.length;
  return {
    importer,
    busAddress,
    barrier,
    partly: mapped > 0,
    length: isPageRefused ? known.stage.machine.pageSize : length,
  };
}

/** First byte and length; a table of a pool has one entry for each 4 GiB. */
function spanOf({ entries }: Table): readonly [number, number] {
  return [entries[0]![0], entries.reduce((sum, [, length]) => sum + length, 0)];
}

function isIdentical(given: Pieces, entries: Pieces): boolean {
  return given.every(([address], index) => address === entries[index]![0]);
}
