/** Reserved memory in device trees: what drivers/of/of_reserved_mem.c once got wrong. */
import type { Bug } from '../bug.ts';

export const RESERVED_MEM: readonly Bug[] = [
  {
    id: 'rmem-too-many-dynamic-regions',
    family: 'history',
    group: 'reserved-mem',
    edits: [
      {
        file: 'boards/reserved/reserve.ts',
        within: 'placeAll',
        find: 'of dynamic.slice(0, DYNAMIC_REGIONS_MAX)',
        replace: 'of dynamic',
      },
    ],
    story: 'Regions to be placed are collected in a table of 64 without a look at its end.',
    reference: '"of: reserved_mem: prevent OOB when too many dynamic regions are defined" (2026)',
  },
  {
    id: 'rmem-cma-alignment-not-raised',
    family: 'history',
    group: 'reserved-mem',
    edits: [
      {
        file: 'boards/reserved/placement.ts',
        within: 'wishOf',
        find: 'alignment = Math.max(alignment, cmaAlignment);',
        replace: '',
      },
    ],
    story: 'A reusable region is placed at the alignment of the tree, then refused by the CMA.',
    reference: '1cc8e3458b51 "drivers: of: of_reserved_mem: fixup the alignment with CMA setup"',
  },
  {
    id: 'rmem-restricted-pool-missing-property',
    family: 'history',
    group: 'reserved-mem',
    edits: [
      {
        file: 'boards/devices/memory-region.ts',
        within: 'restrictedEntry',
        find: 'count > 0',
        replace: 'count !== 0',
      },
    ],
    story: 'The negative count of a missing memory-region is taken for a number of regions.',
    reference: '31c8025fac3d "of: restricted dma: Fix condition for rmem init"',
  },
];
