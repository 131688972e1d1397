/**
 * Limits on everything a tree can ask of the loader. Real trees stay far below each of them (in
 * brackets: the largest value measured on 1712 boards); a hostile tree meets a note or an error.
 */
import { MACHINE_LIMITS } from '../contract/machine-check.ts';

/** Bytes of a blob: what arm64 maps of it. arch/arm64/include/asm/boot.h:MAX_FDT_SIZE. [233472] */
export const BLOB_BYTES_MAX = 2 * 2 ** 20;

/** Levels below the root; deeper nodes are skipped. drivers/of/fdt.c:unflatten_dt_nodes. [11] */
export const DEPTH_MAX = 62;

/** Bytes of a node or property name. Keeps parsing linear: names may share bytes. [47] */
export const NAME_BYTES_MAX = 1024;

/** Steps along DMA parents: a chain that is longer runs in a circle. */
export const DMA_STEPS_MAX = 64;

/** Tuples of one `dma-ranges`; what translating them costs grows with the square. [6] */
export const RANGE_TUPLES_MAX = 16;

/** Buses with windows of their own. */
export const RANGE_BUSES_MAX = 512;

/** Entries of one list of phandles. [7] */
export const PHANDLE_LIST_MAX = 256;

/** Region objects, further tuples, header reservations and placeholders together. [50] */
export const REGIONS_MAX = MACHINE_LIMITS.regions;

/** Regions placed by the loader. of_reserved_mem.c:MAX_RESERVED_REGIONS. [4] */
export const DYNAMIC_REGIONS_MAX = 64;

/** Tuples of all memory nodes. [9] */
export const BANKS_MAX = MACHINE_LIMITS.banks;

/** Devices of a tree that are looked at. [206] */
export const DEVICES_MAX = 65536;

/** Different device views of one board. [7] */
export const VIEWS_MAX = 256;

/** Devices handed to a machine. [15] */
export const MACHINE_DEVICES_MAX = 512;

/** Notes kept; the rest is counted. [10] */
export const NOTES_MAX = 500;

/** Characters of a name in a machine. */
export const TOKEN_LENGTH_MAX = 120;
