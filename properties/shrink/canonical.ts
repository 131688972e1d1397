/**
 * Passes between ways to say the same thing, so that different seeds end in one text: pools are
 * declared rather than attached or global, and memory lies in one plain layout.
 */
import type { Machine, Region } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import { machineProblem } from '../../contract/machine-check.ts';
import { alignUp } from '../../contract/numbers.ts';
import type { Op } from '../../contract/operations.ts';
import { rowOf } from '../../contract/operations.ts';
import type { Case } from '../../contract/scenario.ts';
import { withoutRegion } from './machine.ts';

/** A private pool needs no region: attach becomes declare, here and there or everywhere. */
export function* declareInstead({ machine, program }: Case): Generator<Case> {
  const attaches = program.flatMap((op, index) => (op.op === 'attach' ? [index] : []));
  const swap = (op: Op): Op => {
    const region = op.op === 'attach' ? regionOf(machine, op) : undefined;
    return op.op === 'attach' && region !== undefined ? declaration(op.device, region) : op;
  };
  if (attaches.length > 1) yield withoutIdle({ machine, program: program.map(swap) });
  for (const index of attaches) {
    const swapped = program.map((op, i) => (i === index ? swap(op) : op));
    yield withoutIdle({ machine, program: swapped });
  }
  yield* declareGlobal({ machine, program });
}

/** Regions no operation attaches any more go. */
function withoutIdle(kase: Case): Case {
  const { machine, program } = kase;
  const attached = new Set(
    program.map((op) =>
      op.op === 'attach' ? machine.devices[op.device]!.regions[op.index] : undefined,
    ),
  );
  const idle = machine.regions.flatMap((_, index) => (attached.has(index) ? [] : [index]));
  return idle.reduceRight((rest, index) => withoutRegion(rest, index), kase);
}

/** What the global pool serves is served by a declared or attached one, without the profile. */
function* declareGlobal({ machine, program }: Case): Generator<Case> {
  const region = machine.regions.findLast((r) => r.kind === 'pool' && r.isDefault);
  if (region === undefined || !PROFILES[machine.profile].globalPool) return;
  const profile = { profile: 'arm64', cacheLine: PROFILES.arm64.cacheLine } as const;
  const regions = machine.regions.filter((r) => r !== region);
  if (machine.devices.some((device) => device.regions.length > 0)) return;
  for (const device of machine.devices.keys()) {
    const declared = [declaration(device, region), ...program];
    yield { machine: { ...machine, ...profile, regions }, program: declared };
    const index = regions.length;
    const devices = machine.devices.map((d, i) => (i === device ? { ...d, regions: [index] } : d));
    const listed = { ...machine, ...profile, devices };
    yield {
      machine: { ...listed, regions: [...regions, { ...region, isDefault: false }] },
      program: [{ op: 'attach', device, index: 0 }, ...program],
    };
  }
}

function regionOf(machine: Machine, op: { device: number; index: number }): Region | undefined {
  const region = machine.regions[machine.devices[op.device]!.regions[op.index] ?? -1];
  return region?.kind === 'pool' ? region : undefined;
}

function declaration(device: number, { base, size }: Region): Op {
  return { op: 'declare', device, phys: base, dma: base, size };
}

const BANK = 2 ** 30;
const STEP = 0x10000;

/** One bank of 1 GiB, pools behind or before it in the order they are named. */
export function* plainLayout(kase: Case): Generator<Case> {
  for (const bankBase of [0, BANK]) {
    const moved = relocate(kase, bankBase === 0 ? BANK : 0);
    const machine = { ...moved.machine, banks: [{ base: bankBase, size: BANK }] };
    if (machineProblem(machine) === null) yield { machine, program: moved.program };
  }
}

interface Move {
  readonly from: number;
  readonly size: number;
  readonly to: number;
}

/** Moves every region and declared range, and all addresses inside them, to `origin` and up. */
function relocate({ machine, program }: Case, origin: number): Case {
  const moves: Move[] = [];
  let next = origin;
  const ranges = [
    ...machine.regions.map(({ base, size }) => ({ base, size })),
    ...program.flatMap((op) => (op.op === 'declare' ? [{ base: op.phys, size: op.size }] : [])),
  ];
  for (const { base, size } of ranges) {
    if (moves.some((move) => holds(move, base))) continue;
    moves.push({ from: base, size, to: next + (base % machine.pageSize) });
    next += Math.max(STEP, alignUp(size + machine.pageSize, STEP));
  }
  const map = (address: number) => {
    const move = moves.find((m) => holds(m, address));
    return move === undefined ? address : move.to + (address - move.from);
  };
  return {
    machine: {
      ...machine,
      regions: machine.regions.map((region) => ({ ...region, base: map(region.base) })),
      devices: machine.devices.map((device) => ({
        ...device,
        windows: device.windows.map((window) => ({ ...window, cpu: map(window.cpu) })),
      })),
    },
    program: program.map((op) => mapPhys(op, map)),
  };
}

function holds(move: Move, address: number): boolean {
  return move.from <= address && address - move.from < Math.max(move.size, 1);
}

/** Physical operands move along; bus addresses stay. */
function mapPhys(op: Op, map: (address: number) => number): Op {
  const values: Record<string, unknown> = { ...op };
  for (const field of rowOf(op.op).fields) {
    const value = values[field.name];
    const isPhys = field.type === 'address' && field.name !== 'dma';
    if (isPhys && typeof value === 'number') values[field.name] = map(value);
  }
  return values as unknown as Op;
}
