/** Operations on buffers: labels become addresses, and what else the caller must repeat. */

import { alignUp } from '../../contract/numbers.ts';
import type { OpOf } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { failed, NONE, OK, SKIPPED } from '../../contract/outcome.ts';
import type { Device } from '../device.ts';
import type { Allocation } from '../dma/coherent.ts';
import { dmaToPhys } from '../dma/direct.ts';
import { cookieOf } from '../dma/direct-alloc.ts';
import type { BufferOp, LabelOp } from './kinds.ts';
import { applyPages, freePages, type PageBuffer, pagesIn } from './pages.ts';
import type { System } from './system.ts';
import type { PageSource } from './tables.ts';

interface DmaBuffer extends Allocation {
  readonly kind: 'coherent' | 'noncoherent';
  readonly dev: Device;
  readonly size: number;
  readonly noKernelMapping: boolean;
  /** Null: the CPU has no view of it. */
  readonly phys: number | null;
}

/** What else is made of buffers: tables and mappings of their pages. */
export class Buffers {
  readonly #system: System;
  readonly #buffers = new Map<number, DmaBuffer | PageBuffer>();

  constructor(system: System) {
    this.#system = system;
  }

  apply(op: BufferOp): Outcome {
    switch (op.op) {
      case 'alloc_coherent':
        return this.#allocCoherent(op);
      case 'alloc_noncoherent':
        return this.#allocNoncoherent(op);
      case 'alloc_pages':
      case 'alloc_exact':
      case 'alloc_contig': {
        const { outcome, buffer } = applyPages(this.#system, op);
        if (buffer !== null) this.#buffers.set(op.out, buffer);
        return outcome;
      }
      default:
        return this.#onBuffer(op);
    }
  }

  #allocCoherent(op: OpOf<'alloc_coherent'>): Outcome {
    const { mapping, devices, memory } = this.#system;
    const dev = devices[op.device]!;
    if (dev.dmaMem === null && !mapping.serves(dev)) return SKIPPED;
    const noKernelMapping = op.attrs.includes('no-kernel-mapping');
    const request = { size: op.size, blocking: op.gfp === 'blocking', noKernelMapping };
    const got = mapping.allocAttrs(dev, request);
    if (got === null) return NONE;
    // A pool ignores the attribute; only a cookie is no address.
    const phys = got.cpu < 0 ? null : memory.resources.virtToPhys(got.cpu);
    const buffer = { kind: 'coherent', dev, size: op.size, noKernelMapping, phys, ...got } as const;
    this.#buffers.set(op.out, buffer);
    if (phys === null) {
      return { is: 'ok', phys: cookieOf(got.cpu) * memory.pageSize, handle: got.handle };
    }
    const bytes = memory.at(got.cpu).view.read(phys, op.size);
    return { is: 'ok', phys, handle: got.handle, bytes };
  }

