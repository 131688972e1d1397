/** Trees for the mutation fuzz: between them they use every property the loader reads. */
import { node, placedBlob, reg, type Spec, u64 } from './blob.ts';
import type { Victim } from './mutate.ts';
import { bus, CELLS, device, GIB, MIB, memory, pool, reserved, root } from './trees.ts';

const BASE = 2 * GIB;

const pools = root(
  memory([BASE, GIB], [8 * GIB, GIB]),
  reserved(
    pool('fw@80000000', BASE, MIB, 1, { 'linux,dma-default': true }),
    pool('dma@80100000', BASE + MIB, 15 * MIB, 2, { status: 'disabled' }),
    node('cma', {
      compatible: 'shared-dma-pool',
      reusable: true,
      size: u64(16 * MIB),
      alignment: u64(4 * MIB),
      'alloc-ranges': reg([BASE, GIB], [0, 4 * GIB]),
      'linux,cma-default': true,
      phandle: [3],
    }),
    node('any', {
      compatible: 'shared-dma-pool',
      'no-map': true,
      size: u64(MIB),
      phandle: [4],
    }),
    node('bounce', {
      compatible: 'restricted-dma-pool',
      reg: reg([BASE + 64 * MIB, MIB]),
      phandle: [5],
    }),
  ),
  device('a@1', { 'memory-region': [1, 2, 3], 'dma-coherent': true }),
  device('b@2', { 'memory-region': [4, 5] }),
);

const three = { '#address-cells': [3], '#size-cells': [2] } as const;

const buses: Spec = root(
  memory(),
  node('smmu', { phandle: [8], '#iommu-cells': [1] }),
  bus('mbus', {
    phandle: [7],
    '#interconnect-cells': [1],
    'dma-ranges': [...reg([0, GIB]), ...u64(GIB)],
  }),
  bus(
    'soc',
    { 'dma-ranges': [...reg([0, BASE]), ...u64(GIB), ...reg([GIB, BASE + GIB]), ...u64(GIB)] },
    bus('sub', { 'dma-ranges': true }, device('a@1', { iommus: [8, 5] })),
    bus('off', { status: 'disabled' }, device('x@1')),
    device('b@2', { interconnects: [7, 1], 'interconnect-names': 'dma-mem' }),
    node(
      'pcie@3',
      {
        ...three,
        compatible: 'pcie',
        device_type: 'pci',
        reg: reg([3, 1]),
        ranges: true,
        'dma-ranges': [0x42000000, 0, 0, 0, 0, 0, GIB],
        'iommu-map': [0, 8, 0, 256],
        'memory-region': [5],
      },
      node('wifi@0', { compatible: 'pci1,2', reg: [0, 0, 0, 0, 0] }),
    ),
  ),
);

const narrow: Spec = node(
  '',
  { '#address-cells': [1], '#size-cells': [1], compatible: 'narrow' },
  node('memory', { device_type: 'memory', reg: [BASE, GIB], 'linux,usable-memory': [BASE, MIB] }),
  node(
    'reserved-memory',
    { '#address-cells': [1], '#size-cells': [1], ranges: true },
    node('p', {
      compatible: 'shared-dma-pool',
      reg: [BASE, 4096, BASE + 8192, 4096],
      phandle: [1],
    }),
    node('d', { compatible: 'shared-dma-pool', size: [8192], 'alloc-ranges': [BASE, MIB] }),
  ),
  node('cpus', CELLS, node('cpu@0', { device_type: 'cpu' })),
  node('dsp', { compatible: 'dsp', 'memory-region': [1] }),
);

export const VICTIMS: readonly Victim[] = [
  placedBlob(pools, { reserve: [[BigInt(BASE), 4096n]] }),
  placedBlob(buses),
  placedBlob(narrow, { nops: 1 }),
];
