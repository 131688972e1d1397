/** What a device can reach: what kernel/dma/direct.c and mapping.c once got wrong. */
import type { Bug } from '../bug.ts';

const FILE = 'sut/dma/direct.ts';
const GROUP = 'dma-direct';

export const MASKS: readonly Bug[] = [
  {
    id: 'direct-required-mask-truncated',
    family: 'history',
    group: GROUP,
    edits: [
      {
        file: FILE,
        within: 'dmaDirectGetRequiredMask',
        find: '(maxPfn(machine) - 1) * machine.pageSize',
        replace: '((maxPfn(machine) - 1) << Math.log2(machine.pageSize)) >>> 0',
      },
    ],
    story: 'The last page frame is shifted in 32 bits: above 4 GiB the required mask is too small.',
    reference: 'cdcda0d1f8f4 "dma-direct: fix data truncation in dma_direct_get_required_mask()"',
  },
  {
    id: 'direct-required-mask-capped-by-bus',
    family: 'history',
    group: GROUP,
    edits: [
      {
        file: FILE,
        within: 'dmaDirectGetRequiredMask',
        find: 'const maxDma = physToDma(dev, (maxPfn(machine) - 1) * machine.pageSize);',
        replace: `const last = physToDma(dev, (maxPfn(machine) - 1) * machine.pageSize);
  const maxDma = minNotZero(dev.busDmaLimit, last);`,
      },
    ],
    story:
      'The required mask ends at the bus limit, so a device limited by its bus never looks so.',
    reference: 'd8ad55538abe "dma-direct: don’t truncate dma_required_mask to bus addressing …"',
  },
  {
    id: 'mapping-range-hole-not-limiting',
    family: 'history',
    group: GROUP,
    edits: [
      {
        file: 'sut/dma/mapping.ts',
        within: 'DmaMapping.addressingLimited',
        find: 'return !dmaDirectAllRamMapped(dev, this.#machine, this.#memory.resources);',
        replace: 'return false;',
      },
    ],
    story: 'Windows that reach the end of RAM make a device unlimited, whatever holes they have.',
    reference: 'a409d9600959 "dma-mapping: fix dma_addressing_limited() if dma_range_map …"',
  },
  {
    id: 'mapping-range-walk-stale-result',
    family: 'history',
    group: GROUP,
    edits: [
      {
        file: FILE,
        within: 'dmaDirectAllRamMapped',
        find: 'let pfn = Math.ceil(start / machine.pageSize);',
        replace: `let pfn = Math.ceil(start / machine.pageSize);
    let next: number | null = null;`,
      },
      {
        file: FILE,
        within: 'dmaDirectAllRamMapped',
        find: 'const next = windowEndPfn(map, pfn, machine.pageSize);',
        replace: 'next = windowEndPfn(map, pfn, machine.pageSize) ?? next;',
      },
    ],
    story:
      'Where no window holds the next page of RAM, the one found before counts again: the walk ' +
      'stands still for ever.',
    reference: '8324993f6030 "dma-mapping: fix missing clear bdr in check_ram_in_range_map()"',
  },
];
