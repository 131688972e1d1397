/** What a machine may answer. */
import type { Errno } from './errno.ts';

/** Bytes as run lengths: `[value, count]`, in address order. */
export type Runs = readonly (readonly [value: number, count: number])[];

/**
 * Kernel messages that are part of a rule:
 * - `range`: a pool lies beyond the device's address range (rmem_dma_device_init).
 * - `default-redefined`: a second `linux,dma-default` region replaced the first.
 */
export type Warning = 'range' | 'default-redefined';

/**
 * State given or taken besides the result. `chunk`: the atomic pool `of` (kernel, dma, dma32) grew
 * by the memory at `phys`. `bounce-pool`: slots of 2 KiB are in the memory at `phys`, for all
 * devices (`of`: default, or grown) or for the one mapping that needed them (transient).
 * `bounce-pool-gone`: that mapping ended, and its pool with it. `bytes` are those of the slots; the
 * page allocator gives the block that holds them.
 */
export interface Event {
  readonly event: string;
  readonly bytes: number;
  readonly of?: string;
  readonly phys?: number;
}

/**
 * Free units of everything memory can come from, by name: a zone (`dma`), what it has lent to areas
 * and nobody uses (`lent:dma`, where it has any), a cma region (`cma:c0`),
 * an atomic pool (`atomic:kernel`), a coherent pool by region or by the device that declared it
 * (`pool:p0`, `declared:d0`): pages; a restricted pool (`slots:r0`) and the bounce pools that serve
 * all devices (`slots`): slots of 2 KiB.
 */
export type Census = readonly (readonly [source: string, free: number])[];

/** Runs of bytes in the order of the data. */
export type Pieces = readonly (readonly [address: number, length: number])[];

interface Common {
  readonly warnings?: readonly Warning[];
  readonly events?: readonly Event[];
}

export interface Ok extends Common {
  readonly is: 'ok';
  /** Physical address of the first byte of the CPU view. */
  readonly phys?: number;
  /** Bus address given to the device. */
  readonly handle?: number;
  /** Contents: of the whole buffer just allocated, or of the range read. */
  readonly bytes?: Runs;
  readonly address?: number;
  readonly truth?: boolean;
  readonly pfn?: number;
  readonly census?: Census;
  /** All entries of the table: physical address of the first byte, bytes. */
  readonly entries?: Pieces;
  /** What the device was given, in order: bus address of the first byte, bytes. */
  readonly segments?: Pieces;
  /** Bytes. */
  readonly length?: number;
  readonly count?: number;
}

/** NULL or DMA_MAPPING_ERROR. */
export interface None extends Common {
  readonly is: 'none';
}

export interface Failed extends Common {
  readonly is: 'error';
  readonly errno: Errno;
}

/** What a kernel does when it oopses. Never allowed. */
export interface Crash extends Common {
  readonly is: 'crash';
  readonly crash: 'oops' | 'bug' | 'hang';
  readonly where: string;
}

/** The operation had nothing to apply to. */
export interface Skipped extends Common {
  readonly is: 'skipped';
}

export type Outcome = Ok | None | Failed | Crash | Skipped;

export const OK: Ok = Object.freeze({ is: 'ok' });
export const NONE: None = Object.freeze({ is: 'none' });
export const SKIPPED: Skipped = Object.freeze({ is: 'skipped' });

const FAILED = new Map<Errno, Failed>();

export function failed(errno: Errno): Failed {
  let outcome = FAILED.get(errno);
  if (outcome === undefined) {
    outcome = Object.freeze({ is: 'error', errno });
    FAILED.set(errno, outcome);
  }
  return outcome;
}
