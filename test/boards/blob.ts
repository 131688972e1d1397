/** Builds device-tree blobs: the only trees in this repository. */

/** Cells, text (one string, NUL added), strings, raw bytes, or an empty value. */
export type Value = readonly number[] | string | readonly string[] | Uint8Array | true;

export interface Spec {
  readonly name: string;
  readonly properties: readonly (readonly [name: string, value: Value])[];
  readonly children: readonly Spec[];
}

export interface BlobOptions {
  /** `[address, size]` pairs of the reserve map. */
  readonly reserve?: readonly (readonly [bigint, bigint])[];
  /** NOP tokens before every token. */
  readonly nops?: number;
}

/** Where a value lies in the blob, in bytes. */
export interface PlacedValue {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

export function node(
  name: string,
  properties: Readonly<Record<string, Value>>,
  ...children: readonly Spec[]
): Spec {
  return { name, properties: Object.entries(properties), children };
}

/** A 64-bit number as two cells. */
export function u64(value: bigint | number): [high: number, low: number] {
  const wide = BigInt(value);
  return [Number(wide / 2n ** 32n), Number(wide % 2n ** 32n)];
}

/** Pairs of 64-bit numbers: `reg` with two cells each. */
export function reg(...pairs: readonly (readonly [bigint | number, bigint | number])[]): number[] {
  return pairs.flatMap(([base, size]) => [...u64(base), ...u64(size)]);
}

/** A value without bytes. */
export const CELL_FREE: readonly number[] = [];

export function cellBytes(cells: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(cells.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, cell] of cells.entries()) view.setUint32(index * 4, cell);
  return bytes;
}

export function valueBytes(value: Value): Uint8Array {
  if (value === true) return new Uint8Array();
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return latin1(`${value}\0`);
  if (isTexts(value)) return latin1(value.map((text) => `${text}\0`).join(''));
  return cellBytes(value);
}

function isTexts(value: readonly number[] | readonly string[]): value is readonly string[] {
  return typeof value[0] === 'string';
}

export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** Version 17, blocks in the usual order. */
export function blob(root: Spec, options: BlobOptions = {}): Uint8Array {
  return placedBlob(root, options).bytes;
}

/** The same, and where every value went. */
export function placedBlob(
  root: Spec,
  options: BlobOptions = {},
): { readonly bytes: Uint8Array; readonly values: readonly PlacedValue[] } {
  const map = [...(options.reserve ?? []), [0n, 0n] as const].flatMap((pair) => pair.flatMap(u64));
  const structureStart = 40 + map.length * 4;
  const writer = new Writer(options.nops ?? 0, structureStart);
  writer.node(root);
  writer.token(9);
  const strings = latin1([...writer.names.keys()].map((name) => `${name}\0`).join(''));
  const structure = Uint8Array.from(writer.bytes);
  const stringsStart = structureStart + structure.length;
  const total = stringsStart + strings.length;
  const header = [0xd00dfeed, total, structureStart, stringsStart, 40, 17, 16, 0];
  const bytes = new Uint8Array(total);
  bytes.set(cellBytes([...header, strings.length, structure.length, ...map]));
  bytes.set(structure, structureStart);
  bytes.set(strings, stringsStart);
  return { bytes, values: writer.values };
}

class Writer {
  readonly bytes: number[] = [];
  readonly names = new Map<string, number>();
  readonly values: PlacedValue[] = [];
  private stringsSize = 0;
  private readonly nops: number;
  private readonly start: number;

  constructor(nops: number, start: number) {
    this.nops = nops;
    this.start = start;
  }

  token(token: number): void {
    for (let count = 0; count < this.nops; count += 1) this.padded(cellBytes([4]));
    this.padded(cellBytes([token]));
  }

  node(spec: Spec): void {
    this.token(1);
    this.padded(latin1(`${spec.name}\0`));
    for (const [name, value] of spec.properties) {
      const bytes = valueBytes(value);
      this.token(3);
      this.padded(cellBytes([bytes.length, this.nameOffset(name)]));
      this.values.push({ name, offset: this.start + this.bytes.length, size: bytes.length });
      this.padded(bytes);
    }
    for (const child of spec.children) this.node(child);
    this.token(2);
  }

  private padded(bytes: Uint8Array): void {
    for (const byte of bytes) this.bytes.push(byte);
    while (this.bytes.length % 4 !== 0) this.bytes.push(0);
  }

  private nameOffset(name: string): number {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    const offset = this.stringsSize;
    this.names.set(name, offset);
    this.stringsSize += name.length + 1;
    return offset;
  }
}
