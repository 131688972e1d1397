/**
 * The slots of one segment. Linux writes a record into every slot of a run. Here a run has one
 * record, at its first slot, and two sets say which slots are taken and where runs begin: what
 * Linux would have written into any slot follows from them, so that taking and giving back a run
 * costs the same for 1 slot and for 128. Source: kernel/dma/swiotlb.c:struct io_tlb_slot.
 */
import { IO_TLB_SEGSIZE, IO_TLB_SIZE } from './constants.ts';
import type { SlotSearch } from './search.ts';
import { SlotSet } from './slot-set.ts';

/** What a slot holds, as in the kernel. */
export interface IoTlbSlot {
  /** Free slots from here to the end of their run, not beyond the segment; 0: taken. */
  readonly list: number;
  /** Physical address of the CPU's byte for this slot; null: INVALID_PHYS_ADDR. */
  readonly origAddr: number | null;
  /** Bytes from the data of this slot to the end of the allocation; may be negative. */
  readonly allocSize: number;
  /** Padding slots before this one, the first that is none of them. */
  readonly padSlots: number;
}

/** No original buffer. */
export const NO_ORIG = -1;

export class SlotSegment {
  readonly #taken = new SlotSet();
  readonly #starts = new SlotSet();
  // Of a run, at its first slot.
  readonly #count = new Uint8Array(IO_TLB_SEGSIZE);
  readonly #pad = new Uint8Array(IO_TLB_SEGSIZE);
  readonly #lo = new Uint16Array(IO_TLB_SEGSIZE);
  readonly #alloc = new Int32Array(IO_TLB_SEGSIZE);
  readonly #orig = new Float64Array(IO_TLB_SEGSIZE);

  /** `length` slots (1 to 128): the last segment of a pool may be shorter. */
  constructor(length: number) {
    if (length < IO_TLB_SEGSIZE) this.#taken.add(length, IO_TLB_SEGSIZE - length);
  }

  /** The first of `at`, `at + step`, … below `end` where `slots` free ones begin; -1: none. */
  find(at: number, end: number, step: number, slots: number): number {
    let place = at;
    while (place < end) {
      const taken = this.#taken.nextIn(place);
      if (taken - place >= slots) return place;
      // All up to the next free slot are taken, or nearer to the end of the same run.
      const skipped = this.#taken.nextOut(taken) - place;
      place += skipped <= step ? step : Math.ceil(skipped / step) * step;
    }
    return -1;
  }

  /** Slots of the longest free run. */
  longestRun(): number {
    let longest = 0;
    let at = this.#taken.nextOut(0);
    while (at < IO_TLB_SEGSIZE) {
      const end = this.#taken.nextIn(at);
      if (end - at > longest) longest = end - at;
      at = this.#taken.nextOut(end);
    }
    return longest;
  }

  /** Takes what was searched for, at free slots from `at` on. */
  take(at: number, search: SlotSearch): void {
    this.#taken.add(at, search.slots);
    this.#starts.add(at, 1);
    this.#count[at] = search.slots;
    this.#pad[at] = search.pad;
    this.#lo[at] = search.lo;
    this.#alloc[at] = search.size - search.lo;
    this.#orig[at] = search.orig;
  }

  /** Gives back the run that begins at `at`; answers the length of the free run it joins. */
  release(at: number): number {
    const end = at + this.#count[at]!;
    this.#taken.remove(at, this.#count[at]!);
    this.#starts.remove(at, 1);
    return this.#taken.nextIn(end) - this.#taken.lastIn(at) - 1;
  }

  /** Where the run that has this slot begins; -1: the slot is free. */
  startOf(at: number): number {
    const start = this.#starts.lastIn(at);
    return start >= 0 && at < start + this.#count[start]! ? start : -1;
  }

  /** Slots of the run that begins at `start`. */
  countAt(start: number): number {
    return this.#count[start]!;
  }

  /** Padding slots of the run that begins at `start`. */
  padAt(start: number): number {
    return this.#pad[start]!;
  }

  /** Bytes before the first one of the buffer in its slot, of the run that begins at `start`. */
  loAt(start: number): number {
    return this.#lo[start]!;
  }

  /** Bytes of the run that begins at `start`, but for the first, unused ones of its data. */
  allocAt(start: number): number {
    return this.#alloc[start]!;
  }

  /** Address of the original buffer of the run that begins at `start`; NO_ORIG: none. */
  origAt(start: number): number {
    return this.#orig[start]!;
  }

  /** What Linux has in this slot. */
  slot(at: number): IoTlbSlot {
    const start = this.startOf(at);
    if (start < 0) {
      return { list: this.#taken.nextIn(at) - at, origAddr: null, allocSize: 0, padSlots: 0 };
    }
    const orig = this.#orig[start]!;
    const pad = this.#pad[start]!;
    const data = at - start - pad;
    return {
      list: 0,
      origAddr: orig === NO_ORIG || data < 0 ? null : orig + data * IO_TLB_SIZE,
      allocSize: this.#alloc[start]! - (at - start) * IO_TLB_SIZE,
      padSlots: data === 0 ? pad : 0,
    };
  }
}
