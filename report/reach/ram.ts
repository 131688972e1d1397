/** What ordinary memory of the board means for every device view. */
import type { Bank, Machine } from '../../contract/machine.ts';
import type { Booted } from '../../contract/subject.ts';
import type { Script } from '../../properties/runner/script.ts';
import { type Bounces, longestBounce, longestPages } from './bounce.ts';
import { type Place, piecesOf, placesIn } from './pieces.ts';
import type { Labels, Table } from './questions.ts';
import { ask, barrierOf, busAddressOf, freeTable, isOk, mapOnce, tableOf } from './questions.ts';
import { bounced, type Reach, reached, refused, untold } from './reach.ts';
import type { Importer, Stage } from './stage.ts';

export interface RamReach extends Bank {
  /** Physical address of the page that was asked for; null: none was free. */
  readonly asked: number | null;
  /** By view. */
  readonly reach: readonly Reach[];
}

/** What is known while asking. */
export interface Knowledge {
  readonly stage: Stage;
  readonly booted: Booted;
  readonly labels: Labels;
  /** Filled in on the way. */
  readonly bounces: Bounces;
  /** Is there bounce memory for the device? */
  readonly hasBounce: (importer: Importer) => boolean;
}

export function* askRam(known: Knowledge): Script<RamReach[]> {
  const { stage, booted, labels } = known;
  const rows: RamReach[] = [];
  for (const piece of piecesOf(stage.machine)) {
    const buffer = labels.next();
    const place = yield* takePlace(piece, stage.machine, booted, buffer);
    if (place === null) {
      const reach = stage.importers.map((one) => untold(one === null ? 'iommu' : 'no-memory'));
      rows.push({ ...piece, asked: null, reach });
      continue;
    }
    rows.push({ ...piece, asked: place.phys, reach: yield* askViews(known, buffer, place) });
    yield* ask({ op: 'free_pages', buffer });
  }
  return rows;
}

function* takePlace(
  piece: Bank,
  machine: Machine,
  booted: Booted,
  out: number,
): Script<Place | null> {
  for (const place of placesIn(piece, machine, booted)) {
    if (isOk(yield* ask({ op: 'alloc_contig', out, ...place }))) return place;
  }
  return null;
}

function* askViews(known: Knowledge, buffer: number, place: Place): Script<Reach[]> {
  const page = yield* tableOf([{ buffer, first: 0, pages: 1 }], known.labels);
  const reach: Reach[] = [];
  for (const importer of known.stage.importers) {
    if (importer === null) reach.push(untold('iommu'));
    else if (page === null) reach.push(untold('unclear'));
    else reach.push(yield* askView(known, importer, buffer, place, page));
  }
  if (page !== null) yield* freeTable(page);
  return reach;
}

function* askView(
  known: Knowledge,
  importer: Importer,
  buffer: number,
  { phys, pages }: Place,
  page: Table,
): Script<Reach> {
  const { labels, bounces, hasBounce } = known;
  const { machine } = known.stage;
  const given = yield* mapOnce(importer, page, labels);
  if (given === null) return untold('unclear');
  if (given !== 'refused') {
    // A law has it that any other address is one of bounce memory (map/reachable).
    const address = given[0]![0];
    const isItself = address === (yield* busAddressOf(importer, phys));
    if (isItself) return reached(address === phys ? 'direct' : 'window', address);
  }
  const { barrier, busAddress } = yield* barrierOf(importer, [phys, machine.pageSize]);
  if (given === 'refused') {
    bounces.set(importer, 0);
    const cause = hasBounce(importer) ? 'bounce-beyond' : 'no-bounce';
    return refused(busAddress, barrier, cause, false);
  }
  if (!bounces.has(importer) && pages >= longestPages(machine)) {
    const part = { buffer, first: 0, pages };
    bounces.set(importer, yield* longestBounce(machine, importer, part, labels));
  }
  return bounced(busAddress, barrier, bounces.get(importer) ?? null);
}

/** Neighbours that every view sees alike become one. */
export function mergeRam(rows: readonly RamReach[]): RamReach[] {
  const merged: RamReach[] = [];
  for (const row of rows) {
    const last = merged.at(-1);
    const goesOn = last !== undefined && last.base + last.size === row.base && alike(last, row);
    if (goesOn) merged[merged.length - 1] = { ...last, size: last.size + row.size };
    else merged.push(row);
  }
  return merged;
}

function alike(a: RamReach, b: RamReach): boolean {
  return a.reach.every((cell, view) => sameCell(cell, a.asked, b.reach[view]!, b.asked));
}

/** The bus address may differ by the distance of the pages. */
function sameCell(a: Reach, atA: number | null, b: Reach, atB: number | null): boolean {
  const shift = ({ busAddress }: Reach, at: number | null) =>
    busAddress === null || at === null ? null : busAddress - at;
  const rest = ({ busAddress: _busAddress, ...others }: Reach) => JSON.stringify(others);
  return rest(a) === rest(b) && shift(a, atA) === shift(b, atB);
}
