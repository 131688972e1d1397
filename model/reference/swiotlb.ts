/**
 * A pool of bounce slots, literally (mapping.md §4.4, §4.9): one record per slot in plain arrays,
 * a search that goes from slot to slot, and taking and giving back that write every record.
 *
 * Masks are 2^n - 1: `x & mask` is x % (mask + 1).
 */
const SLOT = 2048;
const SEGMENT = 128;

/** What of a device decides where its slots are; all of it fixed. */
export interface ReferenceDevice {
  /** B, M: masks 2^n - 1. */
  readonly boundary: number;
  readonly minAlign: number;
  /** Bus address of a physical one. */
  readonly toDma: (phys: number) => number;
  /** Highest bus address, inclusive. */
  readonly limit: number;
}

/** A request (§4.3), as the search gets it. */
export interface ReferenceRequest {
  /** O; 0: no original buffer, or one at address 0. */
  readonly orig: number;
  readonly size: number;
  /** A */
  readonly alignMask: number;
  readonly pageSize: number;
}

export const slotsOf = (bytes: number) => Math.ceil(bytes / SLOT);

/** `orig & M & 2047` */
export const lowBits = (device: ReferenceDevice, address: number) =>
  (address % (device.minAlign + 1)) % SLOT;

export class ReferencePool {
  readonly start: number;
  readonly areaNslabs: number;
  readonly transient: boolean;
  readonly areas: { used: number; index: number }[] = [];
  /** Slot by slot. */
  readonly list: number[] = [];
  readonly orig: (number | null)[] = [];
  readonly alloc: number[] = [];
  readonly pad: number[] = [];

  constructor(start: number, nslabs: number, nareas: number, transient = false) {
    this.start = start;
    this.areaNslabs = Math.floor(nslabs / nareas);
    this.transient = transient;
    for (let area = 0; area < nareas; area++) this.areas.push({ used: 0, index: 0 });
    for (let slot = 0; slot < nslabs; slot++) {
      this.list.push(Math.min(SEGMENT - (slot % SEGMENT), nslabs - slot));
      this.orig.push(null);
      this.alloc.push(0);
      this.pad.push(0);
    }
  }

  get nslabs(): number {
    return this.list.length;
  }

  has(address: number): boolean {
    return address >= this.start && address < this.start + this.nslabs * SLOT;
  }

  /** The slot that Linux finds in an area, absolute; null: it gives up. */
  search(device: ReferenceDevice, areaIndex: number, request: ReferenceRequest): number | null {
    const { areaNslabs } = this;
    const area = this.areas[areaIndex]!;
    const { stride } = this.alignment(device, request);
    if (slotsOf(request.size) > areaNslabs - area.used) return null;
    const wrap = (index: number) => (index < areaNslabs ? index : 0);
    let index = area.index;
    let checked = 0;
    while (checked < areaNslabs) {
      const slot = areaIndex * areaNslabs + index;
      if (!this.isAligned(device, slot, request)) {
        index = wrap(index + 1);
        checked += 1;
        continue;
      }
      if (this.hasRoom(device, slot, request)) return slot;
      index = wrap(index + stride);
      checked += stride;
    }
    return null;
  }

  /** The first slot of an area that would do, whatever Linux looks at; null: none. */
  anyFit(device: ReferenceDevice, areaIndex: number, request: ReferenceRequest): number | null {
    const first = areaIndex * this.areaNslabs;
    for (let slot = first; slot < first + this.areaNslabs; slot++) {
      const aligned = this.isAligned(device, slot, request);
      if (aligned && this.hasRoom(device, slot, request)) return slot;
    }
    return null;
  }

  /** `A` and `io` of §4.4, and the stride. */
  private alignment(
    { minAlign }: ReferenceDevice,
    { size, alignMask, pageSize }: ReferenceRequest,
  ) {
    const pageRule = alignMask === 0 && minAlign === 0 && size >= pageSize;
    const mask = Math.max(pageRule ? pageSize - 1 : alignMask, SLOT - 1);
    // The bits of M above those of A, as a number.
    const io = minAlign > mask ? minAlign - mask : 0;
    return { mask, io, stride: Math.floor(Math.max(mask, io) / SLOT) + 1 };
  }

  private busOf(device: ReferenceDevice): number {
    return device.toDma(this.start) % (device.boundary + 1);
  }

  private isAligned(device: ReferenceDevice, slot: number, request: ReferenceRequest): boolean {
    const { mask, io } = this.alignment(device, request);
    const address = this.busOf(device) + slot * SLOT;
    if (address % (mask + 1) !== 0) return false;
    if (request.orig === 0 || io === 0) return true;
    const bits = (value: number) => Math.floor((value % (device.minAlign + 1)) / (mask + 1));
    return bits(address) === bits(request.orig);
  }

  private hasRoom(device: ReferenceDevice, slot: number, { size }: ReferenceRequest): boolean {
    const count = slotsOf(size);
    const maxSlots = Math.floor(device.boundary / SLOT) + 1;
    const inBoundary = ((slotsOf(this.busOf(device)) + slot) % maxSlots) + count <= maxSlots;
    return inBoundary && this.list[slot]! >= count;
  }

  /** TAKE of §4.4; `lo` bytes at the start are not used. */
  take(slot: number, size: number, lo: number): void {
    const count = slotsOf(size);
    for (let k = 0; k < count; k++) {
      this.list[slot + k] = 0;
      this.alloc[slot + k] = size - lo - SLOT * k;
    }
    let run = 0;
    for (let j = slot - 1; this.sameSegment(j, slot) && this.list[j] !== 0; j--) {
      run += 1;
      this.list[j] = run;
    }
    const areaIndex = Math.floor(slot / this.areaNslabs);
    const area = this.areas[areaIndex]!;
    const index = slot - areaIndex * this.areaNslabs + count;
    area.index = index < this.areaNslabs ? index : 0;
    area.used += count;
  }

  /** How many slots the run of a bounce address has, and where it begins (§4.9). */
  runOf(device: ReferenceDevice, tlbAddr: number): { slot: number; count: number } {
    const lo = lowBits(device, tlbAddr);
    const data = (tlbAddr - lo - this.start) / SLOT;
    const slot = data - this.pad[data]!;
    return { slot, count: slotsOf(this.alloc[slot]! + lo) };
  }

  /** §4.9; answers how many slots came back. */
  release(device: ReferenceDevice, tlbAddr: number): number {
    const { slot, count } = this.runOf(device, tlbAddr);
    const area = this.areas[Math.floor(slot / this.areaNslabs)]!;
    const behind = slot + count;
    // Linux reads one record past the pool when a run ends there inside a segment: nothing free.
    let run = this.sameSegment(behind, slot) ? (this.list[behind] ?? 0) : 0;
    for (let j = behind - 1; j >= slot; j--) {
      run += 1;
      this.list[j] = run;
      this.orig[j] = null;
      this.alloc[j] = 0;
      this.pad[j] = 0;
    }
    for (let j = slot - 1; this.sameSegment(j, slot) && this.list[j] !== 0; j--) {
      run += 1;
      this.list[j] = run;
    }
    area.used -= count;
    return count;
  }

  private sameSegment(a: number, b: number): boolean {
    return a >= 0 && Math.floor(a / SEGMENT) === Math.floor(b / SEGMENT);
  }
}