  #allocNoncoherent(op: OpOf<'alloc_noncoherent'>): Outcome {
    const { mapping, devices, memory } = this.#system;
    const dev = devices[op.device]!;
    if (!mapping.serves(dev)) return SKIPPED;
    const got = mapping.allocPages(dev, op.size, op.gfp === 'blocking');
    if (got === null) return NONE;
    const { cpu: phys, handle } = got;
    const rest = { kind: 'noncoherent', dev, size: op.size, noKernelMapping: false } as const;
    this.#buffers.set(op.out, { ...rest, ...got, phys });
    return { is: 'ok', phys, handle, bytes: memory.views.cached.read(phys, op.size) };
  }

  #onBuffer(op: LabelOp): Outcome {
    const buffer = this.#buffers.get(op.buffer);
    if (buffer === undefined) return SKIPPED;
    switch (op.op) {
      case 'free':
        if (!('dev' in buffer)) return SKIPPED;
        this.#free(op, buffer);
        this.#buffers.delete(op.buffer);
        return OK;
      case 'free_pages':
        if ('dev' in buffer) return SKIPPED;
        freePages(this.#system, buffer);
        this.#buffers.delete(op.buffer);
        return OK;
      case 'mmap':
        return 'dev' in buffer ? this.#mmap(op, buffer) : SKIPPED;
      case 'device_read':
      case 'device_write':
        return 'dev' in buffer ? this.#deviceAccess(op, buffer) : SKIPPED;
      case 'evict':
      case 'prefetch':
        this.#cacheLines(op, buffer);
        return OK;
      default:
        return this.#access(op, buffer);
    }
  }

  #free(op: OpOf<'free'>, buffer: DmaBuffer): void {
    const { mapping } = this.#system;
    const dev = this.#via(op, buffer);
    if (buffer.kind === 'noncoherent') mapping.freePages(dev, buffer.size, buffer);
    else mapping.freeAttrs(dev, buffer, buffer);
  }

  #mmap(op: OpOf<'mmap'>, buffer: DmaBuffer): Outcome {
    const { mapping } = this.#system;
    const size = op.size < 0 ? buffer.size : op.size;
    const pfn =
      buffer.kind === 'noncoherent'
        ? mapping.mmapPages(buffer, size, op.offset, op.pages)
        : mapping.mmapAttrs(this.#via(op, buffer), buffer, size, op.offset, op.pages);
    return pfn === 'ENXIO' ? failed('ENXIO') : { is: 'ok', pfn };
  }

  #access(op: OpOf<'write' | 'read'>, buffer: DmaBuffer | PageBuffer): Outcome {
    if (buffer.phys === null) return SKIPPED;
    const { memory } = this.#system;
    const virt = 'cpu' in buffer ? buffer.cpu : buffer.phys;
    const { view, phys } = memory.at(virt + op.offset);
    if (op.op === 'read') return { is: 'ok', bytes: view.read(phys, op.length) };
    view.fill(phys, op.length, op.value);
    return OK;
  }

  /** By the handle, as the device does. */
  #deviceAccess(op: OpOf<'device_read' | 'device_write'>, buffer: DmaBuffer): Outcome {
    const { bus } = this.#system.memory;
    const dev = this.#via(op, buffer);
    const phys = this.#behind(dev, buffer.handle + op.offset);
    if (op.op === 'device_read') {
      return { is: 'ok', bytes: bus.read(phys, op.length, dev.dmaCoherent) };
    }
    bus.fill(phys, op.length, op.value, dev.dmaCoherent);
    return OK;
  }

  /** A declared pool answers at the addresses it was declared with, whatever the windows say. */
  #behind(dev: Device, dma: number): number {
    const mem = dev.dmaMem;
    if (mem === null || mem.useDevDmaPfnOffset) return dmaToPhys(dev, dma);
    const { pageSize } = this.#system.memory;
    const at = dma - mem.deviceBase;
    const inside = at >= 0 && at < mem.size * pageSize;
    return inside ? mem.pfnBase * pageSize + at : dmaToPhys(dev, dma);
  }

  /** Only memory with a linear address is ever in a cache. */
  #cacheLines(op: OpOf<'evict' | 'prefetch'>, { phys }: DmaBuffer | PageBuffer): void {
    const { cache, resources } = this.#system.memory;
    if (phys === null || !resources.hasLinearAddress(phys + op.offset, op.length)) return;
    cache[op.op](phys + op.offset, op.length);
  }

  /** The pages of a buffer, or null: it is dead, or known by its bus address alone. */
  pagesOf(label: number): PageSource | null {
    const buffer = this.#buffers.get(label);
    if (buffer === undefined || buffer.phys === null) return null;
    const { pageSize } = this.#system.memory;
    const length = 'dev' in buffer ? alignUp(buffer.size, pageSize) : pagesIn(buffer) * pageSize;
    return { phys: buffer.phys, length };
  }

  #via(op: OpOf<'free' | 'mmap' | 'device_read' | 'device_write'>, buffer: DmaBuffer): Device {
    return op.via < 0 ? buffer.dev : this.#system.devices[op.via]!;
  }
}
