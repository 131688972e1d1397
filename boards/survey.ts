/** Loads many boards and counts what is in them. */
import { readFileSync } from 'node:fs';
import { BoardError } from './errors.ts';
import { parseFdt } from './fdt/parse.ts';
import { type Board, boardOf, type LoadOptions } from './loader.ts';
import type { NoteKind } from './notes.ts';
import type { RegionInfo } from './reserved/regions.ts';

export interface SurveyOptions extends LoadOptions {
  /** Called for every board that loaded, in order; may do anything, e.g. a short fuzz. */
  readonly onBoard?: (board: Board, file: string) => void;
  /** Called for every board that did not. */
  readonly onFailure?: (failure: SurveyFailure) => void;
  /** Reads a file; the file system unless given. */
  readonly read?: (file: string) => Uint8Array;
}

export interface SurveyFailure {
  readonly file: string;
  readonly error: BoardError;
}

/** Counts over boards and over their regions, devices and notes. */
export interface Survey {
  readonly files: number;
  readonly loaded: number;
  readonly failures: readonly SurveyFailure[];
  /** `shared-dma-pool` without `reusable`, disabled ones included. */
  readonly coherentRegions: number;
  readonly coherentDisabled: number;
  /** With address in the tree, and to be placed. */
  readonly coherentStatic: number;
  readonly coherentDynamic: number;
  readonly cmaRegions: number;
  readonly restrictedRegions: number;
  readonly boardsWithCoherent: number;
  readonly boardsWithCma: number;
  readonly boardsWithRestricted: number;
  readonly boardsWithWindows: number;
  readonly boardsWithIommu: number;
  readonly boardsWithDefaultBank: number;
  readonly devices: number;
  readonly devicesWithWindows: number;
  readonly devicesCoherent: number;
  readonly devicesTranslated: number;
  readonly owners: number;
  /** Notes by kind, only kinds that occurred. */
  readonly notes: Readonly<Partial<Record<NoteKind, number>>>;
}

type Counts = { -readonly [K in keyof Survey]: Survey[K] };

/**
 * Size of RAM for boards that leave it to the boot loader: 4 GiB, below which every coherent
 * region of an arm64 board lies.
 */
export const SURVEY_MEMORY_BYTES = 4 * 2 ** 30;

/** Loads every file. Only errors that are no BoardError come through. */
export function surveyBoards(files: readonly string[], options: SurveyOptions = {}): Survey {
  const { onBoard, onFailure, read = readFileSync, ...load } = options;
  const failures: SurveyFailure[] = [];
  const counts = emptyCounts(files.length, failures);
  for (const file of files) {
    let board: Board;
    try {
      board = boardOf(parseFdt(read(file)), { memorySize: SURVEY_MEMORY_BYTES, ...load });
    } catch (error) {
      if (!(error instanceof BoardError)) throw error;
      failures.push({ file, error });
      onFailure?.({ file, error });
      continue;
    }
    count(counts, board);
    onBoard?.(board, file);
  }
  return counts;
}

function emptyCounts(files: number, failures: readonly SurveyFailure[]): Counts {
  return {
    files,
    loaded: 0,
    failures,
    coherentRegions: 0,
    coherentDisabled: 0,
    coherentStatic: 0,
    coherentDynamic: 0,
    cmaRegions: 0,
    restrictedRegions: 0,
    boardsWithCoherent: 0,
    boardsWithCma: 0,
    boardsWithRestricted: 0,
    boardsWithWindows: 0,
    boardsWithIommu: 0,
    boardsWithDefaultBank: 0,
    devices: 0,
    devicesWithWindows: 0,
    devicesCoherent: 0,
    devicesTranslated: 0,
    owners: 0,
    notes: {},
  };
}

function count(counts: Counts, board: Board): void {
  counts.loaded += 1;
  countRegions(counts, board.regions);
  const { views, infos, total } = board.devices;
  counts.devices += total;
  counts.owners += infos.filter((info) => info.owner).length;
  for (const { view, count: devices } of views) {
    if (view.windows.length > 0) counts.devicesWithWindows += devices;
    if (view.coherent) counts.devicesCoherent += devices;
    if (view.iommu !== null) counts.devicesTranslated += devices;
  }
  counts.boardsWithWindows += Number(views.some(({ view }) => view.windows.length > 0));
  counts.boardsWithIommu += Number(views.some(({ view }) => view.iommu !== null));
  counts.boardsWithDefaultBank += Number(board.banksFrom === 'default');
  const kinds = counts.notes as Partial<Record<NoteKind, number>>;
  for (const { kind } of board.notes) kinds[kind] = (kinds[kind] ?? 0) + 1;
}

function countRegions(counts: Counts, infos: readonly RegionInfo[]): void {
  const objects = infos.filter((info) => info.origin !== 'extra' && info.origin !== 'header');
  const of = (kind: string) => objects.filter((info) => info.declaredKind === kind);
  const coherent = of('pool');
  counts.coherentRegions += coherent.length;
  counts.coherentDisabled += coherent.filter(({ region }) => region.disabled).length;
  const dynamic = coherent.filter(({ node }) => node?.has('reg') === false).length;
  counts.coherentDynamic += dynamic;
  counts.coherentStatic += coherent.length - dynamic;
  counts.cmaRegions += of('cma').length;
  counts.restrictedRegions += of('restricted').length;
  counts.boardsWithCoherent += Number(coherent.length > 0);
  counts.boardsWithCma += Number(of('cma').length > 0);
  counts.boardsWithRestricted += Number(of('restricted').length > 0);
}
