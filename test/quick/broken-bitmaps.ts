/** Bitmaps that are wrong on purpose, each in one way that kernels or ports have been wrong. */
import { alignUp } from '../../contract/numbers.ts';
import { Bitmap } from '../../sut/lib/bitmap.ts';

/** F-T2: aligns the start, not the clear bit. */
export class AlignsOnlyTheStart extends Bitmap {
  override findNextZeroAreaOff(size: number, start: number, nr: number, mask: number, off: number) {
    const index = this.findNextZeroBit(size, alignUp(start + off, mask + 1) - off);
    const end = index + nr;
    if (end > size) return end;
    const taken = this.findNextBit(end, index);
    return taken < end ? super.findNextZeroAreaOff(size, taken + 1, nr, mask, off) : index;
  }
}

/** F-T1: answers -1 for none. */
export class MinusOneForNone extends Bitmap {
  override findNextZeroAreaOff(size: number, start: number, nr: number, mask: number, off: number) {
    const index = super.findNextZeroAreaOff(size, start, nr, mask, off);
    return index + nr > size ? -1 : index;
  }
}

/** F-T4: restarts behind the window instead of behind the taken bit. */
export class RestartsBehindTheWindow extends Bitmap {
  override findNextZeroAreaOff(size: number, start: number, nr: number, mask: number, off: number) {
    for (let from = start; ; ) {
      const index = alignUp(this.findNextZeroBit(size, from) + off, mask + 1) - off;
      if (index + nr > size) return index + nr;
      if (this.findNextBit(index + nr, index) >= index + nr) return index;
      from = index + nr;
    }
  }
}

/** F-I2: what lies beyond the size counts. */
export class SeesTheTail extends Bitmap {
  override findNextBit(_size: number, start: number) {
    return super.findNextBit(this.length, start);
  }
}

export class FindsRegionsOnlyInWords extends Bitmap {
  override findFreeRegion(bits: number, order: number) {
    return order > 5 ? -1 : super.findFreeRegion(bits, order);
  }
}

export class ForgetsTheEnd extends Bitmap {
  override findFreeRegion(bits: number, order: number) {
    return super.findFreeRegion(alignUp(bits, 8), order);
  }
}

export class SetsUpToTheWord extends Bitmap {
  override setRange(start: number, nr: number) {
    super.setRange(start, start < 32 ? Math.min(nr, 32 - start) : nr);
  }
}

/** CVE-2024-45025: whole words are copied, and only the next word is cleared. */
export class CopiesWholeWords extends Bitmap {
  override copyPrefixFrom(source: Bitmap, nbits: number) {
    super.copyPrefixFrom(source, Math.min(alignUp(nbits, 32), source.length, this.length));
  }
}

/** Saves the bits below the cut after they have moved. */
export class CutsBeforeSaving extends Bitmap {
  override cut(source: Bitmap, first: number, nr: number, nbits: number) {
    const word = first - (first % 32);
    super.cut(source, word, nr, nbits);
  }
}

/** Searches on from the last region instead of from the left. */
export class NextFit extends Bitmap {
  private cursor = 0;
  override findFreeRegion(bits: number, order: number) {
    for (let pos = alignUp(this.cursor, 2 ** order); pos + 2 ** order <= bits; pos += 2 ** order) {
      if (this.allocateRegion(pos, order)) {
        this.cursor = pos + 2 ** order;
        return pos;
      }
    }
    return super.findFreeRegion(bits, order);
  }
}

export class KeepsTheLastPage extends Bitmap {
  override releaseRegion(pos: number, order: number) {
    this.clearRange(pos, Math.max(1, 2 ** order - 1));
  }
}

/** A summary of bits from 256 on that is made once: an area that was found too full stays so. */
export class ForgetsTheFreed extends Bitmap {
  #fullUpTo = 0;
  override findNextZeroAreaOff(size: number, start: number, nr: number, mask: number, off: number) {
    const index = super.findNextZeroAreaOff(size, start, nr, mask, off);
    if (index < this.#fullUpTo && index >= 256) return size + nr;
    if (index < size) this.#fullUpTo = Math.max(this.#fullUpTo, index);
    return index;
  }
}
