/**
 * Splitting a list into several. Source: lib/sg_split.c, Linux 6.12.
 *
 * The kernel goes on when the last output is complete: unless that ends with an entry, or in the
 * last one, all further entries are appended to it. Here every output has the bytes it was asked
 * for. (A size of 0, which the kernel does not survive everywhere, is not allowed.)
 */
import { SgBug, type SgErrno, SgTable } from './scatterlist.ts';

/** What one output has of the entries of the input. */
interface Share {
  /** Its first entry, and the bytes of it that are passed over. */
  readonly first: number;
  readonly skip: number;
  /** Entries it has a part of; and the bytes of the last one. */
  readonly nents: number;
  readonly last: number;
}

/**
 * Lists of `sizes` bytes (each >= 1) of `table`, one behind the other, after its first `skip`
 * bytes. If `mappedNents` is not 0, so many entries of the device view are split the same way, and
 * `nents` of an output counts its DMA entries; else its DMA fields are 0. EINVAL: either view is
 * too short; ENOMEM. Each output is a table of one array, to be freed with `sgFreeTable`.
 * @throws SgBug if an output had more entries for the device than for the CPU: the kernel would
 * write behind its array. Source: lib/sg_split.c:sg_split.
 */
export function sgSplit(
  table: SgTable,
  mappedNents: number,
  skip: number,
  sizes: readonly number[],
): SgTable[] | SgErrno {
  const cpu = sharesOf((index) => table.length(index), table.end, skip, sizes);
  if (cpu === null) return 'EINVAL';
  const outputs: SgTable[] = [];
  for (const { nents } of cpu) {
    const output = outputOf(table, nents);
    if (output === null) return abandon(outputs, 'ENOMEM');
    outputs.push(output);
  }
  for (const [k, share] of cpu.entries()) copyCpu(table, share, outputs[k]!);
  if (mappedNents === 0) return outputs;
  const dma = sharesOf((index) => table.dmaLength(index), mappedNents, skip, sizes);
  if (dma === null) return abandon(outputs, 'EINVAL');
  for (const [k, share] of dma.entries()) copyDma(table, share, outputs[k]!);
  return outputs;
}

/**
 * The shares of one view; null: it has fewer bytes. An entry of exactly `skip` bytes is not passed
 * over: the first output begins with none of its bytes.
 * Source: lib/sg_split.c:sg_calculate_split.
 */
function sharesOf(
  lengthOf: (index: number) => number,
  nents: number,
  skip: number,
  sizes: readonly number[],
): Share[] | null {
  const shares: Share[] = [];
  let index = 0;
  let passed = skip;
  while (index < nents && passed > lengthOf(index)) passed -= lengthOf(index++);
  for (const size of sizes) {
    const first = index;
    const before = passed;
    let left = size;
    let last = 0;
    while (left > 0 && index < nents) {
      const length = lengthOf(index);
      last = Math.min(left, length - passed);
      left -= last;
      passed += last;
      if (passed < length) break;
      index++;
      passed = 0;
    }
    if (left > 0) return null;
    const end = passed > 0 ? index + 1 : index;
    shares.push({ first, skip: before, nents: end - first, last });
  }
  return shares;
}

function outputOf(table: SgTable, nents: number): SgTable | null {
  const output = new SgTable(table.pageSize, table.arrays);
  if (!output.takeArray(nents)) return null;
  output.fill(nents);
  return output;
}

function copyCpu(table: SgTable, { first, skip, nents, last }: Share, output: SgTable): void {
  for (let k = 0; k < nents; k++) {
    const passed = k === 0 ? skip : 0;
    const length = k === nents - 1 ? last : table.length(first + k) - passed;
    output.setPage(k, table.pfn(first + k), length, table.offset(first + k) + passed);
    const flags = table.dmaFlags(first + k);
    if (flags !== 0) output.setDmaFlags(k, flags);
  }
}

function copyDma(table: SgTable, { first, skip, nents, last }: Share, output: SgTable): void {
  if (nents > output.origNents) throw new SgBug('more DMA entries than the output has');
  output.nents = nents;
  for (let k = 0; k < nents; k++) {
    const passed = k === 0 ? skip : 0;
    const length = k === nents - 1 ? last : table.dmaLength(first + k) - passed;
    output.setDma(k, table.dmaAddress(first + k) + passed, length);
  }
}

function abandon(outputs: readonly SgTable[], error: SgErrno): SgErrno {
  for (const output of outputs) output.giveArrays();
  return error;
}
