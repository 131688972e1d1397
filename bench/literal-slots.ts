/**
 * Slots as the kernel keeps them: a record per slot in flat arrays, written for every slot of a
 * run, and a search from slot to slot. One device without alignment or boundary, whose bus
 * addresses are physical ones. Source: kernel/dma/swiotlb.c, Linux 6.12.
 */
const SLOT = 2048;
const SEGMENT = 128;
const PAGE = 4096;
const INVALID = -1;

export class LiteralSlots {
  readonly #start: number;
  readonly #areaNslabs: number;
  readonly #list: Uint16Array;
  readonly #orig: Float64Array;
  readonly #alloc: Float64Array;
  readonly #pad: Uint16Array;
  readonly #used: Int32Array;
  readonly #index: Int32Array;

  constructor(start: number, nslabs: number, nareas: number) {
    this.#start = start;
    this.#areaNslabs = nslabs / nareas;
    this.#list = Uint16Array.from({ length: nslabs }, (_, slot) => SEGMENT - (slot % SEGMENT));
    this.#orig = new Float64Array(nslabs).fill(INVALID);
    this.#alloc = new Float64Array(nslabs);
    this.#pad = new Uint16Array(nslabs);
    this.#used = new Int32Array(nareas);
    this.#index = new Int32Array(nareas);
  }

  /** Bounce address, or -1. */
  map(origAddr: number, bytes: number, cpu: number): number {
    const nareas = this.#used.length;
    const first = cpu % nareas;
    for (let k = 0; k < nareas; k++) {
      const area = (first + k) % nareas;
      const slot = this.#search(area, bytes);
      if (slot < 0) continue;
      this.#take(area, slot, bytes);
      const count = Math.ceil(bytes / SLOT);
      for (let i = 0; i < count; i++) this.#orig[slot + i] = origAddr + i * SLOT;
      return this.#start + slot * SLOT;
    }
    return -1;
  }

  unmap(tlbAddr: number): void {
    const slot = (tlbAddr - this.#start) / SLOT - this.#pad[(tlbAddr - this.#start) / SLOT]!;
    const list = this.#list;
    const count = Math.ceil(this.#alloc[slot]! / SLOT);
    const end = slot - (slot % SEGMENT) + SEGMENT;
    let run = slot + count < end ? list[slot + count]! : 0;
    for (let i = slot + count - 1; i >= slot; i--) {
      list[i] = ++run;
      this.#orig[i] = INVALID;
      this.#alloc[i] = 0;
      this.#pad[i] = 0;
    }
    for (let i = slot - 1; i >= end - SEGMENT && list[i] !== 0; i--) list[i] = ++run;
    this.#used[Math.floor(slot / this.#areaNslabs)]! -= count;
  }

  #search(area: number, bytes: number): number {
    const nslabs = this.#areaNslabs;
    const count = Math.ceil(bytes / SLOT);
    if (count > nslabs - this.#used[area]!) return -1;
    const mask = bytes >= PAGE ? PAGE - 1 : SLOT - 1;
    const stride = (mask + 1) / SLOT;
    let index = this.#index[area]!;
    for (let checked = 0; checked < nslabs; ) {
      const slot = area * nslabs + index;
      const aligned = slot % stride === 0;
      if (aligned && this.#list[slot]! >= count) return slot;
      const step = aligned ? stride : 1;
      index = index + step < nslabs ? index + step : 0;
      checked += step;
    }
    return -1;
  }

  #take(area: number, slot: number, bytes: number): void {
    const list = this.#list;
    const count = Math.ceil(bytes / SLOT);
    for (let i = 0; i < count; i++) {
      list[slot + i] = 0;
      this.#alloc[slot + i] = bytes - i * SLOT;
    }
    this.#pad[slot] = 0;
    let run = 0;
    const first = slot - (slot % SEGMENT);
    for (let i = slot - 1; i >= first && list[i] !== 0; i--) list[i] = ++run;
    const next = slot - area * this.#areaNslabs + count;
    this.#index[area] = next < this.#areaNslabs ? next : 0;
    this.#used[area]! += count;
  }
}
