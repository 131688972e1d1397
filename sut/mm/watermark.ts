/**
 * Watermarks: how much of a zone a request must leave free.
 * Source: mm/page_alloc.c:__zone_watermark_ok, :setup_per_zone_lowmem_reserve.
 */
import type { ZoneName } from '../../contract/machine.ts';
import type { Zone } from './layout.ts';

export interface Watermarks {
  /** Pages of a zone that stay free whatever is asked for; 0 where a zone is not named. */
  readonly marks: Readonly<Partial<Record<ZoneName, number>>>;
  /**
   * Of the pages of higher zones that a request could have had instead, one in so many stays free
   * in this zone; 0: none. Default as in the kernel: 256 for dma and dma32, 32 for normal.
   */
  readonly ratios?: Readonly<Partial<Record<ZoneName, number>>>;
}

/** mm/page_alloc.c:sysctl_lowmem_reserve_ratio. */
const RATIOS: Readonly<Record<ZoneName, number>> = { dma: 256, dma32: 256, normal: 32 };

export class ZoneReserves {
  /** Pages that must stay free: [zone][hint], indexes into the layout's zones. */
  readonly #floors: readonly (readonly number[])[];

  /** `managed`: pages of each zone given at boot. */
  constructor(zones: readonly Zone[], managed: readonly number[], watermarks: Watermarks) {
    this.#floors = zones.map(({ name }, zone) => {
      const mark = watermarks.marks[name] ?? 0;
      const ratio = watermarks.ratios?.[name] ?? RATIOS[name];
      const spares = ratio > 0 && managed[zone]! > 0;
      let above = 0;
      return zones.map((_, hint) => {
        if (hint > zone) above += managed[hint]!;
        return mark + (spares ? Math.floor(above / ratio) : 0);
      });
    });
  }

  /** May a request of `pages` hinted at `hint` use a zone with `free` pages that it could have? */
  leavesEnough(zone: number, hint: number, free: number, pages: number): boolean {
    return free - (pages - 1) > this.#floors[zone]![hint]!;
  }
}
