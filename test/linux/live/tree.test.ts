/** Goal: trees compile to what they say. Method: QEMU's own and dtc, there and back. */
import { describe, expect, test } from 'vitest';
import { missingTools } from '../../../linux/rig/tools.ts';
import { compileTree, treeSource, treeText } from '../../../linux/rig/tree.ts';
import { MACHINE } from '../rig/machine.ts';
import { MEMORY } from './needed.ts';

const missing = missingTools();

describe.skipIf(missing !== null)(`a tree${missing === null ? '' : `, which ${missing}`}`, () => {
  const options = { memory: MEMORY, cpus: 2, arenas: [[0x60000000, 0x100000]] } as const;

  test('is written over that of the board', async () => {
    const text = await treeText(MACHINE, options);
    const source = (await treeSource(await compileTree(text))).replaceAll(/\s+/g, ' ');
    expect(source).toContain('cpu@1 {');
    expect(source).not.toMatch(/rng-seed|kaslr-seed/);
    expect(source).toContain(
      'reg = <0x00 0x40000000 0x00 0x20000000 0x00 0x80000000 0x00 0x10000000 0x01 0x80000000 ' +
        '0x00 0x10000000>;',
    );
    const order = [...source.matchAll(/ ((?:region|arena)-\d)[-\w]*@/g)].map((match) => match[1]);
    const regions = MACHINE.regions.map((_, i) => `region-${i}`);
    expect(order).toEqual([...regions, 'arena-0']);
  });

  test('refers from devices to regions', async () => {
    const source = await treeSource(await compileTree(await treeText(MACHINE, options)));
    const phandle = (node: string) => {
      const body = source.slice(source.indexOf(`\t${node}`));
      return /phandle = <(0x[0-9a-f]+)>/.exec(body)?.[1];
    };
    const wanted = `memory-region = <${phandle('region-1-')} ${phandle('region-0-')}>;`;
    expect(source).toContain(wanted);
  });

  test('is the same each time', async () => {
    const text = await treeText(MACHINE, options);
    expect(await treeText(MACHINE, options)).toBe(text);
    const blob = await compileTree(text);
    expect(await compileTree(await treeSource(blob))).toEqual(await compileTree(text));
  });

  test('that is wrong is refused with words', async () => {
    await expect(compileTree('/dts-v1/; / { a = <1>')).rejects.toThrow('syntax error');
  });
});
