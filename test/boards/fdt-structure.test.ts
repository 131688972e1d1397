/** The structure block: grammar, names, depth. */
import { describe, expect, it } from 'vitest';
import { FdtError } from '../../boards/errors.ts';
import { parseFdt } from '../../boards/fdt/parse.ts';
import { childNamed, walk } from '../../boards/fdt/tree.ts';
import { DEPTH_MAX, NAME_BYTES_MAX } from '../../boards/limits.ts';
import { blob, cellBytes, latin1, node, type Spec } from './blob.ts';

const BEGIN = 1;
const END_NODE = 2;
const PROPERTY = 3;
const END = 9;
const ROOT = [BEGIN, 0];

/** A blob whose structure block is exactly these cells; its one string is "a". */
function raw(cells: readonly number[], strings = latin1('a\0')): Uint8Array {
  const total = 56 + cells.length * 4 + strings.length;
  const header = [0xd00dfeed, total, 56, 56 + cells.length * 4, 40, 17, 16, 0];
  const sizes = [strings.length, cells.length * 4];
  const bytes = new Uint8Array(total);
  bytes.set(cellBytes([...header, ...sizes, 0, 0, 0, 0, ...cells]));
  bytes.set(strings, total - strings.length);
  return bytes;
}

const refused = (cells: readonly number[], message: RegExp, strings?: Uint8Array) => {
  expect(() => parseFdt(raw(cells, strings))).toThrow(FdtError);
  expect(() => parseFdt(raw(cells, strings))).toThrow(message);
};

describe('the grammar (FM9)', () => {
  it('takes the smallest tree', () => {
    // A root and the end: proves that the hand-made blobs below fail for their own reason.
    expect(parseFdt(raw([...ROOT, END_NODE, END])).root.children).toEqual([]);
  });

  it('refuses what breaks it', () => {
    // Each tree has exactly one defect.
    const child = [BEGIN, 0x62000000, END_NODE];
    refused([...ROOT, ...child, PROPERTY, 0, 0, END_NODE, END], /property after a child/);
    refused([...ROOT, END], /end of every node/);
    refused([...ROOT, END_NODE], /a token/);
    refused([...ROOT, END_NODE, ...ROOT, END_NODE, END], /second root/);
    refused([...ROOT, END_NODE, END_NODE, END], /an open node/);
    refused([PROPERTY, 0, 0, END], /inside a node/);
    refused([END], /a root node/);
    refused([BEGIN, 0x62000000, END_NODE, END], /root without name/);
    refused([...ROOT, 7, END_NODE, END], /token 0x7/);
  });

  it('refuses lengths and names outside their block', () => {
    // A length of nearly 2^32 must not wrap, a name offset must lie inside the strings.
    refused([...ROOT, PROPERTY, 0xfffffffc, 0, END_NODE, END], /value of 4294967292 bytes/);
    refused([...ROOT, PROPERTY, 0, 2, END_NODE, END], /offset below 0x2/);
    refused([...ROOT, PROPERTY, 0, 0, END_NODE, END], /property name/, latin1('aa'));
    refused([BEGIN, 0x62626262], /node name/);
  });

  it('refuses names without end in a large block', () => {
    // Names may share bytes, so a limit on their length is what keeps parsing linear.
    const long = new Uint8Array(4 * NAME_BYTES_MAX).fill(0x61);
    refused([...ROOT, PROPERTY, 0, 0, END_NODE, END], /at most 1024 bytes/, long);
  });

  it('lets names point into the middle of other names', () => {
    // The Devicetree Specification allows shared tails.
    const tree = parseFdt(raw([...ROOT, PROPERTY, 0, 1, END_NODE, END], latin1('ab\0')));
    expect([...tree.root.properties.keys()]).toEqual(['b']);
  });

  it('reads over NOP tokens anywhere', () => {
    // Two before every token give the same tree as none.
    const spec = node('', { a: [1, 2] }, node('b@1', { c: 'text' }), node('d', {}));
    const names = (bytes: Uint8Array) => [...walk(parseFdt(bytes).root)].map((one) => one.path);
    expect(names(blob(spec, { nops: 2 }))).toEqual(names(blob(spec)));
  });

  it('counts the first of two properties with one name', () => {
    // As fdt_getprop does.
    const spec: Spec = {
      name: '',
      properties: [
        ['a', [1]],
        ['a', [2]],
      ],
      children: [],
    };
    expect([...parseFdt(blob(spec)).root.get('a')!]).toEqual([0, 0, 0, 1]);
  });
});

describe('depth (FM2)', () => {
  const chain = (levels: number): Spec => {
    let spec = node('leaf', { a: [1] });
    for (let level = 1; level < levels; level += 1) spec = node(`n${level}`, {}, spec);
    return node('', {}, spec);
  };

  it(`keeps ${DEPTH_MAX} levels below the root`, () => {
    // The deepest allowed node is still there.
    const tree = parseFdt(blob(chain(DEPTH_MAX)));
    expect([...walk(tree.root)].length).toBe(DEPTH_MAX + 1);
    expect(tree.skippedNodes).toBe(0);
  });

  it('reads over deeper nodes and counts them', () => {
    // Three levels too many; the reader must find its way back up.
    const tree = parseFdt(blob(chain(DEPTH_MAX + 3)));
    expect([...walk(tree.root)].length).toBe(DEPTH_MAX + 1);
    expect(tree.skippedNodes).toBe(3);
  });

  it('takes a hundred thousand levels without recursion', () => {
    // Built as cells, because the builder itself recurses.
    const levels = 100_000;
    const cells: number[] = [];
    for (let level = 0; level < levels; level += 1) cells.push(...ROOT);
    for (let level = 0; level < levels; level += 1) cells.push(END_NODE);
    expect(parseFdt(raw([...cells, END])).skippedNodes).toBe(levels - DEPTH_MAX - 1);
  });
});

describe('lookups', () => {
  it('match a name without unit address, the first one winning', () => {
    // As libfdt resolves a path component.
    const tree = parseFdt(blob(node('', {}, node('soc@1', {}), node('soc@2', {}))));
    expect(childNamed(tree.root, 'soc')?.name).toBe('soc@1');
    expect(childNamed(tree.root, 'soc@2')?.name).toBe('soc@2');
    expect(childNamed(tree.root, 'so')).toBeUndefined();
  });
});
