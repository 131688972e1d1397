/**
 * The operation table as commands see it: which numbers each kind draws beforehand, and what they
 * mean once the state is known. Sizes, edges and flags as in properties/programs.
 */
import type { Machine } from '../../contract/machine.ts';
import { ADDRESS_END, floorLog2 } from '../../contract/numbers.ts';
import type { Op, OpName } from '../../contract/operations.ts';
import { ATTRS } from '../../contract/operations.ts';
import type { Live, World } from './world.ts';

type Numbers = readonly number[];

export interface Kind {
  /** Each number is drawn from 0 to this, inclusive. */
  readonly maxima: Numbers;
  /** Null: nothing to apply to. */
  readonly resolve: (world: World, drawn: Numbers) => Op | null;
}

/** Any number, to be reduced by what it picks from. */
const ANY = 2 ** 20 - 1;
const FOCUS_SIZE = 4;
const MASKS = [0, 16, 24, 28, 30, 31, 32, 33, 36, 40, 52, 64] as const;

/** Nine of ten times a device in focus. One number serves, because fewer draws are faster. */
const deviceMax = (machine: Machine) => 10 * FOCUS_SIZE * machine.devices.length - 1;

function deviceOf({ machine, focus }: Pick<World, 'machine' | 'focus'>, drawn: number): number {
  const { length } = machine.devices;
  return drawn % 10 === 0 ? Math.floor(drawn / 10) % length : focus[drawn % focus.length]!;
}

const bufferOf = ({ live }: World, drawn: number): Live | undefined => live[drawn % live.length];

/** -1, the device that allocated it, three of four times. */
function viaOf({ machine }: World, drawn: number): number {
  return drawn % 4 === 0 ? Math.floor(drawn / 4) % machine.devices.length : -1;
}

export function kindsOf(machine: Machine): Readonly<Record<OpName, Kind>> {
  const device = deviceMax(machine);
  const via = 4 * machine.devices.length - 1;
  const edges = edgesOf(machine);
  const place = edges.length - 1;
  const pages = 3 * 21 - 1;
  const edge = (at: number) => edges[at]!;
  return {
    alloc_coherent: { maxima: [device, 59, 11, ANY, 3, 47], resolve: allocOf },
    free: {
      maxima: [ANY, via],
      resolve: (world, [which, via]) => {
        const buffer = bufferOf(world, which!);
        return buffer ? { op: 'free', buffer: buffer.label, via: viaOf(world, via!) } : null;
      },
    },
    mmap: { maxima: [ANY, via, ANY, 3, 23], resolve: mmapOf },
    write: { maxima: [ANY, 1, ANY, ANY, 254], resolve: writeOf },
    read: { maxima: [ANY, 1, ANY, ANY], resolve: readOf },
    attach: { maxima: [device, ANY], resolve: attachOf },
    detach: onDevice(device, 'detach'),
    release: onDevice(device, 'release'),
    required_mask: onDevice(device, 'required_mask'),
    addressing_limited: onDevice(device, 'addressing_limited'),
    declare: { maxima: [device, 11, ANY, 1, 19, 11, 24, 7], resolve: declareOf },
    set_mask: masked(device, 'set_mask'),
    set_coherent_mask: masked(device, 'set_coherent_mask'),
    set_offset: {
      maxima: [device, place, place, pages, 5],
      resolve: (world, [d, at, to, length, same]) => {
        const cpu = edge(at!);
        const dma = same === 0 ? cpu : edge(to!);
        const size = lengthOf(machine, length!);
        return { op: 'set_offset', device: deviceOf(world, d!), cpu, dma, size };
      },
    },
    phys_to_dma: {
      maxima: [device, place],
      resolve: (world, [d, at]) => {
        return { op: 'phys_to_dma', device: deviceOf(world, d!), phys: edge(at!) };
      },
    },
    dma_to_phys: {
      maxima: [device, place],
      resolve: (world, [d, at]) => {
        return { op: 'dma_to_phys', device: deviceOf(world, d!), dma: edge(at!) };
      },
    },
    coherent_ok: {
      maxima: [device, place, pages],
      resolve: (world, [d, at, length]) => {
        const size = lengthOf(machine, length!);
        return { op: 'coherent_ok', device: deviceOf(world, d!), phys: edge(at!), size };
      },
    },
    capable: {
      maxima: [device, place, pages],
      resolve: (world, [d, at, length]) => {
        const size = lengthOf(machine, length!);
        return { op: 'capable', device: deviceOf(world, d!), dma: edge(at!), size };
      },
    },
  };
}

type Plain = 'detach' | 'release' | 'required_mask' | 'addressing_limited';

function onDevice(max: number, op: Plain): Kind {
  return { maxima: [max], resolve: (world, [d]) => ({ op, device: deviceOf(world, d!) }) };
}

function masked(max: number, op: 'set_mask' | 'set_coherent_mask'): Kind {
  return {
    maxima: [max, MASKS.length - 1],
    resolve: (world, [d, mask]) => ({ op, device: deviceOf(world, d!), mask: MASKS[mask!]! }),
  };
}

