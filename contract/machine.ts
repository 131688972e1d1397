/**
 * What a machine is: memory, reserved regions, a bounce pool, and devices with their views of the
 * bus. A machine is plain data; everything random about hardware is in here.
 */
import { ADDRESS_END, UNLIMITED } from './numbers.ts';

/** ZONE_DMA, ZONE_DMA32, ZONE_NORMAL (include/linux/mmzone.h). */
export const ZONE_NAMES = ['dma', 'dma32', 'normal'] as const;
export type ZoneName = (typeof ZONE_NAMES)[number];

/**
 * Architecture defaults (kernel/dma/Kconfig, arch/<name>/Kconfig, Linux 6.12). `arm-nommu` stands
 * for builds with DMA_GLOBAL_POOL, 64 bits wide; `x86-64` for one built with CONFIG_OF, without
 * which declaring a pool is -ENOSYS.
 */
export interface Profile {
  /** Memory zones that are configured, low to high. */
  readonly zones: readonly ZoneName[];
  /** Every device snoops the CPU caches, whatever its node says. */
  readonly alwaysCoherent: boolean;
  /** DMA_GLOBAL_POOL is built: a `default` pool serves non-coherent devices without one. */
  readonly globalPool: boolean;
  /** Reserved regions come from a device tree and can be attached to devices. */
  readonly deviceTree: boolean;
  /**
   * DMA_DIRECT_REMAP: memory for devices that do not snoop is mapped anew, which may sleep; hence
   * atomic pools. Such builds here have an MMU and so contiguous areas and restricted pools.
   */
  readonly remaps: boolean;
  /** SWIOTLB: there may be a bounce pool that serves all devices. */
  readonly bounces: boolean;
  /**
   * Low memory, which the bounce pool is made of, ends where ZONE_DMA does, or RAM if that ends
   * before; elsewhere at 4 GiB. (arch/arm64/include/asm/processor.h:ARCH_LOW_ADDRESS_LIMIT)
   */
  readonly lowIsZoneDma: boolean;
  /**
   * DMA_BOUNCE_UNALIGNED_KMALLOC: small buffers that a device without snooping writes bounce,
   * because objects of other people share their cache lines.
   */
  readonly bouncesSmall: boolean;
  /** CONFIG_ARM: a pool without no-map is refused when the tree is read. */
  readonly poolsNeedNoMap: boolean;
  /** System RAM is registered in whole pages; elsewhere to the byte. */
  readonly ramInPages: boolean;
  /** Memory whose first page the kernel maps is not mapped uncached (arm64: __ioremap_prot). */
  readonly refusesMappedPages: boolean;
  readonly pageSizes: readonly number[];
  /** Usual `Machine.zoneDmaLimit`. Inclusive. */
  readonly zoneDmaLimit: number;
  readonly cacheLine: number;
}

