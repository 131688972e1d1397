/** Lies about how much is free, and about what lies behind the bytes asked for. */
import type { Census } from '../../../contract/outcome.ts';
import type { Answered } from '../forge.ts';
import { grant, ok } from '../forge.ts';
import type { Lie } from './lie.ts';
import { liesOf, NONE, OK } from './lie.ts';
import { bound, inSlots, SOURCES } from './slots.ts';

const free: Census = [
  // 64 MiB without the area, the restricted pool and three chunks.
  ['dma', 16384 - 1024 - 128 - 96],
  ['lent:dma', 1024],
  ['dma32', 0],
  ['normal', 0],
  ['cma:c0', 1024],
  ['atomic:kernel', 32],
  ['atomic:dma', 32],
  ['atomic:dma32', 32],
  ['pool:p0', 4],
  ['declared:none', 2],
  ['slots:r0', 256],
];

const everything: readonly Answered[] = [
  bound,
  ['attach p', OK],
  ['attach c', OK],
  ['declare none 0x30000000 0x0 8192', OK],
];

/** All that is free, less what was taken from one source. */
const census = (taken: string, count: number) =>
  ok({
    census: free.map(([name, units]) => {
      // What is taken of the area was lent by its zone.
      const own = name === taken || (taken === 'cma:c0' && name === 'lent:dma');
      return [name, own ? units - count : units];
    }),
  });
const untouched = census('', 0);

/** Each takes so much from one source, and from no other. */
const USES: readonly (readonly [source: string, count: number, ...used: Answered])[] = [
  ['dma', 8, 'h0 = alloc_noncoherent none 20480', grant(0x80000000, 20480)],
  ['dma', 5, 'h0 = alloc_exact 20480', ok({ phys: 0x80000000 })],
  ['dma', 3, 'h0 = alloc_contig 0x80000000 3', OK],
  ['cma:c0', 5, 'h0 = alloc_coherent c 20480', grant(0x82000000, 20480)],
  ['cma:c0', 2, 'pin c0 9 pages=2', OK],
  ['atomic:dma', 3, 'h0 = alloc_coherent c 12288 gfp=atomic', grant(0x83f20000, 12288)],
  ['pool:p0', 4, 'h0 = alloc_coherent p 12288', grant(0x20000000, 12288)],
  ['declared:none', 1, 'h0 = alloc_coherent none 1', grant(0x30000000, 1, 0)],
  ['slots:r0', 4, 'h0 = alloc_coherent d0 8192', inSlots(0, 8192)],
];

const ACCOUNTS: readonly Lie[] = [
  ...liesOf(
    SOURCES,
    USES.map(([source, count, ...used]) => [
      'account/pages',
      `${source} after ${used[0]}`,
      [...everything, used],
      'census',
      untouched,
      census(source, count),
    ]),
  ),
  ...liesOf(SOURCES, [
    [
      'account/pages',
      'a source too few',
      everything,
      'census',
      ok({ census: free.slice(1) }),
      untouched,
    ],
    [
      'account/pages',
      'a source too many',
      everything,
      'census',
      ok({ census: [...free, ['highmem', 0]] }),
      untouched,
    ],
    [
      'account/pages',
      'what is not there yet',
      everything.slice(1),
      'census',
      untouched,
      ok({ census: free.slice(0, -1) }),
    ],
    ['any/form', 'one twice', everything, 'census', ok({ census: [...free, free[0]!] }), untouched],
    ['any/form', 'nothing said', everything, 'census', OK, untouched],
    [
      'account/pages',
      'what was given back',
      [...everything, [USES[3]![2], USES[3]![3]], ['free h0', OK]],
      'census',
      census('cma:c0', 5),
      untouched,
    ],
    [
      'account/pages',
      'what is pinned no more',
      [...everything, ['pin c0 9 pages=2', OK], ['unpin c0 10', OK]],
      'census',
      census('cma:c0', 2),
      census('cma:c0', 1),
    ],
    [
      'account/pages',
      'a failure takes nothing',
      [...everything, ['h0 = alloc_coherent p 32768', NONE]],
      'census',
      census('pool:p0', 4),
      untouched,
    ],
  ]),
];

const bytes = (value: number, count: number) => ok({ bytes: [[value, count]] });
const TAILS = liesOf(SOURCES, [
  [
    'cpu/contents',
    'pages are cleared as a whole',
    [['h0 = alloc_coherent none 100', grant(0x80000000, 100)]],
    'read h0 100 3996',
    bytes(1, 3996),
    bytes(0, 3996),
  ],
  [
    'cpu/contents',
    'so are slots',
    [bound, ['h0 = alloc_coherent d0 100', inSlots(0, 100)]],
    'read h0 4095 1',
    bytes(1, 1),
    bytes(0, 1),
  ],
  [
    'cpu/contents',
    'and atomic pools',
    [['h0 = alloc_coherent none 1 gfp=atomic', grant(0x83f00000, 1)]],
    'read h0 1 4095',
    bytes(1, 4095),
    bytes(0, 4095),
  ],
  [
    'cpu/contents',
    'the tail can be written',
    [
      ['h0 = alloc_noncoherent none 1', grant(0x80000000, 1)],
      ['write h0 4095 1 0x7', OK],
    ],
    'read h0 4094 2',
    bytes(0, 2),
    ok({
      bytes: [
        [0, 1],
        [7, 1],
      ],
    }),
  ],
  [
    'cpu/contents',
    'pages of the kernel hold anything, but only until they are written',
    [
      ['h0 = alloc_pages 0', ok({ phys: 0x80000000 })],
      ['write h0 0 4 0x7', OK],
    ],
    'read h0 0 4096',
    bytes(0, 4096),
    ok({
      bytes: [
        [7, 4],
        [9, 4092],
      ],
    }),
  ],
]);

export const ACCOUNT_LIES: readonly Lie[] = [...ACCOUNTS, ...TAILS];
