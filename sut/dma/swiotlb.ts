/**
 * Slots of bounce memory, as far as restricted pools hand them out: one area, no original buffer.
 *
 * Free slots are counted as in the kernel: of every slot, how many free ones follow up to the end
 * of its segment, itself included; 0 means taken. So a run never leaves its segment of 128 slots.
 * Segments nobody touched have no counts yet. Source: kernel/dma/swiotlb.c, Linux 6.12.
 */
import { orderOf } from '../../contract/numbers.ts';
import type { Device } from '../device.ts';
import { DMA_MAPPING_ERROR, physToDma } from './direct.ts';

/** IO_TLB_SIZE, bytes. */
const SLOT = 2048;
/** IO_TLB_SEGSIZE, slots. */
const SEGMENT = 128;

/** A request: how many slots it takes, and where it may begin. */
interface Search {
  readonly slots: number;
  /** Slots from one aligned slot to the next. */
  readonly period: number;
  /** The first aligned slot. */
  readonly first: number;
  /** What Linux adds to an aligned slot that does not fit. */
  readonly stride: number;
}

export class IoTlbMem {
  /** Physical address of the first slot. */
  readonly start: number;
  readonly slots: number;
  /** Taken slots. */
  #used = 0;
  /** Where the next search begins. */
  #index = 0;
  readonly #lists = new Map<number, Uint8Array>();
  /** Slots of an allocation, by its first one. */
  readonly #allocated = new Map<number, number>();

  /** All of [start, start + size) in whole slots. (:rmem_swiotlb_device_init) */
  constructor(start: number, size: number) {
    this.start = start;
    this.slots = Math.floor(size / SLOT);
  }

  get free(): number {
    return this.slots - this.#used;
  }

  /**
   * `size` bytes (>= 1, whole pages) as a physical address: a run of slots whose bus address is
   * aligned to the size rounded up to a power of two pages. Null: none, also when CPU pages and
   * bus pages do not begin at the same bytes. (:swiotlb_alloc)
   */
  alloc(dev: Device, size: number, pageSize: number): number | null {
    const search = this.#searchOf(dev, size, pageSize * 2 ** orderOf(size, pageSize));
    if (search === null) return null;
    const slot = this.#search(search);
    if (slot < 0) return null;
    this.#take(slot, search.slots);
    const phys = this.start + slot * SLOT;
    if (phys % pageSize === 0) return phys;
    this.release(phys);
    return null;
  }

  /** Frees what `alloc` answered; false if that is not of this pool. (:swiotlb_release_slots) */
  release(phys: number): boolean {
    const slot = (phys - this.start) / SLOT;
    const count = this.#allocated.get(slot);
    if (count === undefined) return false;
    this.#allocated.delete(slot);
    this.#used -= count;
    const list = this.#list(slot);
    const at = slot % SEGMENT;
    let run = at + count < list.length ? list[at + count]! : 0;
    for (let i = at + count - 1; i >= 0 && (i >= at || list[i] !== 0); i--) list[i] = ++run;
    return true;
  }

  /**
   * Null when no slot of an empty pool would do. What is aligned to its size rounded up crosses no
   * boundary that it is not longer than, so of the boundary only the distance matters.
   */
  #searchOf(dev: Device, size: number, align: number): Search | null {
    const bus = physToDma(dev, this.start);
    if (bus === DMA_MAPPING_ERROR) return null;
    const rest = (align - (bus % align)) % align;
    const slots = Math.ceil(size / SLOT);
    const first = rest / SLOT;
    const longest = Math.min(SEGMENT - first, Math.floor(dev.segmentBoundary / SLOT) + 1);
    if (rest % SLOT !== 0 || slots > longest) return null;
    const higher = dev.minAlign >= align ? dev.minAlign - (align - 1) : 0;
    const stride = Math.floor(Math.max(align - 1, higher) / SLOT) + 1;
    return { slots, period: align / SLOT, first, stride };
  }

  /** A slot to begin at, or -1. (:swiotlb_search_pool_area) */
  #search(search: Search): number {
    if (search.slots > this.free) return -1;
    let slot = this.#index;
    for (let checked = 0; checked < this.slots; ) {
      const aligned = (slot + search.period - search.first) % search.period === 0;
      if (aligned && this.#fits(search, slot)) return slot;
      const step = aligned ? search.stride : 1;
      checked += step;
      slot = slot + step < this.slots ? slot + step : 0;
    }
    // Linux gives up here, although steps that counted as looked at may have passed over a slot.
    for (slot = search.first; slot < this.slots; slot += search.period) {
      if (this.#fits(search, slot)) return slot;
    }
    return -1;
  }

  #fits(search: Search, slot: number): boolean {
    const at = slot % SEGMENT;
    const list = this.#lists.get(Math.floor(slot / SEGMENT));
    return (list?.[at] ?? this.#lengthOf(slot) - at) >= search.slots;
  }

  #take(slot: number, count: number): void {
    const list = this.#list(slot);
    const at = slot % SEGMENT;
    list.fill(0, at, at + count);
    let run = 0;
    for (let i = at - 1; i >= 0 && list[i] !== 0; i--) list[i] = ++run;
    this.#allocated.set(slot, count);
    this.#used += count;
    this.#index = slot + count < this.slots ? slot + count : 0;
  }

  /** Slots in the segment that `slot` is in: the last one may be shorter. */
  #lengthOf(slot: number): number {
    return Math.min(SEGMENT, this.slots - (slot - (slot % SEGMENT)));
  }

  #list(slot: number): Uint8Array {
    const segment = Math.floor(slot / SEGMENT);
    let list = this.#lists.get(segment);
    if (list === undefined) {
      const length = this.#lengthOf(slot);
      list = Uint8Array.from({ length }, (_, index) => length - index);
      this.#lists.set(segment, list);
    }
    return list;
  }
}
