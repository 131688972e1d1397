/**
 * What a board offers and who can use it: banks, pools, owners, device views, and what every view
 * is given of RAM and of every pool. Pure: a board and what was measured in, an object or text out.
 */

import type { View } from '../boards/devices/views.ts';
import type { Board } from '../boards/loader.ts';
import { NOTE_KINDS, type NoteKind } from '../boards/notes.ts';
import type { Bank, Region } from '../contract/machine.ts';
import { bitsOfMask, hex, minNotZero, sizeText } from '../contract/numbers.ts';
import type { Bucket } from '../properties/runner/buckets.ts';
import { matrixLines } from './board-matrix.ts';
import { failureJson } from './json.ts';
import type { MeasuredReach } from './reach/measure.ts';
import type { RamReach } from './reach/ram.ts';
import type { Reach } from './reach/reach.ts';
import { livePools } from './reach/stage.ts';

/** Plain data, fit for JSON. */
export interface BoardReport {
  readonly model: string;
  readonly banksFrom: Board['banksFrom'];
  readonly banks: readonly Bank[];
  readonly pools: readonly PoolReport[];
  /** Devices that list a pool, CMA or restricted region. */
  readonly owners: readonly OwnerReport[];
  readonly views: readonly ViewReport[];
  /** Where bounce memory for everybody lies, or null. */
  readonly bounceMemory: Bank | null;
  /** RAM, cut where some view begins to see it otherwise. */
  readonly ram: readonly RamReach[];
  /** `reach[pool][view]`. */
  readonly reach: readonly (readonly Reach[])[];
  readonly otherRegions: number;
  readonly devices: number;
  readonly notes: Board['notes'];
}

export interface PoolReport {
  readonly name: string;
  readonly base: number;
  readonly size: number;
  readonly flags: readonly string[];
  readonly owners: readonly string[];
}

export interface OwnerReport {
  readonly name: string;
  readonly view: number;
  readonly regions: readonly string[];
}

export interface ViewReport {
  /** Devices of the board that see memory like this. */
  readonly count: number;
  readonly example: string;
  readonly text: string;
  /** The last bus address its devices can use, and what says so. */
  readonly limit: number;
  readonly limitOf: 'mask' | 'bus limit';
}

export function reportBoard(board: Board, measured: MeasuredReach): BoardReport {
  const { machine, devices } = board;
  const pools = livePools(machine.regions).map((index) => machine.regions[index]!);
  const owned = devices.infos.filter((info) => info.owner);
  return {
    model: board.model,
    banksFrom: board.banksFrom,
    banks: machine.banks,
    pools: pools.map((pool) => ({
      name: pool.name,
      base: pool.base,
      size: pool.size,
      flags: flagsOf(pool),
      owners: owned
        .filter(({ device }) => device.regions.includes(machine.regions.indexOf(pool)))
        .map(({ device }) => device.name),
    })),
    owners: owned.map(({ device, view }) => ({
      name: device.name,
      view,
      regions: device.regions.map((index) => machine.regions[index]!.name),
    })),
    views: devices.views.map(({ view, restricted, count, example }) => ({
      count,
      example: machine.devices[example]!.name,
      text: viewText(view, restricted === null ? null : machine.regions[restricted]!),
      ...limitOf(view),
    })),
    bounceMemory: measured.bounceMemory,
    ram: measured.ram,
    reach: measured.pools,
    otherRegions: machine.regions.length - pools.length,
    devices: devices.total,
    notes: board.notes,
  };
}

function limitOf({ mask, busLimit }: View): Pick<ViewReport, 'limit' | 'limitOf'> {
  const limit = minNotZero(mask ?? 0, busLimit);
  return { limit, limitOf: limit === busLimit ? 'bus limit' : 'mask' };
}

function flagsOf({ noMap, isDefault }: Region): string[] {
  return [...(noMap ? ['no-map'] : ['mapped']), ...(isDefault ? ['default'] : [])];
}

function viewText(view: View, restricted: Region | null): string {
  const parts = [`${bitsOfMask(view.coherentMask) ?? hex(view.coherentMask)} bits`];
  if (view.coherent) parts.push('coherent');
  if (view.iommu !== null) parts.push('iommu');
  if (restricted !== null) parts.push(`bounces in ${restricted.name}`);
  if (view.busLimit > 0) parts.push(`bus limit ${hex(view.busLimit)}`);
  for (const { cpu, dma, size } of view.windows) {
    const where = cpu === dma ? hex(cpu) : `${hex(dma)} to cpu ${hex(cpu)}`;
    parts.push(`window ${where}+${sizeText(size)}`);
  }
  return parts.join(', ');
}

/** The document of a board without a fuzz run; null: asking broke a law. docs/formats.md. */
export function boardJson(board: BoardReport | null, buckets: readonly Bucket[]): string {
  const failures = buckets.map(failureJson);
  return `${JSON.stringify({ carveout: 'board', version: 1, board, failures }, null, 2)}\n`;
}

/** The report as lines of at most 100 columns, except that a long name may stick out. */
export function boardText(report: BoardReport): string {
  return [
    report.model,
    ...section(
      `${report.banks.length} banks (from the ${report.banksFrom})`,
      report.banks.map(spanLine),
    ),
    ...section(
      'bounce memory',
      report.bounceMemory === null ? [] : [spanLine(report.bounceMemory)],
    ),
    ...section(`${report.pools.length} coherent pools`, report.pools.map(poolLine)),
    ...section(
      `${report.owners.length} owners`,
      report.owners.map(
        ({ name, view, regions }) => `${name} (view ${view + 1}): ${list(regions)}`,
      ),
    ),
    ...section(
      `${report.views.length} device views (${report.devices} devices)`,
      report.views.map(
        ({ count, example, text }, index) =>
          `${String(index + 1).padStart(2)}  ${String(count).padStart(4)} x  ${text} (${example})`,
      ),
    ),
    ...section('reach: memory by device views', matrixLines(report)),
    ...section('notes', noteLines(report.notes)),
    '',
  ]
    .flatMap((line) => wrap(line))
    .join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return ['', title, ...(lines.length === 0 ? ['  none'] : lines.map((line) => `  ${line}`))];
}

function spanLine({ base, size }: Bank): string {
  return `${hex(base).padEnd(14)} ${sizeText(size)}`;
}

function poolLine({ name, base, size, flags, owners }: PoolReport): string {
  const who = owners.length === 0 ? 'nobody' : list(owners);
  const span = `${hex(base).padEnd(13)} ${sizeText(size).padStart(7)}`;
  return `${name.padEnd(24)} ${span}  ${flags.join(' ')}  owned by ${who}`;
}

/** One line a kind: a board can have a hundred notes of one kind. */
function noteLines(notes: BoardReport['notes']): string[] {
  const byKind = new Map<NoteKind, string[]>();
  for (const { kind, where, text } of notes) {
    const places = byKind.get(kind) ?? [];
    places.push(`${where} ${text}`);
    byKind.set(kind, places);
  }
  return [...byKind].map(([kind, places]) => {
    const more = places.length > 1 ? `, and ${places.length - 1} more` : '';
    return `${NOTE_KINDS[kind]}: ${places[0]}${more}`;
  });
}

function list(names: readonly string[]): string {
  return names.join(', ');
}

const COLUMNS = 100;

/** Breaks at a blank; what follows is indented. */
function wrap(line: string): string[] {
  if (line.length <= COLUMNS) return [line];
  const at = line.lastIndexOf(' ', COLUMNS);
  if (at < COLUMNS / 2) return [line];
  return [line.slice(0, at), ...wrap(`      ${line.slice(at + 1)}`)];
}
