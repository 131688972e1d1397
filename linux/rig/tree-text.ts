/** The device tree of a scenario's machine, as source text for dtc. */
import type { Bank, Device, Machine, Region } from '../../contract/machine.ts';

/** Bytes of RAM kept for exact requests: address of the first, and how many. */
export type Arena = readonly [base: number, size: number];

/**
 * `base` is the source of the board's own tree. What it says of RAM is replaced by the banks; added
 * are the regions in their order, then the arenas, and the devices. The kernel reads reservations
 * in the order of the tree, so the order decides which of two overlapping ones comes first.
 * Addresses and sizes stand as they are, sensible or not. Limits of the bus are not in the tree.
 */
export function treeOver(base: string, machine: Machine, arenas: readonly Arena[]): string {
  const lines = [
    ...memoryNames(base).map((name) => `/delete-node/ ${name};`),
    // Seeds of random numbers: trees of one machine are equal.
    'chosen { /delete-property/ rng-seed; /delete-property/ kaslr-seed; };',
    ...memoryNode(machine.banks),
    'reserved-memory {',
    `${CELLS} ranges;`,
    ...machine.regions.map(regionNode),
    ...arenas.map(([start, size], i) => `arena-${i}@${unit(start)} { ${reg(start, size)} };`),
    '};',
    ...machine.devices.map(deviceNode),
  ];
  return `${base}\n/ {\n${CELLS}\n${lines.join('\n')}\n};\n`;
}

const CELLS = '#address-cells = <2>; #size-cells = <2>;';
/** Longest name of a node, without its address (Devicetree Specification 0.4, 2.2.1). */
const NAME_MAX = 31;

/** Nodes of the root that describe RAM. */
function memoryNames(base: string): string[] {
  return [...base.matchAll(/^\s*(memory@[0-9a-f]+) \{/gm)].map((match) => match[1]!);
}

function memoryNode(banks: readonly Bank[]): string[] {
  const first = banks[0];
  if (first === undefined) return [];
  const cells = banks.map(({ base, size }) => `<${pair(base)} ${pair(size)}>`).join(', ');
  return [`memory@${unit(first.base)} { device_type = "memory"; reg = ${cells}; };`];
}

function regionNode(region: Region, index: number): string {
  const { kind, base, size } = region;
  const properties = [
    ...COMPATIBLE[kind],
    ...(region.noMap ? ['no-map;'] : []),
    ...(region.isDefault ? DEFAULT[kind] : []),
    ...(region.disabled ? ['status = "disabled";'] : []),
    reg(base, size),
  ];
  const name = `${nodeName(region.name, index)}@${unit(base)}`;
  return `region_${index}: ${name} { ${properties.join(' ')} };`;
}

const COMPATIBLE = {
  pool: ['compatible = "shared-dma-pool";'],
  cma: ['compatible = "shared-dma-pool";', 'reusable;'],
  restricted: ['compatible = "restricted-dma-pool";'],
  plain: [],
} as const satisfies Record<Region['kind'], readonly string[]>;

const DEFAULT = {
  pool: ['linux,dma-default;'],
  cma: ['linux,cma-default;'],
  restricted: [],
  plain: [],
} as const satisfies Record<Region['kind'], readonly string[]>;

/** Unique by its number, because names of a scenario may need letters that no node may have. */
function nodeName(name: string, index: number): string {
  return `region-${index}-${name.replace(/[^A-Za-z0-9._+-]/g, '_')}`.slice(0, NAME_MAX);
}

function deviceNode({ coherent, regions }: Device, index: number): string {
  const properties = [
    'compatible = "carveout,device";',
    ...(coherent ? ['dma-coherent;'] : []),
    ...(regions.length === 0
      ? []
      : [`memory-region = <${regions.map((region) => `&region_${region}`).join(' ')}>;`]),
  ];
  return `carveout-device@${index} { ${properties.join(' ')} };`;
}

function reg(base: number, size: number): string {
  return `reg = <${pair(base)} ${pair(size)}>;`;
}

/** Two cells, high one first. Both are exact: addresses are below 2^53. */
function pair(value: number): string {
  return `0x${Math.floor(value / 2 ** 32).toString(16)} 0x${(value % 2 ** 32).toString(16)}`;
}

function unit(address: number): string {
  return address.toString(16);
}
