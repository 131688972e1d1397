/** Lies about regions that became no area, or one without pages; and about answers of no form. */
import type { Answered } from '../forge.ts';
import { chunk, grant, ok, withMemory } from '../forge.ts';
import type { Lie, Stage } from './lie.ts';
import { EBUSY, EINVAL, liesOf, NONE, OK } from './lie.ts';

const KIB_128 = 0x20000;
const base = (index: number) => 0x82000000 + index * 0x200000;
const names = Array.from({ length: 9 }, (_, index) => `c${index}`);

/** The table holds 8 areas; the memory of a ninth is given back. */
const NINE: Stage = {
  machine: [
    'bank 0x80000000 64M',
    ...names.map((name, index) => `cma ${name} 0x${base(index).toString(16)} 2M`),
    `device d0 ${names.map((name) => `pool ${name}`).join(' ')}`,
  ].join('\n'),
  setting: withMemory(
    chunk('kernel', 0x80000000, KIB_128),
    chunk('dma', 0x80020000, KIB_128),
    chunk('dma32', 0x80040000, KIB_128),
  ),
};

/** An area in two zones cannot be activated: it stays, and the page allocator has its memory. */
const ACROSS: Stage = {
  machine: `profile arm64 zone-dma 0x3fffffff
bank 0x3f800000 16M
cma c0 0x3fe00000 4M default
device d0 pool c0`,
  setting: withMemory(
    chunk('kernel', 0x40600000, KIB_128),
    chunk('dma', 0x3f800000, KIB_128),
    chunk('dma32', 0x40620000, KIB_128),
  ),
};
const bound: Answered = ['attach d0', OK];

const page = (phys: number) => ok({ phys });

export const USELESS_LIES: readonly Lie[] = [
  ...liesOf(NINE, [
    ['attach/memory', 'the eighth area', [], 'attach d0 index=7', EINVAL, OK],
    ['attach/no-handler', 'the ninth', [], 'attach d0 index=8', OK, EINVAL],
    ['pages/inside', 'of the eighth', [], 'h0 = alloc_pages 0', page(base(7)), page(base(8))],
    // Its own users could be moved away, but nobody else gets pages of an area.
    [
      'contig/exact',
      'of the eighth, as a range',
      [],
      `h0 = alloc_contig 0x${base(7).toString(16)} 1`,
      OK,
      EBUSY,
    ],
  ]),
  ...liesOf(ACROSS, [
    ['attach/memory', 'it is there', [], 'attach d0', EINVAL, OK],
    [
      'pages/complete',
      'it is empty, so pages serve',
      [bound],
      'h0 = alloc_coherent d0 4096',
      NONE,
      grant(0x3fe00000, 4096),
    ],
    [
      'account/pages',
      'it is not counted',
      [bound],
      'census',
      ok({
        census: [
          ['dma', 2016],
          ['dma32', 1984],
          ['normal', 0],
          ['cma:c0', 0],
          ['atomic:kernel', 32],
          ['atomic:dma', 32],
          ['atomic:dma32', 32],
        ],
      }),
      ok({
        census: [
          ['dma', 2016],
          ['dma32', 1984],
          ['normal', 0],
          ['atomic:kernel', 32],
          ['atomic:dma', 32],
          ['atomic:dma32', 32],
        ],
      }),
    ],
    ['any/form', 'no errno of blocks', [], 'h0 = alloc_pages 0', EBUSY, page(0x40000000)],
    ['any/form', 'no place', [], 'h0 = alloc_exact 1', OK, page(0x40000000)],
    [
      'any/form',
      'nothing comes back',
      [['h0 = alloc_pages 0', page(0x40000000)]],
      'free_pages h0',
      EBUSY,
      OK,
    ],
  ]),
];
