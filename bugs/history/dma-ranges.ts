/** Address translation in device trees: what drivers/of/address.c once got wrong. */
import type { Bug } from '../bug.ts';

export const DMA_RANGES: readonly Bug[] = [
  {
    id: 'of-three-cell-range-match',
    family: 'history',
    group: 'dma-ranges',
    edits: [
      {
        file: 'boards/dma/bus.ts',
        within: 'flagsMatch',
        find: "return kind === 'plain' || address === range;",
        replace: 'return true;',
      },
    ],
    story:
      'Of addresses with three cells only the low two are compared: the range of another bank ' +
      'may match.',
    reference: '42604f8eb7ba "of: address: Fix address translation when address-size is …"',
  },
  {
    id: 'of-empty-ranges-drop-flags',
    family: 'history',
    group: 'dma-ranges',
    edits: [
      {
        file: 'boards/dma/translate.ts',
        within: 'keepAddress',
        find: 'if (flagCells(parentKind) === 1) zero[0] = address[0] ?? 0;',
        replace: '',
      },
    ],
    story: 'An empty dma-ranges means 1:1, but the flags cell of the address is cleared.',
    reference: '7f05e20b989a "of: address: Preserve the flags portion on 1:1 dma-ranges mapping"',
  },
  {
    id: 'of-empty-resource-refused',
    family: 'history',
    group: 'dma-ranges',
    edits: [
      {
        file: 'boards/cells.ts',
        within: 'boundsOf',
        find: 'size === 0n ? base : base + wrap64(size - 1n)',
        replace: 'base + wrap64(size - 1n)',
      },
    ],
    story: 'The end of a range is start + size - 1 without a thought of size 0, which overflows.',
    reference: '15e2f65f2ecf "of: address: Fix empty resource handling in …_resource_bounds()"',
  },
];
