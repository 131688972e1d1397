/** The form of a deviation: a place where Linux 6.12 and what a caller may rely on part ways. */
import type { Violation } from '../law.ts';
import type { Machine } from '../machine.ts';
import type { Op } from '../operations.ts';

/**
 * - `kept`: allowed, and counted as a hazard where it shows.
 * - `repaired`: the built-in subject does it right; Linux's way lives on as a planted bug of the
 *   family `linux-6.12`, and a subject may list the row as known.
 * - `excluded`: never generated.
 */
export type Disposition = 'kept' | 'repaired' | 'excluded';

/** What happened before the answer in question, as far as a row asks for it. */
export interface Past {
  /**
   * Is it about bytes that were synced for a device that snoops after its mask was set, while they
   * were bounced? Or about whether such a device needs syncs?
   */
  readonly unsynced: boolean;
  /** Is it about memory of a pool whose base lies inside a page, or beside one? */
  readonly misaligned: boolean;
  /** Must the operation copy bytes that have no linear address? */
  readonly copiesUnmapped: boolean;
}

export interface Deviation {
  readonly id: string;
  /** Trap of the specification it decides. */
  readonly spec: string;
  readonly disposition: Disposition;
  /** Laws that Linux's answer breaks (repaired) or would break (kept); none when never asked. */
  readonly laws: readonly string[];
  readonly linux: string;
  readonly reason: string;
  /** Repaired rows: the answer given instead. */
  readonly repaired?: string;
  /** Repaired rows: is this violation the known one? */
  readonly matches?: (op: Op, violation: Violation, machine: Machine, past: Past) => boolean;
}
