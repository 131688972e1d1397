/** Small trees that tests start from. */
import { type Board, type LoadOptions, loadBoard } from '../../boards/loader.ts';
import type { NoteKind } from '../../boards/notes.ts';
import { type BlobOptions, blob, node, reg, type Spec, type Value } from './blob.ts';

export const MIB = 2 ** 20;
export const GIB = 2 ** 30;

export const CELLS = { '#address-cells': [2], '#size-cells': [2] } as const;

export function root(...children: readonly Spec[]): Spec {
  return node('', { ...CELLS, model: 'test board' }, ...children);
}

/** 1 GiB at 2 GiB unless said. */
export function memory(...banks: readonly (readonly [bigint | number, bigint | number])[]): Spec {
  const tuples = banks.length === 0 ? reg([2 * GIB, GIB]) : reg(...banks);
  return node('memory@80000000', { device_type: 'memory', reg: tuples });
}

export function reserved(...children: readonly Spec[]): Spec {
  return node('reserved-memory', { ...CELLS, ranges: true }, ...children);
}

/** A static no-map pool with a phandle. */
export function pool(
  name: string,
  base: bigint | number,
  size: bigint | number,
  phandle: number,
  more: Readonly<Record<string, Value>> = {},
): Spec {
  const properties = {
    compatible: 'shared-dma-pool',
    reg: reg([base, size]),
    phandle: [phandle],
    'no-map': true,
    ...more,
  } as const;
  return node(name, properties);
}

/** A child of the root with a register window. */
export function device(name: string, more: Readonly<Record<string, Value>> = {}): Spec {
  return node(name, { compatible: 'test,device', reg: reg([0x1000, 0x1000]), ...more });
}

/** A bus below the root with `ranges`. */
export function bus(
  name: string,
  more: Readonly<Record<string, Value>>,
  ...children: readonly Spec[]
): Spec {
  return node(name, { compatible: 'simple-bus', ...CELLS, ranges: true, ...more }, ...children);
}

export function load(
  children: readonly Spec[],
  options: LoadOptions = {},
  blobOptions: BlobOptions = {},
): Board {
  return loadBoard(blob(root(...children), blobOptions), options);
}

export function regionNamed(board: Board, name: string) {
  return board.machine.regions.find((region) => region.name === name);
}

export function deviceNamed(board: Board, name: string) {
  return board.machine.devices.find((one) => one.name === name);
}

export function noteKinds(board: Board): NoteKind[] {
  return [...new Set(board.notes.map((note) => note.kind))];
}
