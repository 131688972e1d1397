/**
 * Machines at the edges: facts of real boards, restated by hand, and a few no board has yet.
 * Each deserves to be met often, so they are drawn whole.
 */
import type { Machine } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import { parseScenario } from '../../contract/text/parse.ts';

/** Name and machine lines. The comment says where it was seen. */
const EXTREMES: readonly (readonly [name: string, lines: string])[] = [
  // st/stm32mp215f-dk: SoC-wide offset; the pool at the start of DRAM has DMA address 0.
  [
    'pool-at-dma-zero',
    `bank 0x80000000 1G
     pool p0 0x80000000 64M no-map
     device d0 mask 30 bus-limit 0x3fffffff window 0x80000000 0 1G pool p0
     device d1`,
  ],
  // starfive/jh7100: pool high for the CPU, low for the device, an alias of DRAM.
  [
    'high-pool-low-bus',
    `bank 0x80000000 8G
     plain dram 0xfa000000 16M no-map
     pool p0 0x107a000000 16M no-map default
     device d0 bus-limit 0x87fffffff mask 36 window 0x80000000 0x80000000 0x7a000000 window \
       0x107a000000 0xfa000000 16M pool p0
     device d1 pool p0`,
  ],
  // microchip/mpfs-beaglev-fire: pool at 64 GiB, no window, 32-bit devices.
  [
    'high-pool-32-bit',
    `bank 0x80000000 1G
     pool p0 0x1000000000 32M no-map
     device d0 pool p0
     device d1 mask 40 pool p0`,
  ],
  // spacemit/k1: an importer whose windows miss the pool.
  [
    'windows-miss-pool',
    `bank 0x0 2G
     bank 0x100000000 2G
     pool p0 0x140000000 64K no-map
     device d0 mask 36 bus-limit 0x47fffffff window 0 0 2G window 0x100000000 0x80000000 2G pool p0
     device d1 mask 32 bus-limit 0x7fffffff window 0 0 2G pool p0
     device d2 mask 36 bus-limit 0x3ffffffff window 0 0 2G window 0x180000000 0x100000000 12G \
       pool p0`,
  ],
  // stm32mp157c-dk2: six small pools in SRAM behind three windows; a false range warning.
  [
    'sram-pools',
    `bank 0xc0000000 512M
     pool retram 0x38000000 64K no-map
     pool mcuram 0x30000000 256K no-map
     pool mcuram2 0x10000000 256K no-map
     pool vdev0vring0 0x10040000 4K no-map
     pool vdev0vring1 0x10041000 4K no-map
     pool vdev0buffer 0x10042000 16K no-map
     device m4 mask 30 bus-limit 0x3005ffff window 0x38000000 0 64K window 0x10000000 \
       0x10000000 384K window 0x30000000 0x30000000 384K pool retram pool mcuram pool mcuram2 \
       pool vdev0vring0 pool vdev0vring1 pool vdev0buffer
     device dma1`,
  ],
  // mediatek/mt8195-demo: pools without no-map inside RAM; attaching fails.
  [
    'pools-in-ram',
    `bank 0x40000000 4G
     pool p0 0x60000000 20M
     pool p1 0x61400000 20M
     device d0 mask 34 pool p0 pool p1
     device d1 mask 33 pool p1`,
  ],
  // freescale/imx943-evk: pools outside DRAM need no no-map.
  [
    'pool-outside-banks',
    `bank 0x80000000 2G
     pool p0 0x20820000 512K
     device d0 pool p0
     device d1 pool p0`,
  ],
  // ti/k3-j784s4-evm: 1 + 15 MiB pairs without gaps, two pools a device.
  [
    'adjacent-pairs',
    `bank 0x80000000 2G
     bank 0x880000000 30G
     pool dma0 0xa0000000 1M no-map
     pool fw0 0xa0100000 15M no-map
     pool dma1 0xa1000000 1M no-map
     pool fw1 0xa1100000 15M no-map
     device r5f0 pool dma0 pool fw0
     device r5f1 pool dma1 pool fw1
     device pcie mask 48 coherent window 0 0 0x1000000000000`,
  ],
  // qcom/msm8998 and boards with vrings: sizes with tails no power of two fills.
  [
    'odd-tails',
    `bank 0x80000000 4G
     pool p0 0x95200000 20K no-map
     pool p1 0x95205000 8K no-map
     pool p2 0x50000000 12K no-map
     device d0 pool p0 pool p1
     device d1 pool p2 pool p0`,
  ],
  // exynosautov920: banks overlap; imx8qxp-mek: a carveout lies over a pool.
  [
    'overlaps',
    `bank 0x80000000 2G
     bank 0x90000000 3G
     plain dsp 0x92400000 32M no-map
     pool vdev 0x942f0000 1M no-map
     pool p1 0xa0000000 1M no-map
     device d0 pool vdev
     device d1 pool p1 pool vdev`,
  ],
  // Sizes and bases as firmware fills them in: 0, under a page, no page multiple, misaligned.
  [
    'odd-sizes',
    `bank 0x80000000 1G
     pool p0 0x20000000 0 no-map
     pool p1 0x20001000 0x100 no-map
     pool p2 0x20002000 0x1fa400 no-map
     pool p3 0xeefa1800 1M no-map
     device d0 pool p0 pool p1 pool p2 pool p3
     device d1 pool p2`,
  ],
  // apple/t6022: window and limit just below 2^64.
  [
    'unlimited-window',
    `bank 0x10000000000 16G
     pool p0 0x10100000000 4M no-map
     device d0 mask 64 bus-limit unlimited window 0 0 unlimited pool p0
     device d1 mask 42 pool p0`,
  ],
  // mediatek/mt8186: an IOMMU master behind an offset window.
  [
    'iommu-with-window',
    `bank 0x40000000 4G
     pool p0 0x50000000 17024K no-map
     device d0 mask 36 bus-limit 0x1ffefffff window 0x40000000 0x100000000 0xfff00000 iommu 4K \
       0 0x3ffffffff pool p0
     device d1 pool p0`,
  ],
  // apm: a higher window listed before a lower one.
  [
    'high-window-first',
    `bank 0x0 4G
     bank 0x8000000000 2G
     pool p0 0x8040000000 1M no-map
     pool p1 0x40000000 64K no-map
     device d0 mask 40 bus-limit 0x807fffffff window 0x8000000000 0x8000000000 2G window 0 0 \
       0x8000000000 pool p0 pool p1
     device d1 mask 40 pool p1 pool p0`,
  ],
  // No board yet: a pool across 4 GiB and two banks, above 2 GiB in size, three users.
  [
    'straddles-4g',
    `bank 0x80000000 2G
     bank 0x100000000 8G
     pool p0 0xffffe000 16K no-map
     pool p1 0x120000000 3G no-map
     device d0 pool p0 pool p1
     device d1 mask 64 pool p0 pool p1
     device d2 mask 33 bus-limit 0x17fffffff window 0x80000000 0x80000000 2G window 0x100000000 \
       0x100000000 2G pool p0`,
  ],
  // No board yet: a window under a page ends the table for the walk over RAM alone.
  [
    'window-under-a-page',
    `bank 0x80000000 1G
     pool p0 0x20000000 64K
     device d0 mask 64 window 0x80000000 0x80000000 512M window 0x20000000 0x20000000 0x800 \
       window 0xa0000000 0xa0000000 512M pool p0
     device d1 mask 64 window 0x80000000 0x80000000 1G pool p0`,
  ],
  // No board yet: coherent pools that overlap, and one that is described twice.
  [
    'overlapping-pools',
    `bank 0x80000000 1G
     pool p0 0x20000000 64K
     pool p1 0x20008000 64K
     pool p2 0x20000000 64K
     device d0 pool p0
     device d1 pool p1
     device d2 pool p2`,
  ],
  // No board yet: zones that meet inside a block of the largest order.
  [
    'zones-meet-in-block',
    `profile arm64 zone-dma 0x401fffff
     bank 0x40000000 8M
     bank 0x100000000 16M
     device d0
     device d1 mask 64`,
  ],
  // No board yet: an area across zones, which becomes empty, and areas behind it, one of 4 GiB.
  [
    'area-across-zones',
    `bank 0x80000000 24G
     cma c0 0xffe00000 4M
     cma c1 0x140000000 4M default
     cma c2 0x200000000 4G
     device d0 mask 64 pool c1
     device d1 mask 64 pool c2
     device d2 mask 64 coherent pool c0`,
  ],
  // No board yet: more areas than there is room for; the last default one is not the last.
  [
    'nine-areas',
    `bank 0x80000000 256M
     cma c0 0x80000000 2M
     cma c1 0x80400000 2M
     cma c2 0x80800000 2M default
     cma c3 0x80c00000 2M
     cma c4 0x81000000 2M default
     cma c5 0x81400000 2M
     cma c6 0x81800000 2M
     cma c7 0x81c00000 2M
     cma c8 0x82000000 2M default
     device d0 coherent pool c8 pool c7
     device d1 coherent pool c0`,
  ],
  // No board yet: a low zone that keeps all it has from requests that may go higher.
  [
    'low-reserve',
    `profile arm64 lowmem-reserve
     bank 0x40000000 320K
     bank 0x100000000 16M
     device d0 mask 64
     device d1 mask 64 coherent
     device d2`,
  ],
  [
    'low-reserve-x86',
    `profile x86-64 lowmem-reserve
     bank 0x100000 64K
     bank 0x100000000 16M
     device d0 mask 64
     device d1`,
  ],
  // No board yet: a block that only the low zone has, and a reserve of two pages in it.
  [
    'reserve-of-two',
    `profile arm64 lowmem-reserve
     bank 0x40000000 4M
     bank 0x100000000 2M
     device d0 mask 64
     device d1 mask 64 coherent
     device d2 mask 32`,
  ],
  // No board yet: a restricted pool of one segment that is not aligned to its size.
  [
    'slots-off-their-size',
    `bank 0x40000000 1G
     restricted r0 0x50010000 256K
     device d0 pool r0
     device d1 pool r0`,
  ],
];

function onArm64([name, lines]: (typeof EXTREMES)[number]): Machine {
  const profile = lines.startsWith('profile ') ? '' : 'profile arm64\n';
  const text = `carveout scenario 1\n${profile}${lines}\n`;
  return parseScenario(text, `extreme machine ${name}`).machine;
}

/** There, pools have no-map. */
function onArmNommu(machine: Machine): Machine {
  const regions = machine.regions.map((region) => ({
    ...region,
    noMap: region.noMap || region.kind === 'pool',
  }));
  return { ...machine, profile: 'arm-nommu', cacheLine: PROFILES['arm-nommu'].cacheLine, regions };
}

/** Areas and restricted pools are nothing there, and zones are others. */
const staysAsItIs = ({ profile, regions, lowmemReserve }: Machine) =>
  profile !== 'arm64' ||
  lowmemReserve ||
  regions.some(({ kind }) => kind === 'cma' || kind === 'restricted');

/** All extremes, on arm64 and most of them on the profile with a global pool, too. */
export const EXTREME_MACHINES: readonly Machine[] = EXTREMES.map(onArm64).flatMap((machine) =>
  staysAsItIs(machine) ? [machine, machine] : [machine, onArmNommu(machine)],
);
