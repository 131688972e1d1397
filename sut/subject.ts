/** The implementation as a subject: operations become calls, labels become addresses. */

import type { Errno } from '../contract/errno.ts';
import type { Machine } from '../contract/machine.ts';
import { isCoherent } from '../contract/machine.ts';
import { BEYOND, maskOfBits } from '../contract/numbers.ts';
import type { Op, OpOf } from '../contract/operations.ts';
import type { Outcome } from '../contract/outcome.ts';
import { failed, NONE, OK, SKIPPED } from '../contract/outcome.ts';
import type { Booted, SyncSession, SyncSubject } from '../contract/subject.ts';
import { OBSERVATIONS } from '../contract/subject.ts';
import { Ram } from '../hardware/ram.ts';
import type { Device } from './device.ts';
import type { Memory } from './dma/coherent.ts';
import { dmaDeclareCoherentMemory, dmaReleaseCoherentMemory } from './dma/coherent.ts';
import {
  dmaCapable,
  dmaCoherentOk,
  dmaDirectSetOffset,
  dmaToPhys,
  physToDma,
} from './dma/direct.ts';
import { DmaMapping } from './dma/mapping.ts';
import { Resources } from './kernel/resource.ts';
import { ReservedMemory } from './of/reserved-mem.ts';

export const carveoutSubject: SyncSubject = {
  kind: 'sync',
  name: 'carveout',
  observes: new Set(OBSERVATIONS),
  placement: 'linux',
  accepts: () => null,
  boot: (machine) => new Session(machine),
};

interface Buffer {
  readonly dev: Device;
  readonly cpu: number;
  readonly size: number;
}

const result = (error: Errno | null): Outcome => (error === null ? OK : failed(error));
const addressOrNone = (address: number): Outcome =>
  address === BEYOND ? NONE : { is: 'ok', address };

class Session implements SyncSession {
  readonly booted: Booted;
  readonly #memory: Memory;
  readonly #reserved: ReservedMemory;
  readonly #mapping: DmaMapping;
  readonly #devices: readonly Device[];
  readonly #buffers = new Map<number, Buffer>();

  constructor(machine: Machine) {
    const resources = new Resources(machine);
    this.#memory = { pageSize: machine.pageSize, resources, ram: new Ram() };
    this.#reserved = new ReservedMemory(machine, this.#memory);
    this.#mapping = new DmaMapping(machine, this.#memory, this.#reserved);
    this.#devices = machine.devices.map((spec) => ({
      name: spec.name,
      dmaMask: spec.mask,
      coherentDmaMask: spec.coherentMask,
      busDmaLimit: spec.busLimit,
      dmaRangeMap: spec.windows.length === 0 ? null : spec.windows,
      dmaMem: null,
      dmaCoherent: isCoherent(machine, spec),
      iommu: spec.iommu,
      memoryRegion: spec.regions.map((index) => this.#reserved.regions[index]!),
    }));
    this.booted = { warnings: this.#reserved.bootWarnings };
  }

  describe(): readonly string[] {
    return this.#reserved.regions.flatMap(({ region, priv }) =>
      priv === null ? [] : [`${region.name}: ${priv.bitmap.count()} of ${priv.size} pages taken`],
    );
  }

  apply(op: Op): Outcome {
    switch (op.op) {
      case 'alloc_coherent':
        return this.#alloc(op);
      case 'free':
      case 'mmap':
      case 'write':
      case 'read':
        return this.#onBuffer(op);
      case 'attach':
      case 'detach':
      case 'declare':
      case 'release':
        return this.#onPool(op);
      default:
        return this.#onLimits(op);
    }
  }

  #alloc(op: OpOf<'alloc_coherent'>): Outcome {
    const dev = this.#devices[op.device]!;
    const noMapping = op.attrs.includes('no-kernel-mapping');
    if (!this.#mapping.servesCoherent(dev, noMapping)) return SKIPPED;
    const got = this.#mapping.allocAttrs(dev, op.size);
    if (got === null) return NONE;
    this.#buffers.set(op.out, { dev, cpu: got.cpu, size: op.size });
    const phys = this.#memory.resources.virtToPhys(got.cpu);
    const bytes = this.#memory.ram.read(phys, op.size);
    return { is: 'ok', phys, handle: got.handle, bytes };
  }

  #onBuffer(op: OpOf<'free' | 'mmap' | 'write' | 'read'>): Outcome {
    const buffer = this.#buffers.get(op.buffer);
    if (buffer === undefined) return SKIPPED;
    if (op.op === 'free') {
      this.#mapping.freeAttrs(this.#via(op, buffer), buffer.size, buffer.cpu);
      this.#buffers.delete(op.buffer);
      return OK;
    }
    if (op.op === 'mmap') {
      const size = op.size < 0 ? buffer.size : op.size;
      const dev = this.#via(op, buffer);
      const pfn = this.#mapping.mmapAttrs(dev, buffer.cpu, size, op.offset, op.pages);
      return pfn === 'ENXIO' ? failed('ENXIO') : { is: 'ok', pfn };
    }
    const phys = this.#memory.resources.virtToPhys(buffer.cpu) + op.offset;
    if (op.op === 'read') return { is: 'ok', bytes: this.#memory.ram.read(phys, op.length) };
    this.#memory.ram.fill(phys, op.length, op.value);
    return OK;
  }

  #via(op: OpOf<'free' | 'mmap'>, buffer: Buffer): Device {
    return op.via < 0 ? buffer.dev : this.#devices[op.via]!;
  }

  #onPool(op: OpOf<'attach' | 'detach' | 'declare' | 'release'>): Outcome {
    const dev = this.#devices[op.device]!;
    switch (op.op) {
      case 'attach': {
        const { error, warnings } = this.#reserved.deviceInitByIdx(dev, op.index);
        return warnings.length === 0 ? result(error) : { ...result(error), warnings };
      }
      case 'detach':
        this.#reserved.deviceRelease(dev);
        return OK;
      case 'declare':
        return result(dmaDeclareCoherentMemory(this.#memory, dev, op.phys, op.dma, op.size));
      case 'release':
        dmaReleaseCoherentMemory(this.#memory, dev);
        return OK;
    }
  }

  #onLimits(op: Exclude<Op, { op: PoolOp }>): Outcome {
    const dev = this.#devices[op.device]!;
    switch (op.op) {
      case 'set_mask':
        return result(this.#mapping.setMask(dev, maskOfBits(op.mask)));
      case 'set_coherent_mask':
        return result(this.#mapping.setCoherentMask(dev, maskOfBits(op.mask)));
      case 'set_offset':
        return result(dmaDirectSetOffset(dev, op.cpu, op.dma, op.size));
      case 'phys_to_dma':
        return addressOrNone(physToDma(dev, op.phys));
      case 'dma_to_phys':
        return addressOrNone(dmaToPhys(dev, op.dma));
      case 'coherent_ok':
        return { is: 'ok', truth: dmaCoherentOk(dev, op.phys, op.size) };
      case 'capable':
        return { is: 'ok', truth: dmaCapable(dev, op.dma, op.size) };
      case 'required_mask':
        return { is: 'ok', address: this.#mapping.getRequiredMask(dev) };
      case 'addressing_limited':
        return { is: 'ok', truth: this.#mapping.addressingLimited(dev) };
    }
  }
}

type PoolOp =
  | 'alloc_coherent'
  | 'free'
  | 'mmap'
  | 'write'
  | 'read'
  | 'attach'
  | 'detach'
  | 'declare'
  | 'release';
