/**
 * Zones of a machine: where each begins and ends.
 * Source: arch/arm64/mm/init.c:zone_sizes_init, mm/mm_init.c:free_area_init, Linux 6.12.
 */
import type { Machine, ZoneName } from '../../contract/machine.ts';
import { maxPfn, PROFILES } from '../../contract/machine.ts';
import { maskOfBits } from '../../contract/numbers.ts';
import type { Zone } from './page-alloc.ts';

/**
 * The configured zones, low to high, each from the end of the one before: a zone that nothing is
 * left for is empty. The last one ends with RAM. Page frames.
 */
export function zonesOf(machine: Machine): readonly Zone[] {
  const end = maxPfn(machine);
  const last: Record<ZoneName, number> = {
    dma: machine.zoneDmaLimit,
    dma32: maskOfBits(32),
    normal: end * machine.pageSize,
  };
  let start = 0;
  return PROFILES[machine.profile].zones.map((name) => {
    // A limit inside a page leaves the page to the next zone.
    const limit = Math.min(end, Math.floor((last[name] + 1) / machine.pageSize));
    const zone = { name, start, end: Math.max(start, limit) };
    start = zone.end;
    return zone;
  });
}
