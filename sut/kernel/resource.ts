/**
 * Which memory the kernel calls System RAM, which memory may be mapped uncached, and what is behind
 * a virtual address. RAM has a linear address, its physical one; mappings are above them.
 * Source: drivers/of/fdt.c:early_init_dt_reserve_memory, request_standard_resources in
 * arch/arm64/kernel/setup.c and arch/arm/kernel/setup.c, kernel/iomem.c, arch/arm64/mm/ioremap.c.
 */
import type { Machine } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import { ADDRESS_END, alignDown, alignUp } from '../../contract/numbers.ts';
import { mergeRanges, type Range, subtractRange } from '../lib/ranges.ts';

/** End of the area virtual addresses of mappings are taken from, downward: above physical ones. */
const VMALLOC_END = 2 ** 53 - 2 ** 20;
/** Mappings start on, and keep the offset in, the largest page there is. */
const GRANULE = 65536;

interface Mapping {
  readonly virt: number;
  readonly phys: number;
  readonly size: number;
}

export class Resources {
  /** Sorted, disjoint, not adjacent. */
  readonly systemRam: readonly Range[];
  /** To the byte: the boot allocator's memory that is not no-map. */
  readonly mapped: readonly Range[];
  readonly #machine: Machine;
  /** Newest last, and by address: each lies below the one before. */
  readonly #mappings: Mapping[] = [];
  #lowestVirt = VMALLOC_END;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.mapped = mappedMemory(machine);
    this.systemRam = PROFILES[machine.profile].ramInPages
      ? wholePages(this.mapped, machine.pageSize)
      : this.mapped;
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
    if (refuses && overlapsAny(this.mapped, { start: page, end: page + 1 })) return null;
    return this.vmap(phys, size);
  }

  /** Does the linear map have all of [phys, phys + size)? */
  hasLinearAddress(phys: number, size: number): boolean {
    return this.mapped.some(({ start, end }) => start <= phys && phys + size <= end);
  }

  /** A mapping of [phys, phys + size) as a virtual address. Source: mm/vmalloc.c:vmap. */
  vmap(phys: number, size: number): number {
    // A hole between mappings, so that running off one never reaches the next.
    this.#lowestVirt -= (Math.ceil(size / GRANULE) + 2) * GRANULE;
    const virt = this.#lowestVirt + (phys % GRANULE);
    this.#mappings.push({ virt, phys, size });
    return virt;
  }

  /** Is the virtual address one of mappings? Source: mm/vmalloc.c:is_vmalloc_addr. */
  isVmallocAddr(virt: number): boolean {
    return virt >= ADDRESS_END;
  }

  memunmap(virt: number): void {
    this.#mappings.splice(this.#indexOf(virt), 1);
  }

  /** The physical byte behind a mapped virtual address. */
  virtToPhys(virt: number): number {
    if (!this.isVmallocAddr(virt)) return virt;
    const mapping = this.#mappings[this.#indexOf(virt)];
    if (mapping === undefined || virt - mapping.virt >= mapping.size) {
      throw new RangeError(`no mapping at virtual address 0x${virt.toString(16)}`);
    }
    return mapping.phys + (virt - mapping.virt);
  }

  /** Index of the mapping that starts highest at or below `virt`; their number for none. */
  #indexOf(virt: number): number {
    let low = 0;
    let high = this.#mappings.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#mappings[middle]!.virt <= virt) high = middle;
      else low = middle + 1;
    }
    return low;
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
    if (!overlapsAny(reserved, range)) mapped = subtractRange(mapped, range);
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
