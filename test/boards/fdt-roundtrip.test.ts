/** Random trees: what the builder writes, the parser reads back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFdt } from '../../boards/fdt/parse.ts';
import type { FdtNode } from '../../boards/fdt/tree.ts';
import { blob, type Spec } from './blob.ts';

const nodeName = fc.stringMatching(/^[a-z][a-z0-9,-]{0,12}(@[0-9a-f]{1,9})?$/);
const propertyName = fc.stringMatching(/^[#a-z][a-z0-9,-]{0,20}$/);
const bytes = fc.uint8Array({ maxLength: 40 });
const properties = fc.uniqueArray(fc.tuple(propertyName, bytes), {
  selector: ([name]) => name,
  maxLength: 6,
});
const { tree } = fc.letrec<{ tree: Spec }>((tie) => ({
  tree: fc.record({
    name: nodeName,
    properties,
    children: fc.oneof(
      { maxDepth: 5, depthIdentifier: 'tree' },
      fc.constant([]),
      fc.array(tie('tree'), { maxLength: 4 }),
    ),
  }),
}));
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const reserve = fc.array(
  fc.tuple(
    u64,
    u64.filter((size) => size > 0n),
  ),
  { maxLength: 5 },
);

interface Plain {
  readonly name: string;
  readonly properties: readonly (readonly [string, readonly number[]])[];
  readonly children: readonly Plain[];
}

function plainNode(node: FdtNode): Plain {
  const list = [...node.properties].map(([name, value]) => [name, [...value]] as const);
  return { name: node.name, properties: list, children: node.children.map(plainNode) };
}

function plainSpec(spec: Spec): Plain {
  const list = spec.properties.map(([name, value]) => [name, [...(value as Uint8Array)]] as const);
  return { name: spec.name, properties: list, children: spec.children.map(plainSpec) };
}

describe('parsing', () => {
  it('gives back nodes, properties, bytes and the reserve map, in order', () => {
    // Random trees and reserve maps are written, read and compared as plain data.
    fc.assert(
      fc.property(tree, reserve, fc.nat(2), (spec, entries, nops) => {
        const whole = { ...spec, name: '' };
        const read = parseFdt(blob(whole, { reserve: entries, nops }));
        expect(plainNode(read.root)).toEqual(plainSpec(whole));
        const numbers = read.reserveMap.map(({ cells: [a, b, c, d] }) => [
          BigInt(a) * 2n ** 32n + BigInt(b),
          BigInt(c) * 2n ** 32n + BigInt(d),
        ]);
        expect(numbers).toEqual(entries);
      }),
      { numRuns: 300, seed: 20_261 },
    );
  });
});
