/**
 * From a device-tree blob to a machine: the rules of a Linux 6.12 boot, as far as a tree decides.
 *
 * Not in a tree, hence not in a machine: where the boot loader puts kernel, initrd and the blob
 * itself, and what drivers do to masks. What a tree says but a machine cannot is in the notes.
 * A broken blob, or one that no machine can stand for, ends in a BoardError; nothing else is ever
 * thrown and every loop is bounded (boards/limits.ts).
 */
import type { Bank, Machine } from '../contract/machine.ts';
import { PROFILES } from '../contract/machine.ts';
import { machineProblem } from '../contract/machine-check.ts';
import { alignDown, sizeText } from '../contract/numbers.ts';
import { type DeviceList, devicesOf } from './devices/devices.ts';
import { mastersOf } from './devices/enumerate.ts';
import { Viewer } from './devices/views.ts';
import { DmaTopology } from './dma/parent.ts';
import { BoardError } from './errors.ts';
import { parseFdt } from './fdt/parse.ts';
import { type FdtNode, type FdtTree, walk } from './fdt/tree.ts';
import { RANGE_BUSES_MAX } from './limits.ts';
import { memoryOf } from './memory.ts';
import { type Note, Notebook } from './notes.ts';
import { phandleTable } from './phandles.ts';
import { stringOf } from './property.ts';
import { type Declared, declaredRegions, rootCells } from './reserved/declared.ts';
import { cmaAlignmentOf, type HandlerRules } from './reserved/handlers.ts';
import { noteOddities } from './reserved/oddities.ts';
import { type RegionInfo, RegionList } from './reserved/regions.ts';
import { reserveAll } from './reserved/reserve.ts';
import { cpusOf, swiotlbOf, zoneDmaLimitOf } from './zone.ts';

export interface LoadOptions {
  /** RAM; replaces what the tree says. More than half of real trees leave it to the boot loader. */
  readonly memory?: readonly Bank[];
  /** Bytes of RAM for a tree without banks, at its lowest memory node or region. */
  readonly memorySize?: number;
  /** Bytes; the smallest of the profile unless said. */
  readonly pageSize?: number;
  readonly profile?: 'arm64' | 'arm-nommu';
}

export interface Board {
  readonly machine: Machine;
  readonly notes: readonly Note[];
  /** Notes that found no room. */
  readonly notesDropped: number;
  /** `model` of the root, or its first `compatible`. */
  readonly model: string;
  readonly banksFrom: 'tree' | 'caller' | 'default';
  /** Parallel to `machine.regions`. */
  readonly regions: readonly RegionInfo[];
  /** `infos` is parallel to `machine.devices`. */
  readonly devices: DeviceList;
}

/** Loads a blob. Throws BoardError. */
export function loadBoard(blob: Uint8Array, options: LoadOptions = {}): Board {
  return boardOf(parseFdt(blob), options);
}

