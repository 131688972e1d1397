/** Lies about where booting puts the bounce pool. */
import type { BootLie } from './boot.ts';

const LOW = 0x80000000;
/** Where nothing else is taken while booting. */
const SMALL = 'profile x86-64\nbank 0x80000000 4M\nplain m0 0x80200000 4K\nswiotlb slots 1024';
const slots = (phys: number, size: number) => [{ event: 'bounce-pool', phys, bytes: size }];

export const BOUNCE_BOOT_LIES: readonly BootLie[] = [
  { law: 'bounce/pool', why: 'none', machine: SMALL, lie: [], honest: slots(LOW, 0x200000) },
  {
    law: 'bounce/pool',
    why: 'half of it',
    machine: SMALL,
    lie: slots(LOW, 0x100000),
    honest: slots(LOW, 0x200000),
  },
  {
    law: 'bounce/pool',
    why: 'on what is reserved',
    machine: SMALL,
    lie: slots(LOW + 0x1000, 0x200000),
    honest: slots(LOW, 0x200000),
  },
  {
    law: 'bounce/pool',
    why: 'nobody asked',
    machine: SMALL.replace('\nswiotlb slots 1024', ''),
    lie: slots(LOW, 0x200000),
    honest: [],
  },
];
