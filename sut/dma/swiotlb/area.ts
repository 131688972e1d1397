/**
 * Part of a pool with a search of its own. Source: kernel/dma/swiotlb.c:struct io_tlb_area.
 *
 * Linux goes from its index to the next aligned slot one by one, then by strides; behind the last
 * slot it goes on at 0; and it ends when it counted as many slots as there are. A stride that wraps
 * counts in full, so an aligned slot may stay unseen (`slot-search-incomplete`). All that happens
 * on the way follows from where it starts: the slots looked at are first + k · step from the index
 * to the end, then the same from 0 to as many as are not counted yet. So two scans give Linux's
 * answer, and a scan passes over a segment as soon as its longest free run is known to be shorter
 * than what is wanted. That length is a bound from above: taking leaves it, giving back raises it,
 * and a scan that finds nothing in the segment makes it exact.
 *
 * Segments behind the last one ever touched are free and take no memory.
 */
import { IO_TLB_SEGSIZE, lowPart } from './constants.ts';
import type { SlotSearch } from './search.ts';
import { type IoTlbSlot, SlotSegment } from './segment.ts';

export class IoTlbArea {
  /** Its first slot in the pool. */
  readonly start: number;
  readonly nslabs: number;
  /** Slots taken. */
  used = 0;
  /** Where the next search begins, counted from the first slot. */
  index = 0;
  readonly #segments: SlotSegment[] = [];
  /** Of every segment touched: no free run has more slots. */
  readonly #bounds: number[] = [];

  constructor(start: number, nslabs: number) {
    this.start = start;
    this.nslabs = nslabs;
  }

  /** Slots not taken: fewer than asked for are no room, and no reason to search. */
  get free(): number {
    return this.nslabs - this.used;
  }

  /** Where Linux finds room, counted from the first slot; -1: nowhere. */
  find(search: SlotSearch): number {
    const { nslabs, index } = this;
    const { step, stride, period } = search;
    const first = search.firstIn(this.start);
    const from = index + lowPart(first - index, period);
    const found = this.#scan(search, from, nslabs, step);
    if (found >= 0) return found;
    const last = nslabs - 1 - ((nslabs - 1 - from) % step);
    const wraps = from < nslabs && last + stride > nslabs;
    const checked = (wraps ? last + stride : nslabs) - index;
    const end = Math.max(0, nslabs - checked);
    // The aligned slot before the index is the only one that a period as a step can leave out.
    if (step !== period || from - period >= end) search.incomplete = true;
    return this.#scan(search, first, end, step);
  }

  /** The first place there is, whatever Linux looks at; -1: none. */
  findAny(search: SlotSearch): number {
    return this.#scan(search, search.firstIn(this.start), this.nslabs, search.period);
  }

  /** Takes what was searched for, from `at` on. */
  take(at: number, search: SlotSearch): void {
    const segment = Math.floor(at / IO_TLB_SEGSIZE);
    this.#touch(segment);
    this.#segments[segment]!.take(at - segment * IO_TLB_SEGSIZE, search);
    this.used += search.slots;
    this.index = at + search.slots < this.nslabs ? at + search.slots : 0;
  }

  /** Gives back the run that begins at `at`. (:swiotlb_release_slots) */
  release(at: number): void {
    const segment = Math.floor(at / IO_TLB_SEGSIZE);
    const slots = this.#segments[segment]!;
    const start = at - segment * IO_TLB_SEGSIZE;
    this.used -= slots.countAt(start);
    const run = slots.release(start);
    if (run > this.#bounds[segment]!) this.#bounds[segment] = run;
  }

  /** The segment that has the slot; undefined: nothing of it was ever taken. */
  segmentOf(at: number): SlotSegment | undefined {
    return this.#segments[Math.floor(at / IO_TLB_SEGSIZE)];
  }

  /** What Linux has in the slot `at`, counted from the first one. */
  slot(at: number): IoTlbSlot {
    const segment = this.segmentOf(at);
    if (segment !== undefined) return segment.slot(at % IO_TLB_SEGSIZE);
    return { list: this.#roomFrom(at), origAddr: null, allocSize: 0, padSlots: 0 };
  }

  /** The first of `from`, `from + step`, … below `end` that fits; -1: none. */
  #scan(search: SlotSearch, from: number, end: number, step: number): number {
    const touched = Math.min(this.#bounds.length, Math.ceil(end / IO_TLB_SEGSIZE));
    let at = from;
    while (at < end) {
      let segment = Math.floor(at / IO_TLB_SEGSIZE);
      if (segment >= touched || this.#bounds[segment]! >= search.slots) {
        const found = this.#scanSegment(search.slots, segment, at, end, step);
        if (found >= 0 && search.insideBoundary(this.start + found)) return found;
        if (found >= 0) {
          at = found + step;
          continue;
        }
        segment++;
      }
      while (segment < touched && this.#bounds[segment]! < search.slots) segment++;
      const rest = segment * IO_TLB_SEGSIZE - at;
      at += rest <= step ? step : Math.ceil(rest / step) * step;
    }
    return -1;
  }

  /** The same in one segment, and whatever boundaries there are. */
  #scanSegment(slots: number, segment: number, at: number, end: number, step: number): number {
    if (segment >= this.#segments.length) return this.#roomFrom(at) >= slots ? at : -1;
    const base = segment * IO_TLB_SEGSIZE;
    const last = Math.min(end - base, IO_TLB_SEGSIZE);
    const found = this.#segments[segment]!.find(at - base, last, step, slots);
    if (found >= 0) return base + found;
    this.#bounds[segment] = this.#segments[segment]!.longestRun();
    return -1;
  }

  /** Slots to the end of the segment: all of them are free where nothing was ever taken. */
  #roomFrom(at: number): number {
    return Math.min(IO_TLB_SEGSIZE - (at % IO_TLB_SEGSIZE), this.nslabs - at);
  }

  #touch(segment: number): void {
    while (this.#segments.length <= segment) {
      const length = this.#roomFrom(this.#segments.length * IO_TLB_SEGSIZE);
      this.#segments.push(new SlotSegment(length));
      this.#bounds.push(length);
    }
  }
}