/** The same for a tree read before. */
export function boardOf(tree: FdtTree, options: LoadOptions = {}): Board {
  const profile = options.profile ?? 'arm64';
  const pageSize = options.pageSize ?? PROFILES[profile].pageSizes[0];
  const pageSizes: readonly number[] = PROFILES[profile].pageSizes;
  if (!pageSizes.includes(pageSize)) {
    throw new BoardError('page size', sizeText(pageSize), pageSizes.map(sizeText).join(' or '));
  }
  const { root } = tree;
  const notes = new Notebook();
  if (tree.skippedNodes > 0) notes.add('depth-skipped', '/', `${tree.skippedNodes} nodes`);
  refuseManyBuses(root);
  const table = phandleTable(root, notes);
  const topology = new DmaTopology(table, notes);
  const declared = declaredRegions(root, notes);
  const { banks, banksFrom } = banksOf(root, declared, options, pageSize, notes);
  const rules: HandlerRules = {
    cmaAlignment: cmaAlignmentOf(pageSize),
    poolNeedsNoMap: profile === 'arm-nommu',
  };
  const cells = rootCells(root);
  const reserved = reserveAll({ declared, cells, banks, pageSize, rules, notes });
  const regions = new RegionList(notes);
  regions.addDeclared(declared, reserved, rules);
  regions.addHeader(tree.reserveMap);
  regions.retireAreas(banks);
  noteOddities(regions.infos, banks, notes);
  const lookup = { table, regions, notes, missing: new Map<number, number>() };
  const devices = devicesOf(mastersOf(root, notes), new Viewer(topology), lookup);
  const cpus = cpusOf(root);
  const zoneDmaLimit =
    profile === 'arm64' ? zoneDmaLimitOf(root, banks, topology) : PROFILES[profile].zoneDmaLimit;
  const machine: Machine = {
    profile,
    pageSize,
    cacheLine: PROFILES[profile].cacheLine,
    cpus,
    zoneDmaLimit,
    lowmemReserve: false,
    banks,
    regions: regions.infos.map(({ region }) => region),
    swiotlb: profile === 'arm64' ? swiotlbOf(banks, zoneDmaLimit, cpus) : null,
    devices: devices.infos.map(({ device }) => device),
  };
  refuseContradiction(machine);
  const model = stringOf(root, 'model') ?? stringOf(root, 'compatible') ?? '';
  const { notes: list, dropped: notesDropped } = notes;
  return { machine, notes: list, notesDropped, model, banksFrom, regions: regions.infos, devices };
}

/** Every bus with windows costs a translation of each of them through all buses above. */
function refuseManyBuses(root: FdtNode): void {
  let buses = 0;
  for (const node of walk(root)) buses += Number((node.get('dma-ranges')?.length ?? 0) > 0);
  if (buses > RANGE_BUSES_MAX) {
    throw new BoardError('dma-ranges', `${buses} buses with windows`, `at most ${RANGE_BUSES_MAX}`);
  }
}

/** Pools of 2^31 pages and the like: the tree is fine, but no machine can be it. */
function refuseContradiction(machine: Machine): void {
  const problem = machineProblem(machine);
  if (problem === null) return;
  const { part, index } = problem.place;
  throw new BoardError(`${part} ${index} of the machine`, problem.found, problem.expected);
}

function banksOf(
  root: FdtNode,
  declared: readonly Declared[],
  options: LoadOptions,
  pageSize: number,
  notes: Notebook,
): Pick<Board, 'banksFrom'> & { banks: readonly Bank[] } {
  if (options.memory !== undefined) return { banks: options.memory, banksFrom: 'caller' };
  const { banks, nodeBase } = memoryOf(root, pageSize, notes);
  if (banks.length > 0) return { banks, banksFrom: 'tree' };
  if (options.memorySize === undefined) {
    const expected = 'the size of RAM from the caller: --memory BASE+SIZE';
    throw new BoardError('/memory', 'no bank with a size', expected);
  }
  const base = alignDown(defaultBase(nodeBase, declared), pageSize);
  notes.add('bank-default', '/', `${sizeText(options.memorySize)} at 0x${base.toString(16)}`);
  return { banks: [{ base, size: options.memorySize }], banksFrom: 'default' };
}

/** The most common start of RAM on real boards; for trees that say nothing at all. */
const COMMON_BASE = 2 ** 31;

/**
 * A memory node of size 0 gives the base, but 71 of 429 real boards reserve memory below it: the
 * lowest static region counts, too.
 */
function defaultBase(nodeBase: number | null, declared: readonly Declared[]): number {
  let base = nodeBase;
  for (const { available, tuples } of declared) {
    for (const tuple of available ? tuples.slice(0, 1) : []) {
      if (tuple.size > 0n && tuple.base < BigInt(base ?? 2 ** 52)) base = Number(tuple.base);
    }
  }
  return base ?? COMMON_BASE;
}
