/** Tables and entries of both sides in one notation, to be compared and shown. */
import type { ReferenceEntry } from '../../model/reference/scatterlist.ts';
import { entriesOf } from '../../model/reference/scatterlist.ts';
import type { SgTable } from '../../sut/lib/scatterlist.ts';
import type { BuildProgram, PageList } from './scatterlist-programs.ts';

interface Fields {
  readonly pfn: number;
  readonly offset: number;
  readonly length: number;
  readonly dmaAddress: number;
  readonly dmaLength: number;
  readonly dmaFlags: number;
}

/** `20+100 8092`, and what it is for the device. */
function entryText({ pfn, offset, length, dmaAddress, dmaLength, dmaFlags }: Fields): string {
  const cpu = `${pfn}+${offset} ${length}`;
  if (dmaAddress === 0 && dmaLength === 0 && dmaFlags === 0) return cpu;
  return `${cpu} (dma ${dmaAddress} ${dmaLength} flags ${dmaFlags})`;
}

/** The first `nents` entries. */
export function observedEntries(table: SgTable, nents: number): string {
  const texts = Array.from({ length: nents }, (_, index) =>
    entryText({
      pfn: table.pfn(index),
      offset: table.offset(index),
      length: table.length(index),
      dmaAddress: table.dmaAddress(index),
      dmaLength: table.dmaLength(index),
      dmaFlags: table.dmaFlags(index),
    }),
  );
  return texts.join(', ');
}

/** The same of the reference. */
export function expectedEntries(sgl: ReferenceEntry[] | null, nents: number): string {
  return entriesOf(sgl).slice(0, nents).map(entryText).join(', ');
}

/** `20..24, 30 of 7` */
function pagesText({ base, stretches }: PageList): string {
  let last = base;
  const texts = stretches.map(({ gap, count, step, owner }) => {
    const first = last + gap;
    last = first + (count - 1) * step;
    const range = count === 1 ? `${first}` : `${first}..${last}`;
    return `${range}${step > 1 && count > 1 ? ` by ${step}` : ''}${owner ? ` of ${owner}` : ''}`;
  });
  return texts.join(', ');
}

/** What is built of, as one line. */
export function sourceText({ pages, pageSize, maxSegment, failAt }: Omit<BuildProgram, 'kind'>) {
  const fails = failAt === null ? '' : `, array ${failAt} refused`;
  return `pages ${pagesText(pages)} of ${pageSize} bytes, max_segment ${maxSegment}${fails}`;
}
