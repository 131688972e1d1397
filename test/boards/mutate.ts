/** Damages a blob in one of ten ways, some of them aware of what they hit. */
import type { PlacedValue } from './blob.ts';
import type { Random } from './random.ts';

export interface Victim {
  readonly bytes: Uint8Array;
  readonly values: readonly PlacedValue[];
}

/** Cells that mean something somewhere: counts, tokens, phandles, sizes, edges of 32 bits. */
const CELLS = [
  0, 1, 2, 3, 4, 5, 8, 9, 16, 0x1000, 0x1001, 0x100000, 0x200000, 0x40000000, 0x7fffffff,
  0x80000000, 0xfffff000, 0xfffffffe, 0xffffffff, 0xd00dfeed,
];

/** Properties whose cells steer the loader. */
const STEERING = [
  '#address-cells',
  '#size-cells',
  '#iommu-cells',
  '#interconnect-cells',
  'phandle',
  'reg',
  'size',
  'alignment',
  'alloc-ranges',
  'dma-ranges',
  'memory-region',
  'iommus',
  'interconnects',
];

type Bytes = Uint8Array<ArrayBuffer>;
type Mutation = (bytes: Bytes, random: Random, victim: Victim) => Bytes;

const setCell = (bytes: Bytes, offset: number, cell: number): Bytes => {
  if (offset + 4 <= bytes.length) new DataView(bytes.buffer).setUint32(offset, cell);
  return bytes;
};

const anyValue = (victim: Victim, random: Random) => random.pick(victim.values);

function steeringValue(victim: Victim, random: Random): PlacedValue {
  const name = random.pick(STEERING);
  const values = victim.values.filter((value) => value.name === name && value.size >= 4);
  return values.length === 0 ? anyValue(victim, random) : random.pick(values);
}

const MUTATIONS: readonly Mutation[] = [
  // A byte anywhere.
  (bytes, random) => {
    bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  },
  // A telling cell anywhere.
  (bytes, random) => {
    return setCell(bytes, random.below(Math.floor(bytes.length / 4)) * 4, random.pick(CELLS));
  },
  // A telling cell in the header.
  (bytes, random) => setCell(bytes, random.below(10) * 4, random.pick(CELLS)),
  // A cut.
  (bytes, random) => bytes.slice(0, random.below(bytes.length)),
  // A cut that the header agrees with.
  (bytes, random) => {
    const size = 40 + random.below(bytes.length - 40);
    return setCell(bytes.slice(0, size), 4, size);
  },
  // A block over another.
  (bytes, random) => {
    const from = random.below(bytes.length);
    bytes.copyWithin(random.below(bytes.length), from, from + random.below(128));
    return bytes;
  },
  // Two aligned blocks of cells over each other: whole tokens move.
  (bytes, random) => {
    const cells = Math.floor(bytes.length / 4);
    const from = random.below(cells) * 4;
    bytes.copyWithin(random.below(cells) * 4, from, from + random.below(32) * 4);
    return bytes;
  },
  // A telling cell in a value that steers.
  (bytes, random, victim) => {
    const { offset, size } = steeringValue(victim, random);
    return setCell(bytes, offset + random.below(Math.floor(size / 4)) * 4, random.pick(CELLS));
  },
  // The length of a value.
  (bytes, random, victim) => {
    return setCell(bytes, anyValue(victim, random).offset - 8, random.pick(CELLS));
  },
  // The name of a value: another property of the tree.
  (bytes, random, victim) => {
    const other = new DataView(bytes.buffer).getUint32(anyValue(victim, random).offset - 4);
    return setCell(bytes, steeringValue(victim, random).offset - 4, other);
  },
];

/** What a steering cell does is the most interesting: every third mutation is one. */
const STEERING_INDEX = 7;

/** One or two mutations; the property-aware ones come first, while offsets still hold. */
export function mutant(victim: Victim, random: Random): Uint8Array {
  let bytes: Bytes = Uint8Array.from(victim.bytes);
  const count = 1 + random.below(2);
  const kinds = Array.from({ length: count }, () =>
    random.below(3) === 0 ? STEERING_INDEX : random.below(MUTATIONS.length),
  );
  for (const kind of kinds.sort((a, b) => b - a)) bytes = MUTATIONS[kind]!(bytes, random, victim);
  return bytes;
}
