/** Lies about where booting puts the bounce pool. */
import type { BootLie } from './boot.ts';
import { sized } from './boot.ts';

const LOW = 0x80000000;
/** Where nothing else is taken while booting. */
const SMALL = 'profile x86-64\nbank 0x80000000 4M\nplain m0 0x80200000 4K\nswiotlb slots 1024';
/** Its low memory ends at 4 GiB less a page. */
const HIGH = 'profile x86-64\nbank 0xffc00000 4M\nswiotlb slots 1024';
/** Its low memory ends where ZONE_DMA does, after 2 MiB. */
const ZONED = 'profile arm64 zone-dma 0x801fffff\nbank 0x80000000 4M\nswiotlb slots 512';
const CHUNKS = [
  sized('kernel', LOW + 0x200000),
  sized('dma', LOW + 0xc0000),
  sized('dma32', LOW + 0x220000),
];
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
    why: 'in the last page of low memory',
    machine: HIGH,
    lie: slots(2 ** 32 - 0x200000, 0x200000),
    honest: slots(2 ** 32 - 0x201000, 0x200000),
  },
  {
    law: 'bounce/pool',
    why: 'beyond ZONE_DMA of an arm64 machine',
    machine: ZONED,
    lie: [...slots(LOW + 0x280000, 0x100000), ...CHUNKS],
    honest: [...slots(LOW + 0xff000, 0x100000), ...CHUNKS],
  },
  {
    law: 'bounce/pool',
    why: 'nobody asked',
    machine: SMALL.replace('\nswiotlb slots 1024', ''),
    lie: slots(LOW, 0x200000),
    honest: [],
  },
];
