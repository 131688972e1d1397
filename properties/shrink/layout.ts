/**
 * Passes that lay memory and buses out plainly, all at once: addresses depend on each other, so
 * one at a time they are stuck where the draw put them.
 */
import type { Machine } from '../../contract/machine.ts';
import { DEVICE_DEFAULTS, PROFILES } from '../../contract/machine.ts';
import { machineProblem } from '../../contract/machine-check.ts';
import { alignUp } from '../../contract/numbers.ts';
import type { Op } from '../../contract/operations.ts';
import { rowOf } from '../../contract/operations.ts';
import type { Case } from '../../contract/scenario.ts';

const G = 2 ** 30;
/** Where the bank is, and where everything else starts: behind it, before it, high, inside. */
const FRAMES = [
  { bank: 0, origin: G },
  { bank: G, origin: 0 },
  { bank: 0, origin: 4 * G },
  { bank: 0, origin: 0 },
] as const;
/** Between things that did not touch. */
const STEP = 0x10000;

/** One bank of 1 GiB; regions and declared pools in order, touching where they touched. */
export function* plainLayout(kase: Case): Generator<Case> {
  for (const { bank, origin } of FRAMES) {
    for (const sizes of ['page', 'kept'] as const) {
      const moved = relocate(sizes === 'page' ? asPools(kase) : kase, origin, sizes);
      const machine = { ...moved.machine, banks: [{ base: bank, size: G }] };
      // Outside the bank no region needs a no-map.
      const plain = bank === origin ? machine : withoutNoMap(machine);
      for (const one of plain === machine ? [machine] : [plain, machine]) {
        yield* valid({ machine: plainMasks(one), program: moved.program });
        yield* valid({ machine: one, program: moved.program });
      }
    }
  }
}

function withoutNoMap(machine: Machine): Machine {
  const { poolsNeedNoMap } = PROFILES[machine.profile];
  const regions = machine.regions.map((region) => ({
    ...region,
    noMap: poolsNeedNoMap && region.kind === 'pool',
  }));
  return { ...machine, regions };
}

function* valid(kase: Case): Generator<Case> {
  if (machineProblem(kase.machine) === null) yield kase;
}

/** Every region a pool: areas and bounce pools have sizes of their own to keep. */
function asPools(kase: Case): Case {
  const regions = kase.machine.regions.map((region, index) => ({
    ...region,
    kind: 'pool' as const,
    name: `p${index}`,
  }));
  return { ...kase, machine: { ...kase.machine, regions } };
}

function plainMasks(machine: Machine): Machine {
  const { mask, coherentMask, busLimit } = DEVICE_DEFAULTS;
  const devices = machine.devices.map((device) => ({ ...device, mask, coherentMask, busLimit }));
  return { ...machine, devices };
}

interface Range {
  readonly base: number;
  readonly size: number;
}

interface Move extends Range {
  readonly to: number;
  readonly newSize: number;
}

/** Every region, declared range and free-standing window goes to `origin` and up. */
function relocate({ machine, program }: Case, origin: number, sizes: 'page' | 'kept'): Case {
  const { memory, apart } = rangesOf(machine, program);
  const moves = movesOf(memory, origin, sizes, machine.pageSize);
  // Windows nothing lies in come first where there is room, else behind everything.
  const last = Math.max(0, ...moves.map((move) => alignUp(move.to + move.newSize, STEP)));
  moves.push(...movesOf(apart, origin === 0 ? last + STEP : 0, sizes, machine.pageSize));
  const map = (address: number) => mapped(moves, address);
  const resized = (range: Range) => moves.find((m) => m.base === range.base)?.newSize ?? range.size;
  return {
    machine: {
      ...machine,
      regions: machine.regions.map((region) => ({
        ...region,
        base: map(region.base),
        size: resized(region),
      })),
      devices: machine.devices.map((device) => ({
        ...device,
        windows: device.windows.map((window) => {
          // One that stands alone takes the new size; others must go on covering what they do.
          const alone = apart.some(({ base, size }) => base === window.cpu && size === window.size);
          const size = alone ? resized({ base: window.cpu, size: window.size }) : window.size;
          return { ...window, cpu: map(window.cpu), size };
        }),
      })),
    },
    program: program.map((op) => {
      const moved = mapAddresses(op, (field) => field !== 'dma', map);
      if (op.op !== 'declare' || moved.op !== 'declare') return moved;
      return { ...moved, size: resized({ base: op.phys, size: op.size }) };
    }),
  };
}

