/** Operations on streaming mappings, and what devices do with them. */
import type { OpOf } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { failed, NONE, OK, SKIPPED } from '../../contract/outcome.ts';
import type { Device } from '../device.ts';
import { DMA_MAPPING_ERROR, dmaToPhys } from '../dma/direct.ts';
import type { Direction, MapOptions } from '../dma/direct-map.ts';
import type { SgTable } from '../lib/scatterlist.ts';
import type { MappingOp } from './kinds.ts';
import type { System } from './system.ts';
import type { PageSource, Tables } from './tables.ts';
import { withEvents } from './with-events.ts';

/** A run of bus addresses. */
interface Segment {
  readonly address: number;
  readonly length: number;
}

interface MappingRecord {
  readonly kind: 'page' | 'table' | 'resource';
  readonly dev: Device;
  readonly direction: Direction;
  readonly segments: readonly Segment[];
  readonly table: SgTable | null;
}

type OnMapping = OpOf<
  'unmap' | 'sync_for_cpu' | 'sync_for_device' | 'need_sync' | 'mapped_read' | 'mapped_write'
>;
type Sync = OpOf<'sync_for_cpu' | 'sync_for_device'>;

export class Mappings {
  readonly #system: System;
  readonly #tables: Tables;
  readonly #pages: (buffer: number) => PageSource | null;
  readonly #mappings = new Map<number, MappingRecord>();

  constructor(system: System, tables: Tables, pages: (buffer: number) => PageSource | null) {
    this.#system = system;
    this.#tables = tables;
    this.#pages = pages;
  }

  apply(op: MappingOp): Outcome {
    const outcome = this.#answer(op);
    return withEvents(outcome, this.#system.tlbPages?.events('transient') ?? []);
  }

  #answer(op: MappingOp): Outcome {
    switch (op.op) {
      case 'map_page':
        return this.#mapPage(op);
      case 'map_sgtable':
        return this.#mapTable(op);
      case 'map_resource':
        return this.#mapResource(op);
      default: {
        const mapping = this.#mappings.get(op.mapping);
        return mapping === undefined ? SKIPPED : this.#onMapping(op, mapping);
      }
    }
  }

  #mapPage(op: OpOf<'map_page'>): Outcome {
    const { streaming, devices } = this.#system;
    const dev = devices[op.device]!;
    const source = this.#pages(op.buffer);
    if (source === null || dev.iommu !== null) return SKIPPED;
    const { size, direction } = op;
    const phys = source.phys + op.offset;
    const address = streaming.mapPage(dev, phys, size, direction, optionsOf(op));
    if (address === DMA_MAPPING_ERROR) return NONE;
    const segments = [{ address, length: size }];
    this.#mappings.set(op.out, { kind: 'page', dev, direction, segments, table: null });
    return { is: 'ok', address };
  }

  #mapTable(op: OpOf<'map_sgtable'>): Outcome {
    const { streaming, devices } = this.#system;
    const dev = devices[op.device]!;
    const table = this.#tables.table(op.table);
    if (table === null || dev.iommu !== null) return SKIPPED;
    const { direction } = op;
    const error = streaming.mapSgtable(dev, table, direction, optionsOf(op));
    if (error !== null) return op.call === 'sg' ? NONE : failed(error);
    const segments = segmentsOf(table);
    this.#mappings.set(op.out, { kind: 'table', dev, direction, segments, table });
    return {
      is: 'ok',
      segments: segments.map(({ address, length }) => [address, length] as const),
    };
  }

  #mapResource(op: OpOf<'map_resource'>): Outcome {
    const { streaming, devices } = this.#system;
    const dev = devices[op.device]!;
    if (dev.iommu !== null) return SKIPPED;
    const address = streaming.mapResource(dev, op.phys, op.size);
    if (address === DMA_MAPPING_ERROR) return NONE;
    const { direction } = op;
    const segments = [{ address, length: op.size }];
    this.#mappings.set(op.out, { kind: 'resource', dev, direction, segments, table: null });
    return { is: 'ok', address };
  }

  #onMapping(op: OnMapping, mapping: MappingRecord): Outcome {
    const { streaming, memory } = this.#system;
    const { dev, segments } = mapping;
    switch (op.op) {
      case 'unmap':
        this.#unmap(op, mapping);
        this.#mappings.delete(op.mapping);
        return OK;
      case 'sync_for_cpu':
      case 'sync_for_device':
        this.#sync(op, mapping);
        return OK;
      case 'need_sync':
        return { is: 'ok', truth: streaming.needSync(dev, segments[0]!.address) };
      case 'mapped_read': {
        const bytes = partsOf(segments, op.offset, op.length).flatMap(({ address, length }) =>
          memory.bus.read(dmaToPhys(dev, address), length, dev.dmaCoherent),
        );
        return { is: 'ok', bytes };
      }
      case 'mapped_write':
        for (const { address, length } of partsOf(segments, op.offset, op.length)) {
          memory.bus.fill(dmaToPhys(dev, address), length, op.value, dev.dmaCoherent);
        }
        return OK;
    }
  }

  #unmap(op: OpOf<'unmap'>, { kind, dev, direction: own, segments, table }: MappingRecord): void {
    const { streaming } = this.#system;
    const direction = op.direction === 'mapped' ? own : op.direction;
    const skip = op.attrs.includes('skip-cpu-sync');
    // Nothing was done for registers, and nothing is undone.
    if (kind === 'resource') return;
    if (table !== null) streaming.unmapSgtable(dev, table, direction, skip);
    else streaming.unmapPage(dev, segments[0]!.address, segments[0]!.length, direction, skip);
  }

  /** The parts of a range one by one, as a caller does who passes on less than all. */
  #sync(op: Sync, { dev, direction: own, segments }: MappingRecord): void {
    const { streaming } = this.#system;
    const direction = op.direction === 'mapped' ? own : op.direction;
    const all = segments.reduce((sum, { length }) => sum + length, 0);
    const length = op.length < 0 ? all - op.offset : op.length;
    for (const part of partsOf(segments, op.offset, length)) {
      if (op.op === 'sync_for_cpu') {
        streaming.syncForCpu(dev, part.address, part.length, direction);
      } else streaming.syncForDevice(dev, part.address, part.length, direction);
    }
  }
}

function optionsOf({ attrs, cpu }: OpOf<'map_page' | 'map_sgtable'>): MapOptions {
  return { skipCpuSync: attrs.includes('skip-cpu-sync'), cpu };
}

function segmentsOf(table: SgTable): Segment[] {
  return Array.from({ length: table.nents }, (_, index) => ({
    address: table.dmaAddress(index),
    length: table.dmaLength(index),
  }));
}

/** What [offset, offset + length) of the data is, segment by segment. */
function partsOf(segments: readonly Segment[], offset: number, length: number): Segment[] {
  const parts: Segment[] = [];
  let at = 0;
  for (const segment of segments) {
    const from = Math.max(0, offset - at);
    const to = Math.min(segment.length, offset + length - at);
    if (from < to) parts.push({ address: segment.address + from, length: to - from });
    at += segment.length;
  }
  return parts;
}
