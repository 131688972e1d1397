/** What is free, of everything memory can come from, in the order the contract names them. */
import type { Census } from '../../contract/outcome.ts';
import type { CoherentMem } from '../dma/coherent.ts';
import { ATOMIC_POOLS } from '../dma/pool.ts';
import type { IoTlbMem } from '../dma/swiotlb/mem.ts';
import type { Zone } from '../mm/layout.ts';
import { zonesOf } from '../mm/zones.ts';
import type { System } from './system.ts';

type Entry = readonly [source: string, free: number];

const freePages = (mem: CoherentMem) => mem.size - mem.bitmap.count();

export function censusOf(system: System): Census {
  return [
    ...ofZones(system),
    ...ofAreas(system),
    ...ofAtomicPools(system),
    ...ofCoherentPools(system),
    ...ofSlots(system),
  ];
}

/** Pages of zones; and those lent to areas that nobody uses, as the page allocator counts them. */
function ofZones({ machine, memory, reserved }: System): Entry[] {
  const lends = (zone: Zone) =>
    reserved.regions.some(({ area }) => {
      return (
        area !== null && area.count > 0 && zone.start <= area.basePfn && area.basePfn < zone.end
      );
    });
  return zonesOf(machine).flatMap((zone): Entry[] => {
    const own: Entry = [zone.name, memory.pages.freeCount(zone.name)];
    if (!lends(zone)) return [own];
    return [own, [`lent:${zone.name}`, memory.pages.freeCmaCount(zone.name)]];
  });
}

function ofAreas({ reserved, pinned }: System): Entry[] {
  return reserved.regions.flatMap(({ region, area }): Entry[] => {
    if (area === null || area.count === 0) return [];
    const range = { start: area.basePfn, end: area.basePfn + area.count };
    return [[`cma:${region.name}`, area.freePages() - pinned.countIn(range)]];
  });
}

function ofAtomicPools({ atomicPools, memory }: System): Entry[] {
  return ATOMIC_POOLS.flatMap((name): Entry[] => {
    const bytes = atomicPools?.avail(name) ?? null;
    return bytes === null ? [] : [[`atomic:${name}`, bytes / memory.pageSize]];
  });
}

function ofCoherentPools({ reserved, devices }: System): Entry[] {
  const census: Entry[] = [];
  for (const rmem of reserved.regions) {
    const mem = rmem.priv ?? (rmem === reserved.globalRegion ? reserved.globalPool : null);
    if (mem !== null) census.push([`pool:${rmem.region.name}`, freePages(mem)]);
  }
  for (const { name, dmaMem } of devices) {
    // Pools of regions follow the windows of whoever asks; a declared one has its own address.
    if (dmaMem === null || dmaMem.useDevDmaPfnOffset) continue;
    census.push([`declared:${name}`, freePages(dmaMem)]);
  }
  return census;
}

function ofSlots({ reserved, ioTlb }: System): Entry[] {
  const restricted = reserved.regions.flatMap(({ region, ioTlbMem }): Entry[] => {
    return ioTlbMem === null ? [] : [[`slots:${region.name}`, freeSlots(ioTlbMem)]];
  });
  return ioTlb === null ? restricted : [...restricted, ['slots', freeSlots(ioTlb)]];
}

/** Of the pools that stay: all slots of a transient one count as used, and it has no others. */
const freeSlots = ({ nslabs, totalUsed, transientNslabs }: IoTlbMem) =>
  nslabs - (totalUsed - transientNslabs);
