/** The plug-in contract: what a thing must offer to be judged. */
import type { Bank, Machine, ProfileName, RegionKind } from './machine.ts';
import type { Op, OpName } from './operations.ts';
import type { Event, Outcome, Warning } from './outcome.ts';

/**
 * What a subject can report. A law that needs more is shown as "not judged". One of `phys` and
 * `handle` it must report: nothing else says where memory is. `free-memory`: no page is taken or
 * given back but by an answer or an event, and `census` counts what is left. `entries`: what tables
 * hold. `device-bytes`: what devices read.
 */
export const OBSERVATIONS = [
  'phys',
  'handle',
  'bytes',
  'warnings',
  'free-memory',
  'entries',
  'device-bytes',
] as const;
export type Observation = (typeof OBSERVATIONS)[number];

/** Boot messages are outcomes, too: a redefined default pool warns. */
export interface Booted {
  readonly warnings: readonly Warning[];
  /** Chunks the atomic pools were made of. */
  readonly events?: readonly Event[];
}

interface AnySession {
  readonly booted: Booted;
  /** Optional. Pictures for people: one line per pool, device, … in the subject's own words. */
  describe?(): readonly string[];
}

/** In process: an answer per call. */
export interface SyncSession extends AnySession {
  apply(op: Op): Outcome;
  /** Optional. Bytes copied between buffers and bounce memory since boot: what bouncing costs. */
  bounced?(): number;
}

/**
 * Elsewhere: a batch per call, answered in order. Operands are labels and indexes; the subject
 * keeps the label table and answers `skipped` when an operand names nothing alive.
 */
export interface BatchSession extends AnySession {
  run(ops: readonly Op[]): Promise<readonly Outcome[]>;
  /**
   * Optional. When a program is over, all that lives is taken back: `ok`; an error: something is in
   * use still; a crash. A reset follows.
   */
  takeBack?(): Promise<Outcome>;
  /** Optional. Back to the freshly booted machine; buys many programs per boot. */
  reset?(): Promise<void>;
  /** Optional. Frees what the session holds outside this process. */
  close?(): Promise<void>;
}

/** The memory of a subject that is a machine itself. */
export interface GivenMemory {
  readonly banks: readonly Bank[];
  /** Each reserved region lies within one of these ranges, RAM or not. */
  readonly places: readonly Bank[];
  readonly regionKinds: readonly RegionKind[];
  readonly cpusMax: number;
}

/** What the machine generator must stay within. All optional; counts are inclusive. */
export interface MachineLimits {
  readonly profiles?: readonly ProfileName[];
  readonly pageSizes?: readonly number[];
  readonly devicesMax?: number;
  readonly regionsMax?: number;
  /** Not over a pipe: machines that differ in what surrounds this memory, and have no IOMMU. */
  readonly memory?: GivenMemory;
}

/** What a subject answers that does not say: the operations there were when that was decided. */
export const FIRST_OPERATIONS = [
  'set_mask',
  'set_coherent_mask',
  'set_offset',
  'phys_to_dma',
  'dma_to_phys',
  'coherent_ok',
  'capable',
  'required_mask',
  'addressing_limited',
  'declare',
  'release',
  'attach',
  'detach',
  'alloc_coherent',
  'free',
  'mmap',
  'write',
  'read',
] as const satisfies readonly OpName[];

interface AnySubject {
  readonly name: string;
  readonly observes: ReadonlySet<Observation>;
  /** Optional. Operations it answers; others are never sent. Default: FIRST_OPERATIONS. */
  readonly operations?: readonly OpName[];
  /** Optional. It promises Linux's own choice wherever laws leave one, and is held to it. */
  readonly placement?: 'linux';
  /** Null: the machine can be booted. Otherwise the reason why not. */
  accepts(machine: Machine): string | null;
  /** Optional. Narrows the machine generator; `accepts` still has the last word. */
  readonly machines?: MachineLimits;
  /** Optional. Cases in a row on one machine, where booting costs more than a few; default 8. */
  readonly casesPerMachine?: number;
  /** Optional. Ids of deviations it is known to have; a violation matching one is counted. */
  readonly known?: readonly string[];
  /** Optional. Ends whatever the subject started (processes, virtual machines). */
  close?(): Promise<void>;
}

export interface SyncSubject extends AnySubject {
  readonly kind: 'sync';
  boot(machine: Machine): SyncSession;
}

/** A machine turned down at boot, by a subject that cannot tell before; the case does not count. */
export interface Refused {
  readonly refused: string;
}

export interface BatchSubject extends AnySubject {
  readonly kind: 'batch';
  boot(machine: Machine): Promise<BatchSession | Refused>;
}

export type Subject = SyncSubject | BatchSubject;
