/**
 * Zones of a machine: where each begins and ends.
 * Source: arch/arm64/mm/init.c:zone_sizes_init, mm/mm_init.c:free_area_init, Linux 6.12.
 */
import type { Machine, ZoneName } from '../../contract/machine.ts';
import { maxPfn, PROFILES } from '../../contract/machine.ts';
import { maskOfBits, UNLIMITED } from '../../contract/numbers.ts';
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

/** The highest zone to ask for memory up to a physical address, inclusive. (GFP_DMA, GFP_DMA32) */
export function zoneFor({ zoneDmaLimit }: Machine, physLimit: number): ZoneName {
  if (physLimit <= zoneDmaLimit) return 'dma';
  return physLimit <= maskOfBits(32) ? 'dma32' : 'normal';
}

/**
 * The zone to ask next, when this one gave memory above the limit; null: none. A limit that is
 * none is thought to need no zone in the middle.
 */
export function zoneBelow(
  { profile }: Machine,
  zone: ZoneName,
  physLimit: number,
): ZoneName | null {
  if (zone === 'dma') return null;
  const zones: readonly ZoneName[] = PROFILES[profile].zones;
  const dma32 = zone === 'normal' && zones.includes('dma32') && physLimit < UNLIMITED;
  return dma32 ? 'dma32' : 'dma';
}
