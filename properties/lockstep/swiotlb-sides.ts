/** An allocator of slots and its literal definition, made alike and asked the same. */
import { ReferencePool } from '../../model/reference/swiotlb.ts';
import {
  ReferenceIoTlb,
  type ReferencePlace,
  type ReferenceWanted,
} from '../../model/reference/swiotlb-mem.ts';
import type { IoTlbMem, IoTlbMemOptions } from '../../sut/dma/swiotlb/mem.ts';
import { SlotMemory } from './slot-memory.ts';
import { type Devices, devicesOf } from './swiotlb-devices.ts';
import type { LiveSlots } from './swiotlb-invariants.ts';
import type { SlotMap, SlotProgram } from './swiotlb-programs.ts';

/** The implementation under test. */
export type MakeSlots = (options: IoTlbMemOptions) => IoTlbMem;

/** What a run met, for who counts. */
export type SlotWatcher = (label: string) => void;

/** Addresses, or null; and what is live if both answered the same. */
export interface SlotAnswers {
  readonly expected: number | null;
  readonly observed: number | null;
  readonly live: Omit<LiveSlots, 'tlbAddr'>;
}

/** Where memory of further pools begins, and where that of those that stay ends. */
const GROWS_AT = 0x10000000;
const PHYS_LIMIT = 0x7fffffff;

export class SlotSides {
  readonly mem: IoTlbMem;
  readonly expect: ReferenceIoTlb;
  readonly devices: Devices;
  /** Null: neither can grow. */
  readonly memory: SlotMemory | null;
  readonly expectMemory: SlotMemory | null;
  readonly #pageSize: number;
  readonly #watch: SlotWatcher;

  constructor(program: SlotProgram, make: MakeSlots, watch: SlotWatcher) {
    const { start, nslabs, nareas, pageSize, budget, devices } = program;
    const memory = () => (budget === null ? null : new SlotMemory(budget, GROWS_AT));
    this.memory = memory();
    this.expectMemory = memory();
    const dynamic = this.memory && { memory: this.memory, physLimit: PHYS_LIMIT };
    this.mem = make({ start, nslabs, nareas, pageSize, ...(dynamic && { dynamic }) });
    const maxSlabs = pageSize === 4096 ? 2048 : 16384;
    const pool = new ReferencePool(start, nslabs, nareas);
    const grows = this.expectMemory && {
      memory: this.expectMemory,
      physLimit: PHYS_LIMIT,
      maxSlabs,
    };
    this.expect = new ReferenceIoTlb(pool, pageSize, grows);
    this.devices = devices.map(devicesOf);
    this.#pageSize = pageSize;
    this.#watch = watch;
  }

  map({ device, cpu, orig, bytes, align }: SlotMap): SlotAnswers {
    const { dev, reference } = this.devices[device]!;
    const wanted = this.expect.wantedForMap(reference, orig, bytes, align);
    const expected = this.#expected(device, wanted, cpu);
    const observed = this.mem.tblMapSingle(dev, orig, bytes, align, cpu);
    return { expected, observed, live: { orig, bytes, align, device } };
  }

  /** Where it is aligned for the bus only, slots go back. */
  alloc(device: number, bytes: number, cpu: number): SlotAnswers {
    const { dev, reference } = this.devices[device]!;
    const wanted = this.expect.wantedForAlloc(bytes);
    let expected = this.#expected(device, wanted, cpu);
    if (expected !== null && expected % this.#pageSize !== 0) {
      this.#watch('aligned for the bus only');
      this.expect.unmap(reference, expected);
      expected = null;
    }
    const observed = this.mem.alloc(dev, bytes, cpu);
    return { expected, observed, live: { orig: null, bytes, align: wanted.alignMask, device } };
  }

  /** Does the implementation release it, as it must? */
  release({ tlbAddr, orig, device }: LiveSlots): boolean {
    const { dev, reference } = this.devices[device]!;
    this.expect.unmap(reference, tlbAddr);
    return orig === null ? this.mem.free(tlbAddr) : this.mem.tblUnmapSingle(dev, tlbAddr);
  }

  /** Is the address in the slots of this one? */
  has({ tlbAddr, device }: LiveSlots, address: number): boolean {
    const pool = this.expect.poolOf(address);
    if (pool === null || !pool.has(tlbAddr)) return false;
    const { slot, count } = pool.runOf(this.devices[device]!.reference, tlbAddr);
    const at = Math.floor((address - pool.start) / 2048);
    return at >= slot && at < slot + count;
  }

  #expected(device: number, wanted: ReferenceWanted, cpu: number): number | null {
    const { reference } = this.devices[device]!;
    const { place, missed } = this.expect.findOrRepair(reference, wanted, cpu);
    this.#watch(missed ? 'missed by Linux' : this.#labelOf(place, wanted, cpu));
    return place && this.expect.addressOf(place, wanted);
  }

  #labelOf(place: ReferencePlace | null, { pad }: ReferenceWanted, cpu: number): string {
    if (place === null) return 'none';
    const { pool, slot } = place;
    if (pool.transient) return 'transient';
    if (pool !== this.expect.defpool) return 'grown';
    const another = Math.floor(slot / pool.areaNslabs) !== cpu % pool.areas.length;
    return another ? 'another area' : pad > 0 ? 'padded' : 'found';
  }
}
