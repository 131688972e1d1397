/** Calls of bitmap primitives as data: what they are, which law judges them, how they read. */

/** What the implementation and its definition have in common. */
export interface Primitives<Self> {
  readonly length: number;
  test(bit: number): boolean;
  count(): number;
  findNextBit(size: number, start: number): number;
  findNextZeroBit(size: number, start: number): number;
  findNextZeroAreaOff(size: number, start: number, nr: number, mask: number, off: number): number;
  setRange(start: number, nr: number): void;
  clearRange(start: number, nr: number): void;
  allocateRegion(pos: number, order: number): boolean;
  findFreeRegion(bits: number, order: number): number;
  releaseRegion(pos: number, order: number): void;
  copyPrefixFrom(source: Self, nbits: number): void;
  cut(source: Self, first: number, nr: number, nbits: number): void;
}

/** Index of one of the two maps of a program. */
export type MapId = 0 | 1;

export type BitmapCall = { readonly on: MapId } & (
  | { readonly name: 'findNextBit' | 'findNextZeroBit'; size: number; start: number }
  | ({ readonly name: 'findNextZeroAreaOff'; size: number; start: number; nr: number } & Alignment)
  | { readonly name: 'setRange' | 'clearRange'; start: number; nr: number }
  /** Sets nr bits of every `period`, so many `times` from start on: makes fragments. */
  | { readonly name: 'comb'; start: number; nr: number; period: number; times: number }
  | { readonly name: 'allocateRegion' | 'releaseRegion'; pos: number; order: number }
  | { readonly name: 'findFreeRegion'; bits: number; order: number }
  | { readonly name: 'copyPrefixFrom'; source: MapId; nbits: number }
  | { readonly name: 'cut'; source: MapId; first: number; nr: number; nbits: number }
);

interface Alignment {
  readonly mask: number;
  readonly off: number;
}

export type Answer = number | boolean | undefined;

export function perform<M extends Primitives<M>>(maps: readonly [M, M], call: BitmapCall): Answer {
  const map = maps[call.on];
  switch (call.name) {
    case 'findNextBit':
    case 'findNextZeroBit':
      return map[call.name](call.size, call.start);
    case 'findNextZeroAreaOff':
      return map.findNextZeroAreaOff(call.size, call.start, call.nr, call.mask, call.off);
    case 'setRange':
    case 'clearRange':
      map[call.name](call.start, call.nr);
      return undefined;
    case 'comb':
      for (let tooth = 0; tooth < call.times; tooth++) {
        const start = Math.min(call.start + tooth * call.period, map.length);
        map.setRange(start, Math.min(call.nr, map.length - start));
      }
      return undefined;
    case 'allocateRegion':
      return map.allocateRegion(call.pos, call.order);
    case 'releaseRegion':
      map.releaseRegion(call.pos, call.order);
      return undefined;
    case 'findFreeRegion':
      return map.findFreeRegion(call.bits, call.order);
    case 'copyPrefixFrom':
      map.copyPrefixFrom(maps[call.source], call.nbits);
      return undefined;
    case 'cut':
      map.cut(maps[call.source], call.first, call.nr, call.nbits);
      return undefined;
  }
}

/** The law that a wrong answer of the call breaks, on a map of `length` bits. */
export function lawOf(call: BitmapCall, length: number): string {
  switch (call.name) {
    case 'findNextBit':
    case 'findNextZeroBit':
    case 'findNextZeroAreaOff':
      return call.size < length ? 'bitmap/tail' : 'bitmap/area';
    case 'findFreeRegion':
      return call.bits < length ? 'bitmap/tail' : 'bitmap/region';
    case 'copyPrefixFrom':
    case 'cut':
      return 'bitmap/copy';
    default:
      return 'bitmap/region';
  }
}

/** `m0.setRange(start 3, nr 5)` */
export function callText(call: BitmapCall): string {
  const { on, name, ...operands } = call;
  const texts = Object.entries(operands).map(([key, value]) =>
    key === 'source' ? `m${value}` : `${key} ${value}`,
  );
  return `m${on}.${name}(${texts.join(', ')})`;
}
