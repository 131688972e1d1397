/** What a machine cannot say, and what is odd about a tree. Notes never stop a load. */
import { NOTES_MAX } from './limits.ts';

/** Every kind of note, with what it means. The order is that of a report. */
export const NOTE_KINDS = {
  'depth-skipped': 'nodes too deep for the kernel were left out',
  'duplicate-phandle': 'two nodes have one phandle; the first counts',
  'bank-trimmed': 'a bank was cut to whole pages, or dropped',
  'bank-overlap': 'banks overlap and were merged',
  'bank-default': 'the tree leaves the memory size to the boot loader; a default was used',
  'reserved-ignored': 'the reserved-memory node has cells or ranges the kernel refuses',
  'region-skipped': 'a child of reserved-memory has no usable address and size',
  'region-extra': 'a region has further tuples: reserved, but part of no pool',
  'region-empty': 'a region has size 0',
  'region-clamped': 'a region ends beyond what a machine can say',
  'region-unit': 'the unit address differs from the address',
  'region-overlap': 'two regions overlap',
  'region-returned': 'no handler took the region: its memory is RAM again',
  'region-placed': 'a region without address was placed by the loader',
  'region-unplaced': 'a region without address could not be placed',
  'region-late-dynamic': 'more regions to place than the kernel takes',
  'region-outside': 'a coherent pool lies outside all banks',
  'region-mapped': 'a coherent pool is System RAM: attaching it fails',
  'area-unusable': 'a CMA area is not RAM of its own: it stays reserved, and is no area',
  'no-map-refused': 'reserved before: no-map has no effect',
  'default-twice': 'more than one default region',
  'header-reservation': 'the reserve map of the header reserves memory',
  'user-of-skipped': 'a device lists a region that does not exist in this tree',
  'phandle-missing': 'a phandle leads nowhere',
  'iova-reserved': 'a region reserves bus addresses (iommu-addresses)',
  'dma-parent-loop': 'DMA parents run in a circle',
  'window-untranslatable': 'a dma-ranges tuple cannot be translated to a CPU address',
  'window-none': 'no dma-ranges tuple can be translated; the device gets no window',
  'window-terminated': 'a window of size 0 hides the windows after it',
  'iommu-assumed': 'devices are translated; granule and aperture are assumptions',
  'iommu-broken': 'an iommus entry cannot be resolved; the device counts as untranslated',
  'pci-restricted': 'a PCI device without regions uses the restricted pool of its host',
  limit: 'the tree is larger than the loader accepts; the rest was left out',
} as const;

export type NoteKind = keyof typeof NOTE_KINDS;

export interface Note {
  readonly kind: NoteKind;
  /** Path of the node. */
  readonly where: string;
  readonly text: string;
}

/** Collects notes in order, each once, up to NOTES_MAX. */
export class Notebook {
  readonly notes: Note[] = [];
  /** Notes that found no room. */
  dropped = 0;
  private readonly seen = new Set<string>();

  add(kind: NoteKind, where: string, text: string): void {
    if (this.notes.length >= NOTES_MAX) {
      this.dropped += 1;
      return;
    }
    const key = `${kind} ${where} ${text}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.notes.push({ kind, where, text });
  }
}
