/**
 * The bitmap primitives by definition, over an array of booleans: pools.md §7, no words, no tricks.
 * Only the bits below the `size` of a call are ever looked at.
 */
export class ReferenceBitmap {
  readonly bits: boolean[];

  constructor(length: number) {
    this.bits = new Array<boolean>(length).fill(false);
  }

  get length(): number {
    return this.bits.length;
  }

  test(bit: number): boolean {
    return this.bits[bit] === true;
  }

  count(): number {
    return this.bits.filter((set) => set).length;
  }

  /** Smallest set k in [start, size), else size. */
  findNextBit(size: number, start: number): number {
    for (let k = start; k < size; k++) if (this.test(k)) return k;
    return size;
  }

  /** Smallest clear k in [start, size), else size. */
  findNextZeroBit(size: number, start: number): number {
    for (let k = start; k < size; k++) if (!this.test(k)) return k;
    return size;
  }

  /** Smallest aligned clear area by trying every index; the failing value by §7.2's procedure. */
  findNextZeroAreaOff(size: number, start: number, nr: number, mask: number, off: number): number {
    for (let i = this.findNextZeroBit(size, start); i + nr <= size; i++) {
      if ((i + off) % (mask + 1) === 0 && this.isClear(i, nr)) return i;
    }
    return this.lastCandidate(size, start, nr, mask, off) + nr;
  }

  /** The candidate at which the procedure of §7.2 gives up. */
  private lastCandidate(
    size: number,
    start: number,
    nr: number,
    mask: number,
    off: number,
  ): number {
    let i = this.findNextZeroBit(size, start);
    while ((i + off) % (mask + 1) !== 0) i++;
    if (i + nr > size) return i;
    return this.lastCandidate(size, this.findNextBit(i + nr, i) + 1, nr, mask, off);
  }

  private isClear(start: number, nr: number): boolean {
    return this.findNextBit(start + nr, start) >= start + nr;
  }

  setRange(start: number, nr: number): void {
    for (let k = start; k < start + nr; k++) this.bits[k] = true;
  }

  clearRange(start: number, nr: number): void {
    for (let k = start; k < start + nr; k++) this.bits[k] = false;
  }

  /** All 2^order bits from pos (any position) clear: set them. */
  allocateRegion(pos: number, order: number): boolean {
    if (!this.isClear(pos, 2 ** order)) return false;
    this.setRange(pos, 2 ** order);
    return true;
  }

  /** Tries 0, 2^order, 2 * 2^order, … while the region ends inside `bits`; -1 is -ENOMEM. */
  findFreeRegion(bits: number, order: number): number {
    for (let pos = 0; pos + 2 ** order <= bits; pos += 2 ** order) {
      if (this.allocateRegion(pos, order)) return pos;
    }
    return -1;
  }

  releaseRegion(pos: number, order: number): void {
    this.clearRange(pos, 2 ** order);
  }

  /** The first nbits bits of source, then clear bits to the end of this map. */
  copyPrefixFrom(source: ReferenceBitmap, nbits: number): void {
    const prefix = source.bits.slice(0, nbits);
    this.replace([...prefix, ...this.bits.slice(nbits).fill(false)]);
  }

  /** [0, nbits) of source without [first, first + nr), filled up with clear bits. */
  cut(source: ReferenceBitmap, first: number, nr: number, nbits: number): void {
    const below = source.bits.slice(0, first);
    const above = source.bits.slice(Math.min(first + nr, nbits), nbits);
    const filler = new Array<boolean>(nbits - below.length - above.length).fill(false);
    this.replace([...below, ...above, ...filler, ...this.bits.slice(nbits)]);
  }

  private replace(bits: readonly boolean[]): void {
    for (const [k, bit] of bits.entries()) this.bits[k] = bit;
  }
}

/** Index of the bit for a byte when one bit stands for 2^pageShift bytes: exact long division. */
export function referenceOffsetToIndex(offsetBytes: number, pageShift: number): number {
  return Number(BigInt(offsetBytes) / 2n ** BigInt(pageShift));
}
