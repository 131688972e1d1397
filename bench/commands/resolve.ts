/** What drawn numbers mean once the state is known; null: nothing to apply to. */
import type { Bank } from '../../contract/machine.ts';
import { ADDRESS_END, floorLog2 } from '../../contract/numbers.ts';
import type { Op, OpOf } from '../../contract/operations.ts';
import type { Part } from './draws.ts';
import type { Live, World } from './world.ts';

/** The world before anything has happened. */
type Place = Pick<World, 'machine' | 'focus'>;

export function deviceOf({ focus }: Place, drawn: number): number {
  return drawn < 0 ? -1 - drawn : focus[drawn % focus.length]!;
}

const bufferOf = ({ live }: World, which: number): Live | undefined => live[which % live.length];

type Plain = 'detach' | 'release' | 'required_mask' | 'addressing_limited';

export function onDevice(op: Plain): (world: World, drawn: number) => Op {
  return (world, drawn) => ({ op, device: deviceOf(world, drawn) });
}

export type DrawnSize =
  | { readonly bytes: number }
  | { readonly scale: number; readonly near: number };

export interface DrawnAlloc extends Pick<OpOf<'alloc_coherent'>, 'gfp' | 'attrs'> {
  readonly device: number;
  readonly size: DrawnSize;
}

export function allocOf(world: World, drawn: DrawnAlloc): Op | null {
  const device = deviceOf(world, drawn.device);
  const pages = world.pagesOf(device);
  if (pages === null) return null;
  const { gfp, attrs } = drawn;
  const size = sizeOf(world, pages, drawn.size);
  return { op: 'alloc_coherent', out: world.nextLabel, device, size, gfp, attrs };
}

function sizeOf({ machine, largeSizes }: World, pages: number, drawn: DrawnSize): number {
  if ('bytes' in drawn) return drawn.bytes;
  const { pageSize } = machine;
  const { scale, near } = drawn;
  if (!largeSizes || pages <= 1) {
    return Math.max(1, pageSize * (1 + (scale % 3)) + Math.sign(near));
  }
  const order = scale % (floorLog2(pages) + 2);
  const wanted = scale % 6 === 0 ? pages : 2 ** order;
  return Math.max(1, wanted * pageSize + near);
}

export function freeOf(world: World, { which, via }: { which: number; via: number }): Op | null {
  const buffer = bufferOf(world, which);
  return buffer === undefined ? null : { op: 'free', buffer: buffer.label, via };
}

export interface DrawnMmap {
  readonly which: number;
  readonly via: number;
  readonly at: number;
  readonly more: number;
  readonly claim: number;
}

export function mmapOf(world: World, { which, via, at, more, claim }: DrawnMmap): Op | null {
  const buffer = bufferOf(world, which);
  if (buffer === undefined) return null;
  const count = Math.ceil(buffer.size / world.machine.pageSize);
  const offset = at % (count + 2);
  const pages = Math.max(1, Math.max(1, count - offset) + more);
  return { op: 'mmap', buffer: buffer.label, via, size: claim, offset, pages };
}

export interface DrawnPart {
  readonly which: number;
  readonly part: Part;
}

/** The whole buffer, or some of it. */
function partOf(size: number, part: Part): { offset: number; length: number } {
  if (part === null) return { offset: 0, length: size };
  const offset = part[0] % size;
  return { offset, length: 1 + (part[1] % (size - offset)) };
}

export function writeOf(world: World, drawn: DrawnPart & { readonly value: number }): Op | null {
  const buffer = bufferOf(world, drawn.which);
  if (buffer === undefined || buffer.size === 0) return null;
  const range = partOf(buffer.size, drawn.part);
  return { op: 'write', buffer: buffer.label, ...range, value: drawn.value };
}

export function readOf(world: World, drawn: DrawnPart): Op | null {
  const buffer = bufferOf(world, drawn.which);
  if (buffer === undefined || buffer.size === 0) return null;
  return { op: 'read', buffer: buffer.label, ...partOf(buffer.size, drawn.part) };
}

export function attachOf(world: World, drawn: { device: number; index: number }): Op | null {
  const device = deviceOf(world, drawn.device);
  const { length } = world.machine.devices[device]!.regions;
  if (length === 0) return null;
  return { op: 'attach', device, index: drawn.index < 0 ? length : drawn.index % length };
}

export interface DrawnPool {
  readonly device: number;
  readonly range: Bank;
  /** Null: all of the range. */
  readonly pages: number | null;
  readonly odd: number;
  /** Null: the physical address. */
  readonly dma: number | null;
}

export function declareOf(world: Place, drawn: DrawnPool): Op {
  const { pageSize } = world.machine;
  const { base, size: whole } = drawn.range;
  const pages = drawn.pages ?? Math.ceil(whole / pageSize);
  const size = Math.min(pages, 2 ** 21) * pageSize + drawn.odd;
  const start = Math.ceil(base / pageSize) * pageSize;
  const phys = Math.min(start, ADDRESS_END - size - 1);
  const device = deviceOf(world, drawn.device);
  return { op: 'declare', device, phys, dma: drawn.dma ?? phys, size };
}
