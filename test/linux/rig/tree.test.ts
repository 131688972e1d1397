/** Goal: the tree says what the machine says, in its order. Method: one of everything, as text. */
import { describe, expect, test } from 'vitest';
import { treeOver } from '../../../linux/rig/tree-text.ts';
import { MACHINE } from './machine.ts';

const BASE = `/dts-v1/;

/ {
	memory@40000000 {
		device_type = "memory";
	};

	chosen {
		rng-seed = <0x1>;
	};
};
`;

const text = treeOver(BASE, MACHINE, [
  [0x60000000, 0x100000],
  [0x1a0000000, 0x100000],
]);
const lines = text.split('\n');
const line = (part: string) => lines.find((one) => one.includes(part));

describe('the tree', () => {
  test('begins with the board and takes its RAM away', () => {
    expect(text.startsWith(BASE)).toBe(true);
    expect(lines).toContain('/delete-node/ memory@40000000;');
  });

  test('has all banks', () => {
    expect(line('device_type = "memory"; reg')).toBe(
      'memory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x0 0x20000000>, ' +
        '<0x0 0x80000000 0x0 0x10000000>, <0x1 0x80000000 0x0 0x10000000>; };',
    );
  });

  test('has regions in their order, arenas after them', () => {
    const names = lines.map((one) => /^(?:region_\d: )?((?:region|arena)-[^ ]*) \{/.exec(one)?.[1]);
    expect(names.filter((name) => name !== undefined)).toEqual([
      'region-0-pool_one@88000000',
      'region-1-area@180000000',
      'region-2-twin@88000000',
      'region-3-empty@88800001',
      'region-4-a-name-that-is-longer-@89000000',
      'region-5-usual@84000000',
      'arena-0@60000000',
      'arena-1@1a0000000',
    ]);
  });

  test('says what regions are', () => {
    const properties = (part: string) => /\{ (.*) \};$/.exec(line(part) ?? '')?.[1];
    expect(properties('region-0-')).toBe(
      'compatible = "shared-dma-pool"; no-map; reg = <0x0 0x88000000 0x0 0x100000>;',
    );
    expect(properties('region-1-')).toBe(
      'compatible = "shared-dma-pool"; reusable; reg = <0x1 0x80000000 0x0 0x4000000>;',
    );
    expect(properties('region-2-')).toContain('linux,dma-default; reg');
    expect(properties('region-3-')).toBe('no-map; reg = <0x0 0x88800001 0x0 0x0>;');
    expect(properties('region-4-')).toContain('"restricted-dma-pool"; status = "disabled";');
    expect(properties('region-5-')).toContain('reusable; linux,cma-default;');
    expect(properties('arena-1')).toBe('reg = <0x1 0xa0000000 0x0 0x100000>;');
  });

  test('gives devices their regions, in their order', () => {
    expect(line('carveout-device@0')).toBe(
      'carveout-device@0 { compatible = "carveout,device"; dma-coherent; ' +
        'memory-region = <&region_1 &region_0>; };',
    );
    expect(line('carveout-device@1')).toBe(
      'carveout-device@1 { compatible = "carveout,device"; };',
    );
  });
});
