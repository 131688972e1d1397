/**
 * Which memory the kernel calls System RAM, and which memory may be mapped uncached.
 * Source: drivers/of/fdt.c:early_init_dt_reserve_memory, request_standard_resources in
 * arch/arm64/kernel/setup.c and arch/arm/kernel/setup.c, kernel/iomem.c, arch/arm64/mm/ioremap.c.
 */
import type { Machine } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import { alignDown, alignUp } from '../../contract/numbers.ts';

interface Range {
  start: number;
  end: number;
}

/** End of the area virtual addresses of mappings are taken from, downward: above physical ones. */
const VMALLOC_END = 2 ** 53 - 2 ** 20;
/** Mappings start on, and keep the offset in, the largest page there is. */
const GRANULE = 65536;

export class Resources {
  /** Sorted, disjoint, not adjacent. */
  readonly systemRam: readonly Readonly<Range>[];
  /** To the byte: the boot allocator's memory that is not no-map. */
  readonly #mapped: readonly Readonly<Range>[];
  readonly #machine: Machine;
  readonly #mappings: { readonly virt: number; readonly phys: number; readonly size: number }[] =
    [];
  #lowestVirt = VMALLOC_END;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#mapped = mappedMemory(machine);
    this.systemRam = PROFILES[machine.profile].ramInPages
      ? wholePages(this.#mapped, machine.pageSize)
      : this.#mapped;
  }

  /**
   * A write-combining kernel mapping of [phys, phys + size), as a virtual address; null when any
   * byte of it is System RAM (kernel/iomem.c:memremap), or on arm64 when its first page starts in
   * mapped memory (arch/arm64/mm/ioremap.c:__ioremap_prot). The offset inside the page is kept.
   */
  memremapWc(phys: number, size: number): number | null {
    if (overlapsAny(this.systemRam, { start: phys, end: phys + size })) return null;
    const page = alignDown(phys, this.#machine.pageSize);
    const refuses = PROFILES[this.#machine.profile].refusesMappedPages;
    if (refuses && overlapsAny(this.#mapped, { start: page, end: page + 1 })) return null;
    // A hole between mappings, so that running off one never reaches the next.
    this.#lowestVirt -= (Math.ceil(size / GRANULE) + 2) * GRANULE;
    const virt = this.#lowestVirt + (phys % GRANULE);
    this.#mappings.push({ virt, phys, size });
    return virt;
  }

  memunmap(virt: number): void {
    const index = this.#mappings.findIndex((mapping) => mapping.virt === virt);
    this.#mappings.splice(index, 1);
  }

  /** The physical byte behind a mapped virtual address. */
  virtToPhys(virt: number): number {
    for (const mapping of this.#mappings) {
      const offset = virt - mapping.virt;
      if (offset >= 0 && offset < mapping.size) return mapping.phys + offset;
    }
    throw new RangeError(`no mapping at virtual address 0x${virt.toString(16)}`);
  }
}

function mappedMemory(machine: Machine): readonly Range[] {
  let mapped = mergeRanges(machine.banks.map((b) => ({ start: b.base, end: b.base + b.size })));
  const reserved: Range[] = [];
  for (const region of machine.regions) {
    if (region.disabled || region.size === 0) continue;
    const range = { start: region.base, end: region.base + region.size };
    if (!region.noMap) {
      reserved.push(range);
      continue;
    }
    // Memory something else reserved before cannot lose its mapping any more.
    if (!overlapsAny(reserved, range)) mapped = subtract(mapped, range);
  }
  return mapped;
}

function wholePages(ranges: readonly Range[], pageSize: number): readonly Range[] {
  return ranges
    .map(({ start, end }) => ({ start: alignUp(start, pageSize), end: alignDown(end, pageSize) }))
    .filter(({ start, end }) => start < end);
}

function overlapsAny(ranges: readonly Range[], range: Range): boolean {
  return ranges.some((other) => other.start < range.end && range.start < other.end);
}

function mergeRanges(ranges: Range[]): Range[] {
  ranges.sort((a, b) => a.start - b.start);
  const merged: Range[] = [];
  for (const range of ranges) {
    const last = merged.at(-1);
    if (last !== undefined && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else merged.push({ ...range });
  }
  return merged;
}

function subtract(ranges: readonly Range[], hole: Range): Range[] {
  const rest: Range[] = [];
  for (const { start, end } of ranges) {
    if (start < hole.start) rest.push({ start, end: Math.min(end, hole.start) });
    if (end > hole.end) rest.push({ start: Math.max(start, hole.end), end });
  }
  return rest;
}
