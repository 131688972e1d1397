/**
 * How memory comes to the page allocator and to CMA when a machine boots.
 * Source: mm/memblock.c:memblock_free_all, kernel/dma/contiguous.c:rmem_cma_setup,
 * mm/cma.c:cma_init_reserved_areas, Linux 6.12.
 */
import type { Machine } from '../../contract/machine.ts';
import { maxPageOrder, pageblockOrder } from '../../contract/machine.ts';
import { IO_TLB_SIZE } from '../dma/swiotlb/constants.ts';
import { CONFIG } from '../kernel/config.ts';
import type { Resources } from '../kernel/resource.ts';
import { type Range, subtractRange } from '../lib/ranges.ts';
import type { Cma } from './cma.ts';
import { CmaTable } from './cma-areas.ts';
import { type BouncePool, bouncePoolOf } from './memblock.ts';
import { PageAllocator } from './page-alloc.ts';
import { zonesOf } from './zones.ts';

export interface BootedMemory {
  readonly pages: PageAllocator;
  /** By index of the region; null: the region is none, or was given back. */
  readonly areas: readonly (Cma | null)[];
  /** Memory for bounce slots; null: none. */
  readonly bouncePool: BouncePool | null;
  /** dma_contiguous_default_area. It may be empty. */
  readonly defaultArea: Cma | null;
}

/** Fills page allocator and areas from what the regions of the machine leave. */
export function bootMemory(machine: Machine, resources: Resources): BootedMemory {
  let pages: PageAllocator;
  const table = new CmaTable(machine.pageSize, {
    allocContigRange: (start, end) => pages.allocContigRange(start, end, 'cma'),
    freeContigRange: (start, count) => pages.freeContigRange(start, count),
  });
  const areas = rmemCmaSetup(machine, table);
  const unreserved = freeMemory(machine, resources, areas);
  const bouncePool = bouncePoolOf(machine, unreserved);
  const zones = zonesOf(machine);
  const given = table.activate((start, end) =>
    zones.some((zone) => start >= zone.start && end <= zone.end),
  );
  pages = new PageAllocator({
    maxOrder: maxPageOrder(machine.pageSize),
    pageblockOrder: pageblockOrder(machine.pageSize),
    zones,
    free: wholePages(machine, withoutPool(unreserved, bouncePool)),
    cma: table.areas
      .filter(({ count }) => count > 0)
      .map(({ basePfn, count }) => ({ start: basePfn, end: basePfn + count }))
      .sort((a, b) => a.start - b.start),
  });
  for (const { start, pages: count } of given) pages.addPages(start, count);
  const defaults = areas.filter((_, index) => machine.regions[index]!.isDefault);
  const defaultArea = defaults.findLast((area) => area !== null) ?? null;
  return { pages, areas, bouncePool, defaultArea };
}

function withoutPool(free: readonly Range[], pool: BouncePool | null): readonly Range[] {
  if (pool === null) return free;
  const { start, nslabs } = pool;
  return subtractRange(free, { start, end: start + nslabs * IO_TLB_SIZE });
}

/** The areas that regions become; a region for which there is no room in the table is none. */
function rmemCmaSetup(machine: Machine, table: CmaTable): readonly (Cma | null)[] {
  const { dmaCma } = CONFIG[machine.profile];
  return machine.regions.map(({ name, kind, base, size, disabled }) => {
    if (kind !== 'cma' || disabled || size === 0 || !dmaCma) return null;
    const area = table.initReservedMem({ base, size, reserved: true }, 0, name);
    return typeof area === 'string' ? null : area;
  });
}

/** Mapped memory that nothing reserves. */
function freeMemory(
  machine: Machine,
  resources: Resources,
  areas: readonly (Cma | null)[],
): readonly Range[] {
  let free = resources.mapped;
  machine.regions.forEach(({ kind, base, size, noMap, disabled }, index) => {
    // What its handler did not want is given back (of_reserved_mem.c:fdt_init_reserved_mem_node).
    const givenBack = kind === 'cma' && areas[index] === null;
    if (disabled || noMap || givenBack || size === 0) return;
    free = subtractRange(free, { start: base, end: base + size });
  });
  return free;
}

/** In whole page frames. (:free_low_memory_core_early) */
function wholePages(machine: Machine, free: readonly Range[]): readonly Range[] {
  return free
    .map(({ start, end }) => ({
      start: Math.ceil(start / machine.pageSize),
      end: Math.floor(end / machine.pageSize),
    }))
    .filter(({ start, end }) => start < end);
}
