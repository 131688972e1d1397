/** A device tree as read: nodes in file order, property values as bytes. */

/** A node. Values are views into the blob, never copies. */
export class FdtNode {
  readonly name: string;
  readonly parent: FdtNode | null;
  /** Levels below the root. */
  readonly depth: number;
  /** In file order. Of properties with one name the first counts, as for fdt_getprop. */
  readonly properties = new Map<string, Uint8Array>();
  readonly children: FdtNode[] = [];

  constructor(name: string, parent: FdtNode | null) {
    this.name = name;
    this.parent = parent;
    this.depth = parent === null ? 0 : parent.depth + 1;
  }

  /** `/soc/serial@1000`; `/` for the root. Built when asked: few callers need it. */
  get path(): string {
    const names: string[] = [];
    for (let node: FdtNode | null = this; node !== null; node = node.parent) names.push(node.name);
    return names.length === 1 ? '/' : names.reverse().join('/');
  }

  has(property: string): boolean {
    return this.properties.has(property);
  }

  get(property: string): Uint8Array | undefined {
    return this.properties.get(property);
  }
}

/** An entry of the reserve map: four cells, because an address may not fit a number exactly. */
export interface ReserveEntry {
  readonly cells: readonly [
    addressHigh: number,
    addressLow: number,
    sizeHigh: number,
    sizeLow: number,
  ];
}

export interface FdtTree {
  readonly root: FdtNode;
  /** Up to the first entry of size 0, which is not part of it. */
  readonly reserveMap: readonly ReserveEntry[];
  /** Nodes below DEPTH_MAX, which are read over as the kernel does. */
  readonly skippedNodes: number;
}

/** Every node of the tree, parents before children, in file order. Iterative on purpose. */
export function* walk(root: FdtNode): Generator<FdtNode> {
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    yield node;
    for (let index = node.children.length - 1; index >= 0; index -= 1) {
      stack.push(node.children[index]!);
    }
  }
}

/**
 * The first child with that name; a name without a unit address also matches `name@…`.
 * Source: scripts/dtc/libfdt/fdt_ro.c:fdt_subnode_offset_namelen.
 */
export function childNamed(node: FdtNode, name: string): FdtNode | undefined {
  return node.children.find((child) => child.name === name || baseName(child) === name);
}

/** The name without its unit address. */
export function baseName(node: FdtNode): string {
  const at = node.name.indexOf('@');
  return at < 0 ? node.name : node.name.slice(0, at);
}