function rangesOf(
  machine: Machine,
  program: readonly Op[],
): { readonly memory: readonly Range[]; readonly apart: readonly Range[] } {
  const windows = machine.devices.flatMap((device) =>
    device.windows.map((window) => ({ base: window.cpu, size: window.size })),
  );
  const installed = program.flatMap((op) =>
    op.op === 'set_offset' ? [{ base: op.cpu, size: op.size }] : [],
  );
  const memory: Range[] = [
    ...machine.regions.map(({ base, size }) => ({ base, size })),
    ...program.flatMap((op) => (op.op === 'declare' ? [{ base: op.phys, size: op.size }] : [])),
  ];
  const apart = [...windows, ...installed].filter(
    (window) => !memory.some((range) => near(window, range.base) || near(range, window.base)),
  );
  return { memory, apart };
}

function near({ base, size }: Range, address: number): boolean {
  return base <= address && address <= base + size;
}

/** In the order of first mention; what touched the one before it touches it again. */
function movesOf(
  ranges: readonly Range[],
  origin: number,
  sizes: 'page' | 'kept',
  pageSize: number,
): Move[] {
  const moves: Move[] = [];
  let next = origin;
  for (const range of ranges) {
    if (moves.some((move) => move.base === range.base)) continue;
    const newSize = sizes === 'page' ? Math.min(range.size, pageSize) : range.size;
    const before = moves.find((move) => move.base + move.size === range.base);
    const inside = moves.find((move) => near(move, range.base) && move !== before);
    let to = next + (range.base % pageSize);
    if (before !== undefined) to = before.to + before.newSize;
    else if (inside !== undefined) to = inside.to + Math.min(range.base - inside.base, pageSize);
    moves.push({ ...range, to, newSize });
    next = Math.max(next, alignUp(to + newSize + pageSize, STEP));
  }
  return moves;
}

/** Inside a moved range, or at its end: moved along. Distances from the end are kept, too. */
function mapped(moves: readonly Move[], address: number): number {
  const exact = moves.find((move) => move.base === address);
  if (exact !== undefined) return exact.to;
  const move = moves.find((m) => near(m, address));
  if (move === undefined) return address;
  const offset = address - move.base;
  return offset <= move.newSize
    ? move.to + offset
    : Math.max(move.to, move.to + move.newSize - (move.size - offset));
}

/** Address operands whose field is wanted, mapped. */
function mapAddresses(
  op: Op,
  wanted: (field: string) => boolean,
  map: (address: number) => number,
): Op {
  const values: Record<string, unknown> = { ...op };
  for (const field of rowOf(op.op).fields) {
    const value = values[field.name];
    if (field.type === 'address' && wanted(field.name) && typeof value === 'number') {
      values[field.name] = map(value);
    }
  }
  return values as unknown as Op;
}

/** Bus addresses of windows count up from 0; operands inside a window move along. */
export function* plainBus({ machine, program }: Case): Generator<Case> {
  for (const sizes of ['page', 'kept'] as const) {
    const moves: Move[] = [];
    let next = 0;
    for (const window of machine.devices.flatMap((device) => device.windows)) {
      if (moves.some((move) => move.base === window.dma)) continue;
      const newSize = sizes === 'page' ? Math.min(window.size, machine.pageSize) : window.size;
      moves.push({ base: window.dma, size: window.size, to: next, newSize });
      next += alignUp(Math.max(newSize, 1), STEP);
    }
    const map = (address: number) => mapped(moves, address);
    const devices = machine.devices.map((device) => ({
      ...device,
      windows: device.windows.map((window) => {
        const move = moves.find((m) => m.base === window.dma);
        return { ...window, dma: map(window.dma), size: move?.newSize ?? window.size };
      }),
    }));
    yield* valid({
      machine: { ...machine, devices },
      program: program.map((op) => mapAddresses(op, (field) => field === 'dma', map)),
    });
  }
}