/** Every place where something begins, ends or is halved, and the bytes around. */
function edgesOf({ banks, regions, devices, pageSize }: Machine): readonly number[] {
  const windows = devices.flatMap((device) => device.windows);
  const ranges = [
    ...[...banks, ...regions],
    ...windows.map(({ cpu, size }) => ({ base: cpu, size })),
    ...windows.map(({ dma, size }) => ({ base: dma, size })),
    ...devices.map(({ busLimit, mask }) => ({ base: busLimit, size: mask ?? 0 })),
  ];
  const edges = ranges.flatMap(({ base, size }) =>
    [0, -1, 1, size - 1, size, size - pageSize, Math.floor(size / 2)].map((at) => base + at),
  );
  return edges.map((address) => Math.min(Math.max(address, 0), ADDRESS_END - 1));
}

const lengthOf = ({ pageSize }: Machine, drawn: number) =>
  pageSize * 2 ** Math.floor(drawn / 3) + (drawn % 3) - 1;

function allocOf(world: World, [d, tiny, off, scale, gfp, attr]: Numbers): Op | null {
  const device = deviceOf(world, d!);
  const pages = world.pagesOf(device);
  if (pages === null) return null;
  const size = sizeOf(world, pages, tiny!, off!, scale!);
  const attrs = attr! < 6 ? ATTRS.filter((name, i) => i === attr! && served(name)) : [];
  const out = world.nextLabel;
  return { op: 'alloc_coherent', out, device, size, gfp: gfp === 0 ? 'atomic' : 'blocking', attrs };
}

/** The global pool does not serve requests without a kernel mapping. */
const served = (attr: string) => attr !== 'no-kernel-mapping';

function sizeOf(world: World, pages: number, tiny: number, off: number, scale: number): number {
  const { pageSize } = world.machine;
  if (tiny === 0) return scale % 2;
  const step = off < 4 ? [-1, 1, pageSize, -pageSize][off]! : 0;
  if (!world.largeSizes || pages <= 1) {
    return Math.max(1, pageSize * (1 + (scale % 3)) + Math.sign(step));
  }
  const order = scale % (floorLog2(pages) + 2);
  const whole = scale % 6 === 0 ? pages : 2 ** order;
  return Math.max(1, whole * pageSize + step);
}

/** A part of the buffer: the whole of it half of the time. */
function partOf(size: number, whole: number, at: number, part: number) {
  if (whole === 0) return { offset: 0, length: size };
  const offset = at % size;
  return { offset, length: 1 + (part % (size - offset)) };
}

function writeOf(world: World, [which, whole, at, part, value]: Numbers): Op | null {
  const buffer = bufferOf(world, which!);
  if (buffer === undefined || buffer.size === 0) return null;
  const range = partOf(buffer.size, whole!, at!, part!);
  return { op: 'write', buffer: buffer.label, ...range, value: 1 + value! };
}

function readOf(world: World, [which, whole, at, part]: Numbers): Op | null {
  const buffer = bufferOf(world, which!);
  if (buffer === undefined || buffer.size === 0) return null;
  return { op: 'read', buffer: buffer.label, ...partOf(buffer.size, whole!, at!, part!) };
}

function mmapOf(world: World, [which, via, at, more, claim]: Numbers): Op | null {
  const buffer = bufferOf(world, which!);
  if (buffer === undefined) return null;
  const { pageSize } = world.machine;
  const count = Math.ceil(buffer.size / pageSize);
  const offset = at! % 2 === 0 ? 0 : Math.floor(at! / 2) % (count + 2);
  const pages = Math.max(1, Math.max(1, count - offset) + [-1, 0, 0, 1][more!]!);
  const size = claim! < 4 ? [0, 1, pageSize + 1, buffer.size + 1][claim!]! : -1;
  return { op: 'mmap', buffer: buffer.label, via: viaOf(world, via!), size, offset, pages };
}

function attachOf(world: World, [d, at]: Numbers): Op | null {
  const device = deviceOf(world, d!);
  const { length } = world.machine.devices[device]!.regions;
  if (length === 0) return null;
  return { op: 'attach', device, index: at! % 10 === 0 ? length : at! % length };
}

export function declareOf(world: Pick<World, 'machine' | 'focus'>, drawn: Numbers): Op {
  const [d, where, at, whole, few, odd, none, to] = drawn as Required<Numbers>;
  const { banks, regions, pageSize } = world.machine;
  const holes = regions.filter((region) => region.noMap && region.size >= pageSize);
  const bank = banks[at! % banks.length]!;
  const outside = { base: bank.base + bank.size, size: pageSize * 64 };
  const inHole = where! < 9 && holes.length > 0;
  const range = where === 11 ? bank : inHole ? holes[at! % holes.length]! : outside;
  const pages = whole === 0 ? 1 + few! : Math.ceil(range.size / pageSize);
  const extra = odd === 0 ? 0x800 : 0;
  const size = none === 0 ? 0 : Math.min(pages, 2 ** 21) * pageSize + extra;
  const phys = Math.ceil(range.base / pageSize) * pageSize + (none === 1 ? 0x800 : 0);
  const dma = to! < 4 ? phys : [0, pageSize, 0x40000000, 0x100000000][to! - 4]!;
  const device = deviceOf(world, d!);
  return { op: 'declare', device, phys: Math.min(phys, ADDRESS_END - size - 1), dma, size };
}
