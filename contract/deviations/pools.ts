/** Deviations of coherent pools (P-T). */
import type { Machine } from '../machine.ts';
import { PROFILES } from '../machine.ts';
import type { Deviation } from './row.ts';

const misaligned = (base: number, machine: Machine) => base % machine.pageSize !== 0;

/**
 * Laws that notice a global pool nobody was told of: it is made while booting, which answers
 * nothing, and what it has handed out is missing where a device shares it.
 */
const UNTOLD = ['account/pages', 'pool/complete', 'free/returns-all', 'placement/leftmost'];

/** Laws that notice bytes, or where they are: what one party stores, the other finds elsewhere. */
const ELSEWHERE = [
  'device/coherent',
  'cpu/contents',
  'device/contents',
  'table/copy',
  'table/entries',
];

const hasUntold = ({ profile, pageSize, regions }: Machine) =>
  PROFILES[profile].globalPool &&
  regions.some((r) => r.kind === 'pool' && r.isDefault && r.base % pageSize !== 0);

export const POOL_DEVIATIONS: readonly Deviation[] = [
  {
    id: 'warned-once',
    spec: '2.2',
    disposition: 'excluded',
    laws: [],
    linux:
      'Mapping System RAM uncached and allocating with a coherent mask of 0 also warn, ' +
      'once a boot.',
    reason:
      'What is said once says nothing about the call; only messages of every call are ' + 'judged.',
  },
  {
    id: 'pool-size-zero',
    spec: 'P-T1',
    disposition: 'repaired',
    laws: ['pool/size-zero'],
    linux: 'A request for 0 bytes "succeeds" at page 0 without taking it, even on a full pool.',
    reason: 'The answer aliases a live buffer; the page allocator refuses 0 bytes.',
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
    laws: [...['pool/creation', 'pool/handle', 'alloc/final', ...ELSEWHERE], ...UNTOLD],
    linux: 'The CPU view starts at the base, the device view at the page holding it.',
    reason: 'CPU and device see different bytes, and the first page lies outside the region.',
    repaired: 'EINVAL when the pool is created',
    matches: (op, { law }, machine, past) => {
      if (UNTOLD.includes(law)) return hasUntold(machine);
      if (op.op === 'declare') return misaligned(op.phys, machine);
      if (op.op !== 'attach') return past.misaligned || hasUntold(machine);
      const region = machine.regions[machine.devices[op.device]!.regions[op.index] ?? -1];
      return region !== undefined && misaligned(region.base, machine);
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
    id: 'pool-behind-iommu',
    spec: 'Q9',
    disposition: 'kept',
    laws: ['pool/handle'],
    linux: 'A pool comes before the IOMMU: the handle is untranslated and nothing maps it there.',
    reason: 'Right only with an identity mapping the machine cannot say; counted as a hazard.',
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
    laws: ['pool/disjoint', 'cpu/contents', 'account/pages'],
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
    linux: 'After a detach the pages of live buffers stay taken.',
    reason: 'Misuse with a defined effect: generated, and the buffers are freed by other sharers.',
  },
  {
    id: 'free-after-detach',
    spec: 'P-T12',
    disposition: 'excluded',
    laws: [],
    linux:
      'Freed by the detached device, the pool is unmapped and its page given to the page ' +
      'allocator.',
    reason: 'Corrupts memory; never sent.',
  },
  {
    id: 'mmap-past-pool',
    spec: '2.6',
    disposition: 'excluded',
    laws: [],
    linux:
      'A claimed size past the end of the pool goes on to the next allocator and maps its ' +
      'pages.',
    reason: 'Foreign memory through a wrong size; never sent. The built-in subject answers ENXIO.',
  },
  {
    id: 'cleared-beyond-size',
    spec: 'P-I8',
    disposition: 'kept',
    laws: ['pool/zeroed'],
    linux:
      'A device pool clears the bytes asked for, the global pool whole pages; more stays ' +
      'stale.',
    reason: 'No promise beyond the size: what lies there is not judged, and reads end at the size.',
  },
  {
    id: 'handle-after-failure',
    spec: 'P-T13',
    disposition: 'excluded',
    laws: [],
    linux: 'After a failed allocation the handle variable holds what it held before.',
    reason: 'A refusal carries no handle here.',
  },
];
