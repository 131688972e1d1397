/**
 * Per-device coherent memory pools: a bitmap of pages over a reserved range.
 * Source: kernel/dma/coherent.c, Linux 6.12.
 */
import type { Errno } from '../../contract/errno.ts';
import { orderOf } from '../../contract/numbers.ts';
import type { Device } from '../device.ts';
import { Bitmap } from '../lib/bitmap.ts';
import type { Memory } from '../memory.ts';
import { DMA_MAPPING_ERROR, physToDma } from './direct.ts';

/** A pool. One bit of the bitmap is one page; sizes of allocations are not remembered. */
export interface CoherentMem {
  readonly virtBase: number;
  readonly deviceBase: number;
  readonly pfnBase: number;
  /** Pages. */
  readonly size: number;
  readonly bitmap: Bitmap;
  /** Handles follow the calling device's windows instead of `deviceBase`. */
  readonly useDevDmaPfnOffset: boolean;
}

/** CPU address (virtual) and bus address of an allocation. */
export interface Allocation {
  readonly cpu: number;
  readonly handle: number;
}

/** (:dma_get_device_base) */
function dmaGetDeviceBase(memory: Memory, dev: Device, mem: CoherentMem): number {
  if (mem.useDevDmaPfnOffset) return physToDma(dev, mem.pfnBase * memory.pageSize);
  return mem.deviceBase;
}

/** Adds to a bus address as 64-bit arithmetic does: all ones plus n is n - 1. */
function dmaAdd(base: number, bytes: number): number {
  if (base !== DMA_MAPPING_ERROR) return base + bytes;
  return bytes === 0 ? DMA_MAPPING_ERROR : bytes - 1;
}

/**
 * Makes a pool of [phys, phys + size), all pages free, contents untouched.
 * EINVAL: size 0, System RAM, or a base inside a page, where CPU and device would disagree (P-T5).
 * (:dma_init_coherent_memory)
 */
export function dmaInitCoherentMemory(
  memory: Memory,
  phys: number,
  deviceAddr: number,
  size: number,
  useDmaPfnOffset: boolean,
): CoherentMem | Errno {
  if (size === 0) return 'EINVAL';
  if (phys % memory.pageSize !== 0) return 'EINVAL';
  const virtBase = memory.resources.memremapWc(phys, size);
  if (virtBase === null) return 'EINVAL';
  const pages = Math.floor(size / memory.pageSize);
  return {
    virtBase,
    deviceBase: deviceAddr,
    pfnBase: Math.floor(phys / memory.pageSize),
    size: pages,
    bitmap: new Bitmap(pages),
    useDevDmaPfnOffset: useDmaPfnOffset,
  };
}

/** (:dma_assign_coherent_memory) */
export function dmaAssignCoherentMemory(dev: Device, mem: CoherentMem): Errno | null {
  if (dev.dmaMem !== null) return 'EBUSY';
  dev.dmaMem = mem;
  return null;
}

/** Gives the device a pool of its own whose bus address is `deviceAddr`. */
export function dmaDeclareCoherentMemory(
  memory: Memory,
  dev: Device,
  phys: number,
  deviceAddr: number,
  size: number,
): Errno | null {
  const mem = dmaInitCoherentMemory(memory, phys, deviceAddr, size, false);
  if (typeof mem === 'string') return mem;
  const error = dmaAssignCoherentMemory(dev, mem);
  if (error !== null) memory.resources.memunmap(mem.virtBase);
  return error;
}

/** Destroys the pool of the device. No allocation may be outstanding. */
export function dmaReleaseCoherentMemory(memory: Memory, dev: Device): void {
  if (dev.dmaMem === null) return;
  memory.resources.memunmap(dev.dmaMem.virtBase);
  dev.dmaMem = null;
}

/**
 * The first aligned free run of 2^order pages, zeroed; null when there is none.
 * (:__dma_alloc_from_coherent)
 */
export function dmaAllocFromPool(
  memory: Memory,
  dev: Device,
  mem: CoherentMem,
  size: number,
): Allocation | null {
  // Linux finds an "allocation" of no pages for 0 bytes (P-T1).
  if (size === 0) return null;
  if (size > mem.size * memory.pageSize) return null;
  const order = orderOf(size, memory.pageSize);
  const page = mem.bitmap.findFreeRegion(mem.size, order);
  if (page < 0) return null;
  const offset = page * memory.pageSize;
  const handle = dmaAdd(dmaGetDeviceBase(memory, dev, mem), offset);
  const cpu = mem.virtBase + offset;
  const { view, phys } = memory.at(cpu);
  view.fill(phys, size, 0);
  return { cpu, handle };
}

/** Does the pool claim the CPU address? */
function claims(memory: Memory, mem: CoherentMem, cpu: number): boolean {
  return cpu >= mem.virtBase && cpu < mem.virtBase + mem.size * memory.pageSize;
}

/** Frees 2^order pages at `cpu`; false when the address is not of this pool. */
export function dmaReleaseFromPool(
  memory: Memory,
  mem: CoherentMem | null,
  order: number,
  cpu: number,
): boolean {
  if (mem === null || !claims(memory, mem, cpu)) return false;
  const page = Math.floor((cpu - mem.virtBase) / memory.pageSize);
  mem.bitmap.releaseRegion(page, order);
  return true;
}

/**
 * First page frame of a process mapping of `pages` pages from page `offset` of the buffer, or
 * ENXIO; null when the buffer is not of this pool. (:__dma_mmap_from_coherent)
 */
export function dmaMmapFromPool(
  memory: Memory,
  mem: CoherentMem | null,
  cpu: number,
  size: number,
  offset: number,
  pages: number,
): number | 'ENXIO' | null {
  if (mem === null || !claims(memory, mem, cpu)) return null;
  // Linux asks the next allocator, which maps memory that is none of the buffer.
  if (cpu + size > mem.virtBase + mem.size * memory.pageSize) return 'ENXIO';
  const count = Math.ceil(size / memory.pageSize);
  if (offset >= count || pages > count - offset) return 'ENXIO';
  return mem.pfnBase + Math.floor((cpu - mem.virtBase) / memory.pageSize) + offset;
}
