/**
 * What is looked for: so many slots, and where they may begin. An allocator has one of these and
 * sets it anew for every request, so that nothing is allocated on the way.
 *
 * Masks are 2^n - 1, so `x & mask` is a remainder. Source: kernel/dma/swiotlb.c:
 * swiotlb_search_pool_area, swiotlb_tbl_map_single.
 */
import type { Device } from '../../device.ts';
import { DMA_MAPPING_ERROR, physToDma } from '../direct.ts';
import { IO_TLB_SIZE, lowPart, nrSlots } from './constants.ts';
import { NO_ORIG } from './segment.ts';

/** What of a device decides where its slots are. */
export type SlotDevice = Pick<Device, 'dmaRangeMap' | 'segmentBoundary' | 'minAlign'>;

export class SlotSearch {
  /** Bytes, the unused ones at the start included. */
  size = 0;
  /** nrSlots(size). */
  slots = 0;
  /** Low bits of the original address that the bounce address has as well, below a slot. */
  lo = 0;
  /** Slots before the one with the first byte. */
  pad = 0;
  /** Original address; NO_ORIG: none. */
  orig = NO_ORIG;
  /** Slots from one place that is aligned to the next. */
  period = 1;
  /** What Linux adds to an aligned place that does not fit. */
  stride = 1;
  /** Slots between aligned places that Linux looks at: after a stride it goes on one by one. */
  step = 1;
  /** Did the search of an area leave out a place that is aligned? */
  incomplete = false;
  /** Bus address modulo period slots, where runs begin. */
  #residue = 0;
  /** The first aligned slot of the pool aimed at; -1: it has none. */
  #first = 0;
  /** Slots from one boundary to the next, and from the last one to the pool; 0: none in the way. */
  #maxSlots = 0;
  #phase = 0;

  /**
   * A buffer at `origAddr` of `mappingSize` bytes (>= 1). Its run begins at a multiple of
   * `allocAlignMask` + 1, and its bounce address has the low bits of `origAddr` that the device
   * asks for. At address 0 those above a slot are not asked for, as in Linux.
   */
  map(
    dev: SlotDevice,
    origAddr: number,
    mappingSize: number,
    allocAlignMask: number,
    pageSize: number,
  ): void {
    const kept = Math.min(dev.minAlign, Math.max(allocAlignMask, IO_TLB_SIZE - 1));
    const offset = lowPart(origAddr, kept + 1);
    const align = allocAlignMask + 1;
    this.orig = origAddr;
    this.lo = lowPart(offset, IO_TLB_SIZE);
    this.pad = (offset - this.lo) / IO_TLB_SIZE;
    this.#slots(dev, origAddr, Math.ceil((mappingSize + offset) / align) * align, allocAlignMask);
    this.#pageRule(dev, allocAlignMask, pageSize);
  }

  /** `size` bytes (>= 1) without an original buffer. */
  alloc(dev: SlotDevice, size: number, allocAlignMask: number): void {
    this.orig = NO_ORIG;
    this.lo = 0;
    this.pad = 0;
    this.#slots(dev, 0, size, allocAlignMask);
  }

  #slots(dev: SlotDevice, origAddr: number, size: number, allocAlignMask: number): void {
    const mask = Math.max(allocAlignMask, IO_TLB_SIZE - 1);
    const higher = dev.minAlign > mask ? dev.minAlign - mask : 0;
    const matched = higher > 0 && origAddr !== 0;
    this.incomplete = false;
    this.size = size;
    this.slots = nrSlots(size);
    this.#align(matched ? dev.minAlign : mask, Math.max(mask, higher));
    this.#residue = matched ? lowPart(origAddr, dev.minAlign + 1) - lowPart(origAddr, mask + 1) : 0;
  }

  /** Without any alignment asked for, what has a page or more begins at one. */
  #pageRule(dev: SlotDevice, allocAlignMask: number, pageSize: number): void {
    if (allocAlignMask !== 0 || dev.minAlign !== 0 || this.size < pageSize) return;
    this.#align(pageSize - 1, pageSize - 1);
  }

  #align(mask: number, strideMask: number): void {
    this.period = (mask + 1) / IO_TLB_SIZE;
    this.stride = Math.floor(strideMask / IO_TLB_SIZE) + 1;
    this.step = Math.ceil(this.stride / this.period) * this.period;
  }

  /** Prepares for a pool at `start` of `nslabs` slots; false: nothing begins there. */
  aim(dev: SlotDevice, start: number, nslabs: number): boolean {
    const bus = physToDma(dev, start);
    if (bus === DMA_MAPPING_ERROR) return false;
    const base = lowPart(bus, dev.segmentBoundary + 1);
    const rest = lowPart(this.#residue - base, this.period * IO_TLB_SIZE);
    const maxSlots = Math.floor(dev.segmentBoundary / IO_TLB_SIZE) + 1;
    const first = rest / IO_TLB_SIZE;
    if (!Number.isInteger(first) || this.slots > maxSlots) return false;
    this.#first = first;
    this.#phase = base / IO_TLB_SIZE;
    this.#maxSlots = this.#phase + nslabs <= maxSlots ? 0 : maxSlots;
    return true;
  }

  /** The first aligned slot of an area, counted from its first slot, which is `areaStart`. */
  firstIn(areaStart: number): number {
    return lowPart(this.#first - areaStart, this.period);
  }

  /** Does a run from this slot of the pool on cross no boundary? (:iommu_is_span_boundary) */
  insideBoundary(slot: number): boolean {
    const max = this.#maxSlots;
    return max === 0 || lowPart(this.#phase + slot, max) + this.slots <= max;
  }
}
