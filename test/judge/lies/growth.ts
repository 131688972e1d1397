/** Lies about how atomic pools grow when put-off work is done. */
import type { Event } from '../../../contract/outcome.ts';
import type { Answered } from '../forge.ts';
import { grant, ok, withMemory } from '../forge.ts';
import { CHUNKS, DMA, KERNEL, ZONES } from './atomic.ts';
import { KIB_128, SPARSE, sized } from './boot.ts';
import type { Lie, Stage } from './lie.ts';
import { EBUSY, liesOf, OK } from './lie.ts';

const POOLS: Stage = { machine: ZONES, setting: withMemory(...CHUNKS) };
const use: Answered = ['h0 = alloc_coherent d64 1 gfp=atomic', grant(KERNEL, 1)];
const useDma: Answered = ['h1 = alloc_coherent d30 1 gfp=atomic', grant(DMA, 1)];
const grew = (...events: readonly Event[]) => ok({ events });
const more = sized('kernel', 0x100020000);
const moreDma = sized('dma', 0x3fe20000);

const GROWN = liesOf(POOLS, [
  ['atomic/growth', 'none although one is low', [use], 'run_work', OK, grew(more)],
  ['atomic/growth', 'not what is low', [use], 'run_work', grew(moreDma), grew(more)],
  ['atomic/growth', 'more than is low', [use], 'run_work', grew(moreDma, more), grew(more)],
  [
    'atomic/growth',
    'not all that is low',
    [use, useDma],
    'run_work',
    grew(more),
    grew(moreDma, more),
  ],
  [
    'atomic/growth',
    'not doubled',
    [use],
    'run_work',
    grew(sized('kernel', 0x100020000, 0x10000)),
    grew(more),
  ],
  [
    'atomic/growth',
    'more than doubled',
    [use],
    'run_work',
    grew(sized('kernel', 0x100040000, 0x40000)),
    grew(more),
  ],
  [
    'atomic/growth',
    'not doubled the second time',
    [
      use,
      ['run_work', grew(more)],
      ['h2 = alloc_coherent d64 128K gfp=atomic', grant(0x100020000, KIB_128)],
    ],
    'run_work',
    grew(sized('kernel', 0x100040000)),
    grew(sized('kernel', 0x100040000, 0x40000)),
  ],
  ['atomic/growth', 'not due', [], 'run_work', grew(more), OK],
  [
    'atomic/growth',
    'not due any more',
    [use, ['run_work', grew(more)]],
    'run_work',
    grew(sized('kernel', 0x100040000)),
    OK,
  ],
  ['atomic/growth', 'given back meanwhile', [use, ['free h0', OK]], 'run_work', grew(more), OK],
  ['any/form', 'no work', [use], 'run_work', EBUSY, grew(more)],
  ['atomic/chunk', 'in use', [use], 'run_work', grew(sized('kernel', KERNEL)), grew(more)],
  [
    'atomic/chunk',
    'in use by the kernel',
    [use, ['h1 = alloc_pages 0', ok({ phys: 0x100020000 })]],
    'run_work',
    grew(more),
    grew(sized('kernel', 0x100040000)),
  ],
  [
    'atomic/chunk',
    'of a higher zone',
    [useDma],
    'run_work',
    grew(sized('dma', 0x40020000)),
    grew(moreDma),
  ],
  [
    'atomic/growth',
    'although 8 pages are free',
    [useDma, ['h2 = alloc_contig 0x3fe28000 472', OK]],
    'run_work',
    OK,
    grew(sized('dma', 0x3fe20000, 0x8000)),
  ],
  [
    'atomic/growth',
    'although no page is free',
    [useDma, ['h2 = alloc_contig 0x3fe20000 480', OK]],
    'run_work',
    grew(sized('dma', 0x3fe20000, 4096)),
    OK,
  ],
  [
    'atomic/growth',
    'before work is done',
    [],
    use[0],
    { ...grant(KERNEL, 1), events: [more] },
    grant(KERNEL, 1),
  ],
  [
    'atomic/growth',
    'by a question',
    [],
    'required_mask d64',
    ok({ address: 0x1ffffffff, events: [more] }),
    ok({ address: 0x1ffffffff }),
  ],
  [
    'atomic/inside',
    'from chunk to chunk',
    [use, ['run_work', grew(more)]],
    'h1 = alloc_coherent d64 8192 gfp=atomic',
    grant(0x10001f000, 8192),
    grant(0x100020000, 8192),
  ],
  [
    'pages/disjoint',
    'what grew is no more free',
    [use, ['run_work', grew(more)]],
    'h1 = alloc_pages 5',
    ok({ phys: 0x100020000 }),
    ok({ phys: 0x100040000 }),
  ],
]);

/** The pool of DMA32 has 16 pages only from the start. */
const SMALL: Stage = {
  machine: `${SPARSE}\ndevice d32`,
  setting: withMemory(sized('kernel', 0x3ffe0000), sized('dma32', 0x40000000, 0x10000)),
};
const useSmall: Answered = ['h0 = alloc_coherent d32 1 gfp=atomic', grant(0x40000000, 1)];
const moreSmall = sized('dma32', 0x40040000, 0x10000);
const evenMore = sized('dma32', 0x40080000, 0x10000);

const DUE = liesOf(SMALL, [
  ['atomic/growth', 'low, but never used', [], 'run_work', grew(moreSmall), OK],
  ['atomic/growth', 'used', [useSmall], 'run_work', OK, grew(moreSmall)],
  [
    'atomic/growth',
    'low still, but not used since',
    [useSmall, ['run_work', grew(moreSmall)]],
    'run_work',
    grew(evenMore),
    OK,
  ],
]);

export const GROWTH_LIES: readonly Lie[] = [...GROWN, ...DUE];
