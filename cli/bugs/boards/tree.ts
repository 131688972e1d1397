/** Device trees made in memory: nodes with properties, as the loader gets them from a blob. */
import { FdtNode, type FdtTree } from '../../../boards/fdt/tree.ts';

/** Cells, one text, or an empty value. */
type Value = readonly number[] | string | true;

export function rootNode(): FdtNode {
  const root = new FdtNode('', null);
  return set(root, { '#address-cells': [2], '#size-cells': [2] });
}

export function addNode(
  parent: FdtNode,
  name: string,
  properties: Readonly<Record<string, Value>>,
): FdtNode {
  const node = set(new FdtNode(name, parent), properties);
  parent.children.push(node);
  return node;
}

function set(node: FdtNode, properties: Readonly<Record<string, Value>>): FdtNode {
  for (const [name, value] of Object.entries(properties)) {
    node.properties.set(name, bytesOf(value));
  }
  return node;
}

function bytesOf(value: Value): Uint8Array {
  if (value === true) return new Uint8Array();
  if (typeof value === 'string') return new TextEncoder().encode(`${value}\0`);
  const bytes = new Uint8Array(value.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, cell] of value.entries()) view.setUint32(index * 4, cell);
  return bytes;
}

/** A number as two cells. */
export function wide(value: number): [high: number, low: number] {
  return [Math.floor(value / 2 ** 32), value % 2 ** 32];
}

export function addMemory(root: FdtNode, base: number, size: number): void {
  const reg = [...wide(base), ...wide(size)];
  addNode(root, 'memory', { device_type: 'memory', reg });
}

/** A bus master. */
export function addDevice(bus: FdtNode, name: string, more: Readonly<Record<string, Value>>): void {
  const reg = [...wide(0x1000), ...wide(0x1000)];
  addNode(bus, name, { compatible: 'test,device', reg, ...more });
}

export function treeOf(root: FdtNode): FdtTree {
  return { root, reserveMap: [], skippedNodes: 0 };
}
