/** One run of memory cut into slots. Source: kernel/dma/swiotlb.c:struct io_tlb_pool. */
import { isPowerOfTwo } from '../../../contract/numbers.ts';
import { IoTlbArea } from './area.ts';
import { IO_TLB_SEGSIZE, IO_TLB_SIZE } from './constants.ts';
import type { IoTlbSlot } from './segment.ts';

export class IoTlbPool {
  /** Physical address of the first slot. */
  readonly start: number;
  readonly nslabs: number;
  readonly areaNslabs: number;
  readonly areas: readonly IoTlbArea[];
  /** Was it made for one mapping, and goes with it? */
  readonly transient: boolean;

  /**
   * All slots free. Costs the number of areas. (:swiotlb_init_io_tlb_pool)
   * @throws RangeError for areas that are no power of two, or several that cut a segment: with
   * those, Linux never looks at some areas, or has runs that two areas count.
   */
  constructor(start: number, nslabs: number, nareas: number, transient = false) {
    const areaNslabs = Math.floor(nslabs / nareas);
    if (!isPowerOfTwo(nareas) || (nareas > 1 && areaNslabs % IO_TLB_SEGSIZE !== 0)) {
      throw new RangeError(`nareas: ${nareas} areas cannot share ${nslabs} slots`);
    }
    this.start = start;
    this.nslabs = nslabs;
    this.areaNslabs = areaNslabs;
    this.areas = Array.from({ length: nareas }, (_, k) => {
      return new IoTlbArea(k * areaNslabs, areaNslabs);
    });
    this.transient = transient;
  }

  get nareas(): number {
    return this.areas.length;
  }

  /** First physical address behind it. */
  get end(): number {
    return this.start + this.nslabs * IO_TLB_SIZE;
  }

  has(phys: number): boolean {
    return phys >= this.start && phys < this.end;
  }

  /** The slot that has this byte, which is of the pool. */
  slotOf(phys: number): number {
    return Math.floor((phys - this.start) / IO_TLB_SIZE);
  }

  /** The area that has the slot. */
  areaOf(slot: number): IoTlbArea {
    return this.areas[Math.floor(slot / this.areaNslabs)]!;
  }

  /** What Linux has in this slot, 0 to nslabs - 1. */
  slot(index: number): IoTlbSlot {
    const area = this.areaOf(index);
    return area.slot(index - area.start);
  }
}
