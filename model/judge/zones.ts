/** Memory zones by definition. Source: arch/<name>/mm/init.c:zone_sizes_init, mm/mm_init.c. */
import type { Machine, ZoneName } from '../../contract/machine.ts';
import { maxPfn, PROFILES } from '../../contract/machine.ts';

/** Page frames `[start, end)`; may be empty. */
export interface Zone {
  readonly name: ZoneName;
  readonly start: number;
  readonly end: number;
}

/** The configured zones, low to high; each begins where the one below ends. */
export function zonesOf(machine: Machine): readonly Zone[] {
  const { pageSize, zoneDmaLimit, profile } = machine;
  const ramEnd = maxPfn(machine) * pageSize;
  const limits: Readonly<Record<ZoneName, number>> = {
    dma: Math.min(zoneDmaLimit, ramEnd - 1) + 1,
    dma32: Math.min(2 ** 32, ramEnd),
    normal: ramEnd,
  };
  let start = 0;
  return PROFILES[profile].zones.map((name) => {
    const zone = { name, start, end: Math.max(start, Math.floor(limits[name] / pageSize)) };
    start = zone.end;
    return zone;
  });
}

/**
 * Zones a request may draw from: the one it names and all below. A name that is not configured
 * means the highest zone. (include/linux/gfp.h:gfp_zone, mm/page_alloc.c:build_zonerefs_node)
 */
export function zonesUpTo(zones: readonly Zone[], name: ZoneName): readonly Zone[] {
  const index = zones.findIndex((zone) => zone.name === name);
  return index < 0 ? zones : zones.slice(0, index + 1);
}
