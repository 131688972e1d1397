/**
 * Where Linux 6.12 and what a caller may rely on part ways, and what is done about it. Every trap
 * of the specification (A-T, P-T, F-T) is decided here or by a law that names it.
 */
import type { Violation } from './law.ts';
import type { Machine } from './machine.ts';
import { PROFILES } from './machine.ts';
import type { Op } from './operations.ts';

/**
 * - `kept`: allowed, and counted as a hazard where it shows.
 * - `repaired`: the built-in subject does it right; Linux's way lives on as a planted bug of the
 *   family `linux-6.12`, and a subject may list the row as known.
 * - `excluded`: never generated.
 */
export type Disposition = 'kept' | 'repaired' | 'excluded';

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
  readonly matches?: (op: Op, violation: Violation, machine: Machine) => boolean;
}

const misaligned = (base: number, machine: Machine) => base % machine.pageSize !== 0;

export const DEVIATIONS: readonly Deviation[] = [
  {
    id: 'limits-both-zero',
    spec: 'A-T1',
    disposition: 'kept',
    laws: ['dma/coherent-ok'],
    linux: 'A mask of 0 and no bus limit give the limit 0: no buffer fits.',
    reason: 'A refusal, not a wrong address; 0 means "unlimited" for one of the two only.',
  },
  {
    id: 'window-crossed',
    spec: 'A-T2',
    disposition: 'repaired',
    laws: ['dma/coherent-ok'],
    linux: 'Only the first byte is translated: a buffer may start in a window and end outside it.',
    reason: 'The tail would name foreign memory; no caller can want that.',
    repaired: 'false unless one window holds the whole buffer',
    matches: (op, violation) => op.op === 'coherent_ok' && violation.observed === 'true',
  },
  {
    id: 'address-wraps',
    spec: 'A-T3',
    disposition: 'excluded',
    laws: [],
    linux: 'address + size - 1 wraps at 2^64 and passes; size 0 tests the byte before.',
    reason: 'Addresses end below 2^52 and sizes are at least 1, so no sum can wrap.',
  },
  {
    id: 'zero-window-ends-table',
    spec: 'A-T4',
    disposition: 'kept',
    laws: ['dma/translate'],
    linux: 'A window of size 0 ends the table; the RAM walk already stops below one page.',
    reason: 'It is how the table says where it ends; later windows do not exist.',
  },
  {
    id: 'limit-outside-windows',
    spec: 'A-T5',
    disposition: 'kept',
    laws: ['dma/untranslate'],
    linux: 'A bus address outside every window translates to all ones, not to an error.',
    reason: 'The answer "none" is that value; what the zone hint makes of it is judged there.',
  },
  {
    id: 'mask-from-first-byte',
    spec: 'A-T6',
    disposition: 'kept',
    laws: ['dma/required-mask'],
    linux: 'The required mask uses the first byte of the last page; bus address 0 is undefined.',
    reason: 'Equal to the last-byte rule except at bus address 0, which is never asked.',
  },
  {
    id: 'bit-operators',
    spec: 'A-T7',
    disposition: 'excluded',
    laws: [],
    linux: 'Not a behaviour: JavaScript bit operators truncate to 32 bits.',
    reason: 'The linter bans them outside the bitmap files; contract/numbers.ts is exact.',
  },
  {
    id: 'pool-size-zero',
    spec: 'P-T1',
    disposition: 'repaired',
    laws: ['pool/size-zero'],
    linux: 'A request for 0 bytes "succeeds" at page 0 without taking it, even on a full pool.',
    reason: 'The answer aliases a live buffer; every other source refuses 0 bytes.',
    repaired: 'none',
    matches: (op) => op.op === 'alloc_coherent' && op.size === 0,
  },
  {
    id: 'pool-pages-i32',
    spec: 'P-T2',
    disposition: 'excluded',
    laws: [],
    linux: 'Pool pages are an i32: 2^31 pages and more turn negative or 0.',
    reason: 'Such a pool (8 TiB of 4 KiB pages) is refused when the machine is read.',
  },
  {
    id: 'pool-size-floored',
    spec: 'P-T3',
    disposition: 'kept',
    laws: ['pool/complete'],
    linux: 'The tail of a size that is no page multiple is unused; under a page nothing fits.',
    reason: 'Lost memory, no wrong answer.',
  },
  {
    id: 'pool-tail-unreachable',
    spec: 'P-T4',
    disposition: 'kept',
    laws: ['pool/complete'],
    linux: 'Requests are rounded to a power of two, so a 3-page pool cannot serve 3 pages.',
    reason: 'Documented alignment of coherent memory; lost memory, no wrong answer.',
  },
  {
    id: 'pool-base-misaligned',
    spec: 'P-T5',
    disposition: 'repaired',
    laws: ['pool/creation', 'pool/handle', 'alloc/final'],
    linux: 'The CPU view starts at the base, the device view at the page holding it.',
    reason: 'CPU and device see different bytes, and the first page lies outside the region.',
    repaired: 'EINVAL when the pool is created',
    matches: (op, _violation, machine) => {
      if (op.op === 'declare') return misaligned(op.phys, machine);
      return machine.regions.some((r) => r.kind === 'pool' && misaligned(r.base, machine));
    },
  },
  {
    id: 'pool-outside-windows',
    spec: 'P-T6',
    disposition: 'kept',
    laws: ['pool/handle'],
    linux: 'A pool no window of the device covers gets handles of all ones plus the offset.',
    reason: 'Found by every board survey and never refused; counted as a hazard.',
  },
  {
    id: 'pool-spans-windows',
    spec: 'P-T7',
    disposition: 'kept',
    laws: ['pool/handle'],
    linux: 'Handles are the translated base plus the offset, whatever window a page lies in.',
    reason: 'A property of the machine that the attach could warn of; counted as a hazard.',
  },
  {
    id: 'pool-beyond-limit',
    spec: 'P-T8',
    disposition: 'kept',
    laws: ['attach/range-warning'],
    linux: 'Masks never limit a pool; the warning compares the physical end with a bus limit.',
    reason: 'The one remedy (a warning) exists; false alarms and misses are counted as hazards.',
  },
  {
    id: 'free-unchecked',
    spec: 'P-T9',
    disposition: 'excluded',
    laws: [],
    linux: 'A double free or a free with a wrong size clears bits of a neighbour, silently.',
    reason: 'Undefined for every allocator; never sent.',
  },
  {
    id: 'default-pool-two-bitmaps',
    spec: 'P-T10',
    disposition: 'repaired',
    laws: ['pool/disjoint', 'cpu/contents'],
    linux: 'The default region, attached to a device too, is handed out by two bitmaps.',
    reason: 'Two owners of one page through documented calls only.',
    repaired: 'the region has one pool, shared by both uses',
    matches: (_op, _violation, machine) =>
      PROFILES[machine.profile].globalPool &&
      machine.regions.some((r) => r.kind === 'pool' && r.isDefault),
  },
  {
    id: 'regions-overlap',
    spec: 'P-T10',
    disposition: 'kept',
    laws: ['pool/disjoint'],
    linux: 'Overlapping declares or regions of a tree are never detected.',
    reason: 'Real trees have them; the description is wrong, not the allocator. A hazard.',
  },
  {
    id: 'release-of-shared',
    spec: 'P-T11',
    disposition: 'excluded',
    laws: [],
    linux: 'Releasing a pool that came from reserved memory leaves all sharers dangling.',
    reason: 'Use after free by contract; never sent.',
  },
  {
    id: 'detach-with-live',
    spec: 'P-T12',
    disposition: 'kept',
    laws: ['pool/disjoint'],
    linux: 'After a detach the pages of live buffers stay taken and that device cannot free them.',
    reason: 'Misuse with a defined effect: generated, and the buffers are freed by other sharers.',
  },
  {
    id: 'handle-after-failure',
    spec: 'P-T13',
    disposition: 'excluded',
    laws: [],
    linux: 'After a failed allocation the handle variable holds what it held before.',
    reason: 'A refusal carries no handle here.',
  },
  {
    id: 'search-end-value',
    spec: 'F-T1',
    disposition: 'kept',
    laws: ['bitmap/area'],
    linux: 'A failed area search answers a value beyond the size, not -1 and not the size.',
    reason: 'Callers test "at least size"; the exact value is compared with the reference.',
  },
  {
    id: 'mask-of-31-bits',
    spec: 'F-T3',
    disposition: 'excluded',
    laws: [],
    linux: 'Not a behaviour: masks of 31 bits and more built with JavaScript shifts are wrong.',
    reason: "An implementer's trap; the lengths 31 to 33 of the lockstep runs cover it.",
  },
  {
    id: 'order-32-and-up',
    spec: '7.3',
    disposition: 'excluded',
    laws: [],
    linux: 'Region functions of order 32 and more degenerate to an empty region at 0.',
    reason: 'Only reachable through a request of 0 bytes, which is refused before.',
  },
];

export function deviation(id: string): Deviation | undefined {
  return DEVIATIONS.find((row) => row.id === id);
}
