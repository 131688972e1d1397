/**
 * Pages that bounce pools are made of while the machine runs, and a journal of them. What the
 * kernel notes down about a pool (its slots, its areas) takes no pages here, as at boot.
 * Source: kernel/dma/swiotlb.c:swiotlb_alloc_tlb, :swiotlb_free_tlb, Linux 6.12.
 */
import type { Machine } from '../../../contract/machine.ts';
import { endsWithin, orderOf } from '../../../contract/numbers.ts';
import type { Event } from '../../../contract/outcome.ts';
import type { Memory } from '../../memory.ts';
import { zoneBelow, zoneFor } from '../../mm/zones.ts';
import type { PoolMemory } from './growth.ts';

export class TlbPages implements PoolMemory {
  readonly #machine: Machine;
  readonly #memory: Memory;
  /** Bytes by address: taken, and given back, since the journal was read. */
  readonly #taken = new Map<number, number>();
  readonly #given = new Map<number, number>();

  constructor(machine: Machine, memory: Memory) {
    this.#machine = machine;
    this.#memory = memory;
  }

  /**
   * A block of pages, cleared, for `bytes`: of the zone the limit asks for, and of lower ones only
   * while that gives what ends above the limit. (:swiotlb_alloc_tlb, :swiotlb_init_io_tlb_pool)
   */
  obtain(bytes: number, limit: number): number | null {
    const { pages, pageSize, views } = this.#memory;
    const order = orderOf(bytes, pageSize);
    let zone = zoneFor(this.#machine, limit);
    for (;;) {
      const pfn = pages.allocPages(order, zone);
      if (pfn < 0) return null;
      const phys = pfn * pageSize;
      if (endsWithin(phys, bytes, limit)) {
        views.cached.fill(phys, bytes, 0);
        this.#taken.set(phys, bytes);
        return phys;
      }
      pages.freePages(pfn, order);
      const lower = zoneBelow(this.#machine, zone, limit);
      if (lower === null) return null;
      zone = lower;
    }
  }

  giveBack(phys: number, bytes: number): void {
    const { pages, pageSize } = this.#memory;
    pages.freePages(phys / pageSize, orderOf(bytes, pageSize));
    // What came and went within one operation is nobody's business.
    if (!this.#taken.delete(phys)) this.#given.set(phys, bytes);
  }

  /** What was taken for pools of this kind, and given back, since the last time. */
  events(of: 'transient' | 'grown'): readonly Event[] {
    if (this.#taken.size === 0 && this.#given.size === 0) return [];
    const told = (event: string, list: ReadonlyMap<number, number>) =>
      [...list].map(([phys, bytes]): Event => ({ event, of, phys, bytes }));
    const events = [...told('bounce-pool', this.#taken), ...told('bounce-pool-gone', this.#given)];
    this.#taken.clear();
    this.#given.clear();
    return events;
  }
}
