/**
 * The slot search of Linux 6.12 as the specification has it (mapping.md 4.4, one area, no original
 * buffer): arrays, and no thought about what can be left out. Misses of the search are kept.
 */
import { alignUp } from '../../contract/numbers.ts';

const SLOT = 2048;
const SEGMENT = 128;

export interface SlotRequest {
  /** Bus address of the pool. */
  readonly bus: number;
  readonly bytes: number;
  /** Masks. */
  readonly align: number;
  readonly boundary: number;
  readonly minAlign: number;
}

export class LiteralSlots {
  /** What is free from here to the end of the segment; 0: taken. */
  list: number[] = [];
  index = 0;
  readonly #taken: boolean[];

  constructor(slots: number) {
    this.#taken = Array.from({ length: slots }, () => false);
    this.#count();
  }

  /** Where Linux finds room, or -1. */
  search({ bus, bytes, align, boundary, minAlign }: SlotRequest): number {
    const slots = this.list.length;
    const base = bus % (boundary + 1);
    const maxSlots = Math.floor(boundary / SLOT) + 1;
    const count = Math.ceil(bytes / SLOT);
    const mask = Math.max(align, SLOT - 1);
    const io = minAlign > mask ? minAlign - mask : 0;
    const stride = Math.floor(Math.max(mask, io) / SLOT) + 1;
    const wrap = (slot: number) => (slot < slots ? slot : 0);
    if (count > this.#taken.filter((taken) => !taken).length) return -1;
    let slot = this.index;
    for (let checked = 0; checked < slots; ) {
      if ((base + slot * SLOT) % (mask + 1) !== 0) {
        slot = wrap(slot + 1);
        checked += 1;
        continue;
      }
      if (this.#fits(slot, count, Math.ceil(base / SLOT), maxSlots)) return slot;
      slot = wrap(slot + stride);
      checked += stride;
    }
    return -1;
  }

  /** Every slot that would do, whatever the search looks at. */
  all(request: SlotRequest): number[] {
    const base = request.bus % (request.boundary + 1);
    const maxSlots = Math.floor(request.boundary / SLOT) + 1;
    const count = Math.ceil(request.bytes / SLOT);
    const fitting: number[] = [];
    for (let slot = 0; slot < this.list.length; slot++) {
      if ((base + slot * SLOT) % (request.align + 1) !== 0) continue;
      if (this.#fits(slot, count, Math.ceil(base / SLOT), maxSlots)) fitting.push(slot);
    }
    return fitting;
  }

  take(slot: number, bytes: number): void {
    const count = Math.ceil(bytes / SLOT);
    this.#taken.fill(true, slot, slot + count);
    this.index = slot + count < this.list.length ? slot + count : 0;
    this.#count();
  }

  release(slot: number, bytes: number): void {
    this.#taken.fill(false, slot, slot + Math.ceil(bytes / SLOT));
    this.#count();
  }

  #fits(slot: number, count: number, slotBase: number, maxSlots: number): boolean {
    return ((slotBase + slot) % maxSlots) + count <= maxSlots && this.list[slot]! >= count;
  }

  #count(): void {
    const slots = this.#taken.length;
    this.list = this.#taken.map((_, slot) => {
      const end = Math.min(alignUp(slot + 1, SEGMENT), slots);
      let at = slot;
      while (at < end && !this.#taken[at]) at++;
      return at - slot;
    });
  }
}
