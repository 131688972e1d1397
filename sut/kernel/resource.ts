/**
 * Which memory the kernel calls System RAM, and which memory may be mapped uncached.
 * Source: drivers/of/fdt.c:early_init_dt_reserve_memory, arch/arm64/kernel/setup.c, kernel/iomem.c.
 */
import type { Machine } from '../../contract/machine.ts';

interface Range {
  start: number;
  end: number;
}

/** Start of the area virtual addresses of mappings are taken from: above all physical ones. */
const VMALLOC_START = 2 ** 52;

export class Resources {
  /** Sorted, disjoint, not adjacent. */
  readonly systemRam: readonly Readonly<Range>[];
  readonly #mappings: { readonly virt: number; readonly phys: number; readonly size: number }[] =
    [];
  #nextVirt = VMALLOC_START;

  constructor(machine: Machine) {
    this.systemRam = registerSystemRam(machine);
  }

  /**
   * A write-combining kernel mapping of [phys, phys + size), as a virtual address; null when any
   * byte of it is System RAM (kernel/iomem.c:memremap). The offset inside the page is kept.
   */
  memremapWc(phys: number, size: number): number | null {
    if (this.systemRam.some((ram) => ram.start < phys + size && phys < ram.end)) return null;
    const virt = this.#nextVirt + (phys % 65536);
    this.#mappings.push({ virt, phys, size });
    // A hole between mappings, so that running off one never reaches the next.
    this.#nextVirt += (Math.ceil(size / 65536) + 2) * 65536;
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

function registerSystemRam(machine: Machine): readonly Range[] {
  const memory = mergeRanges(machine.banks.map((b) => ({ start: b.base, end: b.base + b.size })));
  let ram = memory;
  const reserved: Range[] = [];
  for (const region of machine.regions) {
    if (region.disabled || region.size === 0) continue;
    const range = { start: region.base, end: region.base + region.size };
    if (!region.noMap) {
      reserved.push(range);
      continue;
    }
    // Memory something else reserved before cannot lose its mapping any more.
    const refused = overlapsAny(memory, range) && overlapsAny(reserved, range);
    if (!refused) ram = subtract(ram, range);
  }
  return ram;
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
