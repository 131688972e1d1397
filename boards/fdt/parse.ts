/**
 * Reads a flattened device tree (version 17) into nodes.
 *
 * The blob is hostile until proven otherwise: every read is bounds-checked against its block,
 * nothing recurses, the time is linear in the size (shared names are read once per offset and are
 * at most NAME_BYTES_MAX long), and whatever breaks the grammar of Devicetree Specification 0.4,
 * chapter 5, ends in an FdtError. Nodes below DEPTH_MAX levels are read over and counted, as
 * drivers/of/fdt.c:unflatten_dt_nodes does.
 */
import { hex } from '../../contract/numbers.ts';
import { FdtError } from '../errors.ts';
import { DEPTH_MAX, NAME_BYTES_MAX } from '../limits.ts';
import { type Block, type FdtHeader, readHeader } from './header.ts';
import { FdtNode, type FdtTree, type ReserveEntry } from './tree.ts';

export const TOKEN = { beginNode: 1, endNode: 2, property: 3, nop: 4, end: 9 } as const;

/** Reads the whole blob; throws FdtError. */
export function parseFdt(blob: Uint8Array): FdtTree {
  const header = readHeader(blob);
  const view = new DataView(blob.buffer, blob.byteOffset, header.totalSize);
  const reserveMap = readReserveMap(view, header.reserveMap);
  const reader = new StructureReader(blob.subarray(0, header.totalSize), view, header);
  while (reader.step());
  return { root: reader.finish(), reserveMap, skippedNodes: reader.skippedNodes };
}

/** Entries up to the first of size 0; drivers/of/fdt.c:early_init_fdt_scan_reserved_mem. */
function readReserveMap(view: DataView, start: number): ReserveEntry[] {
  const entries: ReserveEntry[] = [];
  for (let at = start; ; at += 16) {
    if (at + 16 > view.byteLength) {
      throw new FdtError(at, 'the end of the blob', 'a reserve map entry of size 0');
    }
    const cells = [0, 4, 8, 12].map((offset) => view.getUint32(at + offset));
    const [addressHigh, addressLow, sizeHigh, sizeLow] = cells as [number, number, number, number];
    if (sizeHigh === 0 && sizeLow === 0) return entries;
    entries.push({ cells: [addressHigh, addressLow, sizeHigh, sizeLow] });
  }
}

/** A position in the structure block and the node it is in. */
class StructureReader {
  skippedNodes = 0;
  private readonly blob: Uint8Array;
  private readonly view: DataView;
  private readonly structure: Block;
  private readonly strings: Block;
  private readonly names = new Map<number, string>();
  private at: number;
  private root: FdtNode | null = null;
  /** The open node; null before the root and after it. */
  private open: FdtNode | null = null;
  /** Open nodes that are not kept because they lie too deep. */
  private skippedOpen = 0;

  constructor(blob: Uint8Array, view: DataView, header: FdtHeader) {
    this.blob = blob;
    this.view = view;
    this.structure = header.structure;
    this.strings = header.strings;
    this.at = header.structure.start;
  }

  /** Takes one token; false after the last. */
  step(): boolean {
    const tokenAt = this.at;
    const token = this.cell('a token');
    if (token === TOKEN.beginNode) this.beginNode(tokenAt);
    else if (token === TOKEN.endNode) this.endNode(tokenAt);
    else if (token === TOKEN.property) this.property(tokenAt);
    else if (token === TOKEN.end) return this.endOfTree(tokenAt);
    else if (token !== TOKEN.nop) {
      throw new FdtError(tokenAt, `token ${hex(token)}`, 'one of 1, 2, 3, 4, 9');
    }
    return true;
  }

  finish(): FdtNode {
    if (this.root === null) throw new FdtError(this.structure.start, 'no node', 'a root node');
    return this.root;
  }

  private beginNode(tokenAt: number): void {
    const name = this.nodeName();
    if (this.open === null) {
      if (this.root !== null) throw new FdtError(tokenAt, 'a second root', 'the end of the tree');
      if (name !== '') throw new FdtError(tokenAt, `a root named "${name}"`, 'a root without name');
      this.root = new FdtNode(name, null);
      this.open = this.root;
    } else if (this.skippedOpen > 0 || this.open.depth >= DEPTH_MAX) {
      this.skippedOpen += 1;
      this.skippedNodes += 1;
    } else {
      const node = new FdtNode(name, this.open);
      this.open.children.push(node);
      this.open = node;
    }
  }

  private endNode(tokenAt: number): void {
    if (this.open === null) throw new FdtError(tokenAt, 'the end of a node', 'an open node');
    if (this.skippedOpen > 0) this.skippedOpen -= 1;
    else this.open = this.open.parent;
  }

  private property(tokenAt: number): void {
    if (this.open === null) throw new FdtError(tokenAt, 'a property', 'it inside a node');
    if (this.skippedOpen === 0 && this.open.children.length > 0) {
      throw new FdtError(tokenAt, 'a property after a child node', 'properties first');
    }
    const size = this.cell('a property length');
    const nameOffset = this.cell('a property name');
    const start = this.at;
    if (size > this.structure.end - start) {
      const room = this.structure.end - start;
      throw new FdtError(tokenAt, `a value of ${size} bytes`, `at most ${room} bytes`);
    }
    this.skipPadded(size);
    const name = this.propertyName(tokenAt, nameOffset);
    if (this.skippedOpen > 0 || this.open.has(name)) return;
    this.open.properties.set(name, this.blob.subarray(start, start + size));
  }

  private endOfTree(tokenAt: number): boolean {
    if (this.open !== null) {
      throw new FdtError(tokenAt, 'the end of the tree', 'the end of every node before');
    }
    return false;
  }

  private cell(what: string): number {
    if (this.at + 4 > this.structure.end) {
      throw new FdtError(this.at, 'the end of the structure block', what);
    }
    const value = this.view.getUint32(this.at);
    this.at += 4;
    return value;
  }

  /** Padding may be cut off at the end of the block: the next token reports that. */
  private skipPadded(size: number): void {
    this.at += Math.ceil(size / 4) * 4;
  }

  private nodeName(): string {
    const name = this.textAt(this.at, this.structure.end, 'a node name');
    this.skipPadded(name.length + 1);
    return name;
  }

  private propertyName(tokenAt: number, offset: number): string {
    const known = this.names.get(offset);
    if (known !== undefined) return known;
    const size = this.strings.end - this.strings.start;
    if (offset >= size) {
      throw new FdtError(tokenAt, `a name at ${hex(offset)}`, `an offset below ${hex(size)}`);
    }
    const name = this.textAt(this.strings.start + offset, this.strings.end, 'a property name');
    this.names.set(offset, name);
    return name;
  }

  /** Bytes up to a NUL, one character each: a name need not be ASCII, but must stay itself. */
  private textAt(start: number, end: number, what: string): string {
    const last = Math.min(end, start + NAME_BYTES_MAX + 1);
    let text = '';
    for (let at = start; at < last; at += 1) {
      const byte = this.blob[at]!;
      if (byte === 0) return text;
      text += String.fromCharCode(byte);
    }
    const found = last < end ? 'no end of it' : 'the end of the block';
    throw new FdtError(start, found, `${what} of at most ${NAME_BYTES_MAX} bytes and a NUL`);
  }
}
