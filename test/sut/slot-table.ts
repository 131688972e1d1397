/** A pool of slots to call by hand: answers are slots and numbers, as tables of examples have. */
import { UNLIMITED } from '../../contract/numbers.ts';
import { type ReferenceDevice, ReferencePool } from '../../model/reference/swiotlb.ts';
import { ReferenceIoTlb } from '../../model/reference/swiotlb-mem.ts';
import { IoTlbMem, type SwiotlbDevice } from '../../sut/dma/swiotlb/mem.ts';

export const START = 0x1000000;
const ORIG = 0x41000000;
const PAGE = 4096;

export interface Shape {
  readonly nslabs: number;
  readonly nareas?: number;
  readonly start?: number;
  /** M and B. */
  readonly minAlign?: number;
  readonly boundary?: number;
}

export function deviceWith(more: Partial<SwiotlbDevice> = {}): SwiotlbDevice {
  return {
    dmaMask: UNLIMITED,
    busDmaLimit: 0,
    dmaRangeMap: null,
    segmentBoundary: UNLIMITED,
    minAlign: 0,
    dmaUsesIoTlb: false,
    dmaIoTlbPools: [],
    ...more,
  };
}

/** How a request is told from 2048 bytes at the start of a page. */
export interface Asked {
  /** Low bits of the original address. */
  readonly low?: number;
  readonly align?: number;
  readonly cpu?: number;
}

export class SlotTable {
  readonly mem: IoTlbMem;
  readonly dev: SwiotlbDevice;
  readonly start: number;

  constructor({ nslabs, nareas = 1, start = START, minAlign = 0, boundary }: Shape) {
    this.mem = new IoTlbMem({ start, nslabs, nareas, pageSize: PAGE });
    this.dev = deviceWith({ minAlign, segmentBoundary: boundary ?? UNLIMITED });
    this.start = start;
  }

  /** T - start, or null. */
  map(bytes: number, { low = 0, align = 0, cpu = 0 }: Asked = {}): number | null {
    const tlbAddr = this.mem.tblMapSingle(this.dev, ORIG + low, bytes, align, cpu);
    return tlbAddr === null ? null : tlbAddr - this.start;
  }

  /** First and last slot, where the area of the first one goes on, and what it uses; or null. */
  slots(bytes: number, asked: Asked = {}): readonly number[] | null {
    const before = this.mem.totalUsed;
    const at = this.map(bytes, asked);
    if (at === null) return null;
    const data = Math.floor(at / 2048);
    const first = data - this.mem.defpool.slot(data).padSlots;
    const { index, used } = this.mem.defpool.areaOf(first);
    return [first, first + this.mem.totalUsed - before - 1, index, used];
  }

  /** By T - start. */
  unmap(at: number): boolean {
    return this.mem.tblUnmapSingle(this.dev, this.start + at);
  }

  /** Counts of slots 0 to `count` - 1. */
  list(count: number): string {
    return Array.from({ length: count }, (_, slot) => this.mem.defpool.slot(slot).list).join(' ');
  }

  index(area = 0): number {
    return this.mem.defpool.areas[area]!.index;
  }

  /** Every record, and what areas use. */
  state(): string {
    const { defpool } = this.mem;
    const slots = Array.from({ length: defpool.nslabs }, (_, slot) => defpool.slot(slot));
    return JSON.stringify([slots, defpool.areas.map(({ used }) => used)]);
  }
}

/** The same by the literal rules: an answer is the first slot, or null where Linux gives up. */
export class LiteralTable {
  readonly mem: ReferenceIoTlb;
  readonly #device: ReferenceDevice;

  constructor({ nslabs, nareas = 1, start = START, minAlign = 0, boundary }: Shape) {
    this.mem = new ReferenceIoTlb(new ReferencePool(start, nslabs, nareas), PAGE, null);
    const toDma = (phys: number) => phys;
    this.#device = { minAlign, boundary: boundary ?? UNLIMITED, toDma, limit: UNLIMITED };
  }

  slot(bytes: number, { low = 0, align = 0, cpu = 0 }: Asked = {}): number | null {
    const wanted = this.mem.wantedForMap(this.#device, ORIG + low, bytes, align);
    return this.mem.find(this.#device, wanted, cpu)?.slot ?? null;
  }

  unmap(at: number): void {
    this.mem.unmap(this.#device, this.mem.defpool.start + at);
  }
}
