/** What is free, of everything memory can come from, in the order the contract names them. */
import { PROFILES } from '../../contract/machine.ts';
import type { Census } from '../../contract/outcome.ts';
import type { CoherentMem } from '../dma/coherent.ts';
import { ATOMIC_POOLS } from '../dma/pool.ts';
import type { Cma } from '../mm/cma.ts';
import type { System } from './system.ts';

type Entry = readonly [source: string, free: number];

const freePages = (mem: CoherentMem) => mem.size - mem.bitmap.count();

export function censusOf(system: System): Census {
  const { machine, memory, reserved, devices } = system;
  const census: Entry[] = [];
  for (const zone of PROFILES[machine.profile].zones) {
    census.push([zone, memory.pages.freeCount(zone)]);
  }
  for (const { region, area } of reserved.regions) {
    if (area !== null && area.count > 0) census.push([`cma:${region.name}`, freeIn(system, area)]);
  }
  for (const name of ATOMIC_POOLS) {
    const bytes = system.atomicPools?.avail(name) ?? null;
    if (bytes !== null) census.push([`atomic:${name}`, bytes / memory.pageSize]);
  }
  for (const rmem of reserved.regions) {
    const mem = rmem.priv ?? (rmem === reserved.globalRegion ? reserved.globalPool : null);
    if (mem !== null) census.push([`pool:${rmem.region.name}`, freePages(mem)]);
  }
  for (const { name, dmaMem } of devices) {
    // Pools of regions follow the windows of whoever asks; a declared one has its own address.
    if (dmaMem === null || dmaMem.useDevDmaPfnOffset) continue;
    census.push([`declared:${name}`, freePages(dmaMem)]);
  }
  for (const { region, ioTlbMem } of reserved.regions) {
    if (ioTlbMem !== null) census.push([`slots:${region.name}`, ioTlbMem.free]);
  }
  return census;
}

function freeIn({ pinned, contig }: System, area: Cma): number {
  const range = { start: area.basePfn, end: area.basePfn + area.count };
  return area.freePages() - pinned.countIn(range) - contig.countIn(range);
}
