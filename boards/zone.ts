/** Machine-wide facts that follow from banks and windows: ZONE_DMA, bounce pool, CPUs. */
import type { Bank, Swiotlb } from '../contract/machine.ts';
import { ADDRESS_END, ceilLog2 } from '../contract/numbers.ts';
import { BAD_ADDRESS } from './dma/bus.ts';
import type { DmaTopology } from './dma/parent.ts';
import { mergeContiguous, readRanges } from './dma/windows.ts';
import { childNamed, type FdtNode } from './fdt/tree.ts';
import type { Notebook } from './notes.ts';
import { isAvailable, stringOf } from './property.ts';

const LAST_LOW_ADDRESS = 2 ** 32 - 1;

/**
 * Highest address of ZONE_DMA on arm64, inclusive: what the narrowest bus of the tree reaches,
 * but with RAM below 4 GiB never more than that.
 * Source: arch/arm64/mm/init.c:zone_sizes_init.
 */
export function zoneDmaLimitOf(
  root: FdtNode,
  banks: readonly Bank[],
  topology: DmaTopology,
): number {
  const reach = narrowestBus(root, topology);
  const lowest = Math.min(...banks.map((bank) => bank.base));
  return lowest < LAST_LOW_ADDRESS ? Math.min(reach, LAST_LOW_ADDRESS) : reach;
}

/** Source: drivers/of/address.c:of_dma_get_max_cpu_address. */
function narrowestBus(root: FdtNode, topology: DmaTopology): number {
  let narrowest = BigInt(ADDRESS_END - 1);
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if ((node.get('dma-ranges')?.length ?? 0) > 0) {
      const last = lastCpuByte(topology.pathOf(node), topology.notes);
      // A bus without any way to the CPU limits nothing here.
      if (last !== undefined && last < narrowest) narrowest = last;
    }
    for (const child of node.children) if (isAvailable(child)) stack.push(child);
  }
  return Number(narrowest);
}

function lastCpuByte(path: readonly FdtNode[], notes: Notebook): bigint | undefined {
  let last: bigint | undefined;
  for (const { cpu, size } of mergeContiguous(readRanges(path, notes))) {
    const end = cpu + size - 1n;
    if (cpu !== BAD_ADDRESS && size > 0n && (last === undefined || end > last)) last = end;
  }
  return last;
}

const SLOT_BYTES = 2048;
const AREA_SLOTS = 128;
const DEFAULT_BOUNCE_BYTES = 64 * 2 ** 20;
/** Without RAM out of reach the pool only serves small unaligned buffers: 1 MiB per GiB. */
const BOUNCE_SHARE = 1024;

/**
 * The default bounce pool of arm64: 64 MiB when some RAM lies above ZONE_DMA, else a share of
 * RAM; one area per CPU, with a segment each at least; both powers of two.
 * Source: arch/arm64/mm/init.c:mem_init, kernel/dma/swiotlb.c:swiotlb_adjust_nareas,
 * round_up_default_nslabs.
 */
export function swiotlbOf(banks: readonly Bank[], zoneDmaLimit: number, cpus: number): Swiotlb {
  let end = 0;
  let bytes = 0;
  for (const bank of banks) {
    end = Math.max(end, bank.base + bank.size);
    bytes += bank.size;
  }
  const share = Math.min(DEFAULT_BOUNCE_BYTES, Math.ceil(bytes / BOUNCE_SHARE));
  const size = end - 1 > zoneDmaLimit ? DEFAULT_BOUNCE_BYTES : share;
  const areas = 2 ** ceilLog2(cpus);
  const least = Math.max(areas * AREA_SLOTS, Math.ceil(size / SLOT_BYTES));
  return { slots: 2 ** ceilLog2(least), areas, force: false, dynamic: false };
}

const CPUS_MAX = 1024;

/** CPUs of the tree that are not disabled; at least one, since somebody boots. */
export function cpusOf(root: FdtNode): number {
  const nodes = childNamed(root, 'cpus')?.children ?? [];
  const cpus = nodes.filter((node) => stringOf(node, 'device_type') === 'cpu' && isAvailable(node));
  return Math.min(CPUS_MAX, Math.max(1, cpus.length));
}
