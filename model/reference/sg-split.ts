/**
 * Splitting a list, literally (mapping.md §1.5), with the kernel's defect or without it: it goes on
 * when the last output is complete, unless that ends with an entry or in the last one.
 */
import { entriesOf, initTable, type ReferenceArrays, type ReferenceEntry } from './scatterlist.ts';

interface Splitter {
  first: number | null;
  skip: number;
  nents: number;
  lengthLast: number;
}

export interface ReferenceOutput {
  readonly sgl: ReferenceEntry[];
  /** Of the DMA entries if the list is mapped, else of all. */
  readonly nents: number;
}

const newSplitter = (): Splitter => ({ first: null, skip: 0, nents: 0, lengthLast: 0 });

/** The outputs as they are found, entry by entry. */
class Splitting {
  readonly splitters: Splitter[];
  private readonly sizes: readonly number[];
  private readonly stops: boolean;
  /** The output that is filled, what it lacks, and how many are left. */
  private number = 0;
  size: number;
  private left: number;
  private skip: number;

  constructor(skip: number, sizes: readonly number[], stops: boolean) {
    this.splitters = sizes.map(newSplitter);
    this.sizes = sizes;
    this.stops = stops;
    this.size = sizes[0]!;
    this.left = sizes.length;
    this.skip = skip;
  }

  /** Takes from an entry what is wanted of it; true: the last output is complete. */
  enter(index: number, length: number): boolean {
    if (this.skip > length) {
      this.skip -= length;
      return false;
    }
    const current = this.splitters[this.number]!;
    if (current.first === null) {
      current.first = index;
      current.skip = this.skip;
    }
    let taken = Math.min(this.size, length - this.skip);
    this.size -= taken;
    current.nents += 1;
    current.lengthLast = taken;
    while (this.size === 0 && this.skip + taken < length) {
      if (!this.goOn()) break;
      this.skip += taken;
      taken = Math.min(this.size, length - this.skip);
      this.splitters[this.number] = { first: index, skip: this.skip, nents: 1, lengthLast: taken };
      this.size -= taken;
    }
    this.skip = 0;
    // The kernel does not look here, and counts below zero.
    if (this.stops && this.left === 0) return true;
    if (this.size === 0) this.goOn();
    return this.left === 0;
  }

  /** To the next output, if there is one. */
  private goOn(): boolean {
    this.left -= 1;
    if (this.left <= 0) return false;
    this.number += 1;
    this.size = this.sizes[this.number]!;
    return true;
  }
}

/** Null: too few bytes. */
function calculateSplit(
  lengths: readonly number[],
  skip: number,
  sizes: readonly number[],
  stops: boolean,
): Splitter[] | null {
  const splitting = new Splitting(skip, sizes, stops);
  for (const [index, length] of lengths.entries()) {
    if (splitting.enter(index, length)) break;
  }
  const { splitters, size } = splitting;
  return size > 0 || splitters[0]!.first === null ? null : splitters;
}

/**
 * Outputs of `sizes` bytes after the first `skip`. `mapped`: entries of the device view; 0: not
 * mapped. `stops`: without the defect.
 */
export function referenceSplit(
  sgl: ReferenceEntry[],
  mapped: number,
  skip: number,
  sizes: readonly number[],
  arrays: ReferenceArrays,
  stops: boolean,
): ReferenceOutput[] | 'EINVAL' | 'ENOMEM' {
  const entries = entriesOf(sgl);
  const lengths = entries.map(({ length }) => length);
  const cpu = calculateSplit(lengths, skip, sizes, stops);
  if (cpu === null) return 'EINVAL';
  const taken: number[] = [];
  const giveBack = () => {
    for (const places of taken) arrays.give(places);
  };
  for (const { nents } of cpu) {
    if (!arrays.take(nents)) {
      giveBack();
      return 'ENOMEM';
    }
    taken.push(nents);
  }
  const outputs = cpu.map((splitter) => splitPhys(entries, splitter));
  if (mapped === 0) return outputs.map((list) => ({ sgl: list, nents: list.length }));
  const dmaLengths = entries.slice(0, mapped).map(({ dmaLength }) => dmaLength);
  const dma = calculateSplit(dmaLengths, skip, sizes, stops);
  if (dma === null) {
    giveBack();
    return 'EINVAL';
  }
  return outputs.map((list, k) => {
    splitMapped(entries, dma[k]!, list);
    return { sgl: list, nents: dma[k]!.nents };
  });
}

function splitPhys(entries: readonly ReferenceEntry[], splitter: Splitter): ReferenceEntry[] {
  const output = initTable(splitter.nents);
  for (const [k, entry] of output.entries()) {
    const { pfn, owner, offset, length, dmaFlags } = entries[splitter.first! + k]!;
    Object.assign(entry, { pfn, owner, offset, length, dmaFlags });
    if (k === 0) {
      entry.offset += splitter.skip;
      entry.length -= splitter.skip;
    }
  }
  output.at(-1)!.length = splitter.lengthLast;
  return output;
}

function splitMapped(
  entries: readonly ReferenceEntry[],
  splitter: Splitter,
  output: readonly ReferenceEntry[],
): void {
  for (let k = 0; k < splitter.nents; k++) {
    const { dmaAddress, dmaLength } = entries[splitter.first! + k]!;
    Object.assign(output[k]!, { dmaAddress, dmaLength });
    if (k === 0) {
      output[k]!.dmaAddress += splitter.skip;
      output[k]!.dmaLength -= splitter.skip;
    }
  }
  output[splitter.nents - 1]!.dmaLength = splitter.lengthLast;
}

/** Does what was asked for end with an entry, or in the last one? Then the defect does not show. */
export function splitsAsAsked(lengths: readonly number[], bytes: number): boolean {
  let end = 0;
  for (const [index, length] of lengths.entries()) {
    end += length;
    if (end === bytes) return true;
    if (end > bytes) return index === lengths.length - 1;
  }
  return true;
}
