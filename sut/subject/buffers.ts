/** Operations on buffers: labels become addresses, and what else the caller must repeat. */
import type { OpOf } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { failed, NONE, OK, SKIPPED } from '../../contract/outcome.ts';
import type { Device } from '../device.ts';
import type { Allocation } from '../dma/coherent.ts';
import { cookieOf } from '../dma/direct-alloc.ts';
import type { BufferOp, LabelOp } from './kinds.ts';
import { applyPages, freePages, type PageBuffer } from './pages.ts';
import type { System } from './system.ts';

interface DmaBuffer extends Allocation {
  readonly kind: 'coherent' | 'noncoherent';
  readonly dev: Device;
  readonly size: number;
  readonly noKernelMapping: boolean;
  /** Null: the CPU has no view of it. */
  readonly phys: number | null;
}

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
    return { is: 'ok', phys, handle: got.handle, bytes: memory.ram.read(phys, op.size) };
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
    return { is: 'ok', phys, handle, bytes: memory.ram.read(phys, op.size) };
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
      default:
        return this.#access(op, buffer.phys);
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

  #access(op: OpOf<'write' | 'read'>, phys: number | null): Outcome {
    if (phys === null) return SKIPPED;
    const { ram } = this.#system.memory;
    if (op.op === 'read') return { is: 'ok', bytes: ram.read(phys + op.offset, op.length) };
    ram.fill(phys + op.offset, op.length, op.value);
    return OK;
  }

  #via(op: OpOf<'free' | 'mmap'>, buffer: DmaBuffer): Device {
    return op.via < 0 ? buffer.dev : this.#system.devices[op.via]!;
  }
}