export const PROFILES = {
  arm64: {
    zones: ['dma', 'dma32', 'normal'],
    alwaysCoherent: false,
    globalPool: false,
    deviceTree: true,
    remaps: true,
    bounces: true,
    lowIsZoneDma: true,
    bouncesSmall: true,
    poolsNeedNoMap: false,
    ramInPages: true,
    refusesMappedPages: true,
    pageSizes: [4096, 16384, 65536],
    zoneDmaLimit: 2 ** 32 - 1,
    cacheLine: 64,
  },
  'x86-64': {
    zones: ['dma', 'dma32', 'normal'],
    alwaysCoherent: true,
    globalPool: false,
    deviceTree: false,
    remaps: false,
    bounces: true,
    lowIsZoneDma: false,
    bouncesSmall: false,
    poolsNeedNoMap: false,
    ramInPages: false,
    refusesMappedPages: false,
    pageSizes: [4096],
    zoneDmaLimit: 2 ** 24 - 1,
    cacheLine: 64,
  },
  'arm-nommu': {
    zones: ['dma', 'normal'],
    alwaysCoherent: false,
    globalPool: true,
    deviceTree: true,
    remaps: false,
    bounces: false,
    lowIsZoneDma: false,
    bouncesSmall: false,
    poolsNeedNoMap: true,
    ramInPages: false,
    refusesMappedPages: false,
    pageSizes: [4096],
    zoneDmaLimit: 2 ** 32 - 1,
    cacheLine: 32,
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof PROFILES;

/**
 * RAM known to the boot allocator. Bytes; page multiples.
 *
 * Mapped memory is bank bytes outside every *effective* no-map region. A no-map region takes
 * effect unless it overlaps both a bank and a region without no-map that stands before it in the
 * list (drivers/of/fdt.c:early_init_dt_reserve_memory answers -EBUSY then, and the region object
 * stays); a no-map region with an address of its own is not in the list of reserved memory.
 * System RAM is what of it the kernel registers: all, or on arm64 its whole pages
 * (arch/arm64/kernel/setup.c:request_standard_resources).
 */
export interface Bank {
  readonly base: number;
  readonly size: number;
}

/**
 * - `pool`: `shared-dma-pool` without `reusable`, a coherent pool once a device attaches it.
 * - `cma`: `shared-dma-pool` with `reusable`.
 * - `restricted`: `restricted-dma-pool`, a bounce pool of its own.
 * - `plain`: any other reservation; attaching it fails.
 */
export type RegionKind = 'pool' | 'cma' | 'restricted' | 'plain';

export interface Region {
  readonly name: string;
  readonly kind: RegionKind;
  /** Physical address of the first byte. */
  readonly base: number;
  /** Bytes; need not be a page multiple, may be 0 (real trees have both). */
  readonly size: number;
  /** Removed from the linear map, hence not System RAM. */
  readonly noMap: boolean;
  /** `linux,dma-default` on a pool, `linux,cma-default` on a cma region. */
  readonly isDefault: boolean;
  /** `status` says so: attaching answers 0 and binds nothing. */
  readonly disabled: boolean;
}

/** One entry of a device's dma_range_map. A size of 0 ends the table, as in the kernel. */
export interface Window {
  readonly cpu: number;
  readonly dma: number;
  readonly size: number;
}

/**
 * The default bounce pool, made at boot of low memory. Slots of 2 KiB.
 * (kernel/dma/swiotlb.c:swiotlb_init_remap)
 */
export interface Swiotlb {
  readonly slots: number;
  readonly areas: number;
  /** Every streaming mapping bounces. */
  readonly force: boolean;
  /** CONFIG_SWIOTLB_DYNAMIC: more pools are made when this one is full. */
  readonly dynamic: boolean;
}

/** Translation in front of a device. Addresses are inclusive; granule in bytes. */
export interface Iommu {
  readonly granule: number;
  readonly apertureStart: number;
  readonly apertureEnd: number;
}

export interface Device {
  readonly name: string;
  /** Snoops CPU caches (`dma-coherent`). */
  readonly coherent: boolean;
  /** Streaming mask, inclusive; null: the driver core set no mask pointer. */
  readonly mask: number | null;
  /** Mask of coherent allocations, inclusive; 0 means "only the bus limit counts". */
  readonly coherentMask: number;
  /** Highest bus address the bridge forwards, inclusive; 0: none. */
  readonly busLimit: number;
  /** In firmware order; empty: bus address = physical address. */
  readonly windows: readonly Window[];
  /** `memory-region`, in order: indexes into `Machine.regions`. */
  readonly regions: readonly number[];
  readonly iommu: Iommu | null;
  /** Bytes; dma_parms.max_segment_size. */
  readonly maxSegment: number;
  /** Mask 2^n - 1; dma_parms.segment_boundary_mask. */
  readonly segmentBoundary: number;
  /** Mask 2^n - 1; dma_parms.min_align_mask. */
  readonly minAlign: number;
}

export interface Machine {
  readonly profile: ProfileName;
  /** Bytes: 4096, 16384 or 65536, as far as the profile allows. */
  readonly pageSize: number;
  /** Bytes. */
  readonly cacheLine: number;
  readonly cpus: number;
  /** Highest address of ZONE_DMA, inclusive (kernel/dma/direct.c:zone_dma_limit). */
  readonly zoneDmaLimit: number;
  /**
   * Lower zones keep a reserve from requests that may use higher ones, by the kernel's ratios
   * (mm/page_alloc.c:setup_per_zone_lowmem_reserve). Watermarks themselves are 0.
   */
  readonly lowmemReserve: boolean;
  readonly banks: readonly Bank[];
  /** In device-tree order: it decides which of two overlapping reservations comes first. */
  readonly regions: readonly Region[];
  readonly swiotlb: Swiotlb | null;
  readonly devices: readonly Device[];
}

/** The values a machine line may leave out, and what the printer therefore leaves out. */
export const DEVICE_DEFAULTS = {
  coherent: false,
  mask: 2 ** 32 - 1,
  coherentMask: 2 ** 32 - 1,
  busLimit: 0,
  windows: [],
  regions: [],
  iommu: null,
  maxSegment: 65536,
  segmentBoundary: UNLIMITED,
  minAlign: 0,
} as const satisfies Omit<Device, 'name'>;

export const REGION_FLAGS = { noMap: false, isDefault: false, disabled: false } as const;

/** Pools are refused from this many pages on: the kernel counts them in an i32 (deviation P-T2). */
export const POOL_PAGES_END = 2 ** 31;

/** MAX_PAGE_ORDER: blocks of the page allocator have up to 2^this pages (arch/arm64/Kconfig). */
export function maxPageOrder(pageSize: number): number {
  return pageSize === 4096 ? 10 : pageSize === 16384 ? 11 : 13;
}

/** pageblock_order: pages have one type per 2^this pages (include/linux/pageblock-flags.h). */
export function pageblockOrder(pageSize: number): number {
  return pageSize === 4096 ? 9 : pageSize === 16384 ? 11 : 13;
}

/**
 * What `Machine.zoneDmaLimit` is unless said. Without RAM below 4 GiB, arm64 has all of it in
 * ZONE_DMA (arch/arm64/mm/init.c:zone_sizes_init).
 */
export function usualZoneDmaLimit(profile: ProfileName, banks: readonly Bank[]): number {
  const noneLow = banks.length > 0 && banks.every(({ base }) => base >= 2 ** 32 - 1);
  return profile === 'arm64' && noneLow ? ADDRESS_END - 1 : PROFILES[profile].zoneDmaLimit;
}

/** Does the device snoop caches on this machine? */
export function isCoherent(machine: Machine, device: Device): boolean {
  return PROFILES[machine.profile].alwaysCoherent || device.coherent;
}

/** One past the highest page frame of RAM. Machines have at least one bank. */
export function maxPfn(machine: Machine): number {
  let end = 0;
  for (const bank of machine.banks) end = Math.max(end, bank.base + bank.size);
  return Math.floor(end / machine.pageSize);
}
