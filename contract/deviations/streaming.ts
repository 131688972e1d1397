/** Deviations of tables, streaming mappings and bounce memory (sections of mapping.md). */
import type { OpName } from '../operations.ts';
import type { Deviation } from './row.ts';

const MAPS: ReadonlySet<OpName> = new Set<OpName>(['map_page', 'map_sgtable']);

/** Operations that maintain caches by the linear address of bytes. */
const NEEDS_ADDRESS: ReadonlySet<OpName> = new Set<OpName>([
  ...MAPS,
  'unmap',
  'sync_for_cpu',
  'sync_for_device',
]);

const REPAIRED: readonly Deviation[] = [
  {
    id: 'sgtable-without-mask',
    spec: 'mapping 2.1',
    disposition: 'repaired',
    laws: ['map/no-mask'],
    linux: 'dma_map_sgtable answers 0 and no entries for a device without a mask (and a WARN).',
    reason: 'Success that gives the device nothing; the other calls refuse.',
    repaired: 'EIO, and the table is as it was',
    matches: (op) => op.op === 'map_sgtable',
  },
  {
    id: 'skip-sync-forgets-bounces',
    spec: 'mapping 2.7',
    disposition: 'repaired',
    laws: ['sync/needed', 'cpu/contents', 'device/contents', 'device/coherent', 'table/copy'],
    linux: 'dma_set_mask lets a device that snoops skip syncs, also while bounces of it live.',
    reason: 'What was written is not passed on, after documented calls only.',
    repaired: 'syncs are skipped once nothing is bounced',
    // Bytes that were not passed on are met whenever somebody reads them.
    matches: (_op, _violation, _machine, { unsynced }) => unsynced,
  },
  {
    id: 'no-linear-address',
    spec: 'mapping 4.6',
    disposition: 'repaired',
    laws: ['any/no-crash', 'bounce/growth'],
    linux: 'Bouncing memory that has no linear address faults in the copy.',
    reason: 'Coherent pools of no-map regions are such memory, and their pages can be mapped.',
    repaired: 'a mapping that has to bounce is refused before any state changes',
    // The search comes before the copy, and when it finds nothing pools are asked to grow.
    matches: ({ op }, { law, observed }, { swiotlb }, { copiesUnmapped }) =>
      law === 'bounce/growth'
        ? op === 'run_work' && swiotlb?.dynamic === true
        : MAPS.has(op) && copiesUnmapped && /oops in (Error: )?swiotlb_bounce\b/.test(observed),
  },
  {
    id: 'no-linear-maintenance',
    spec: 'mapping 3.6',
    disposition: 'repaired',
    laws: ['any/no-crash'],
    linux:
      'For a device that does not snoop, cache lines are cleaned or invalidated by their linear ' +
      'address, also of memory that has none. (An emulator without caches does not fault.)',
    reason: 'Coherent pools of no-map regions are such memory, and their pages can be mapped.',
    repaired: 'no view of that memory is cached, so that there is nothing to maintain',
    matches: ({ op }, { observed }) => NEEDS_ADDRESS.has(op) && /arch_sync/.test(observed),
  },
  {
    id: 'sg-split-last-output',
    spec: 'mapping 1.5',
    disposition: 'repaired',
    laws: ['table/split-end'],
    linux: 'The last output of sg_split is not cut where it ends inside an entry.',
    reason: 'The device would be given bytes that nobody asked for.',
    repaired: 'every output has the bytes it was asked for',
    matches: (op) => op.op === 'sg_split',
  },
];

const EXCLUDED: readonly Deviation[] = [
  {
    id: 'alias-of-uncached',
    spec: 'mapping 3.6',
    disposition: 'excluded',
    laws: [],
    linux:
      'Memory that the CPU sees uncached keeps its linear address: bounced, or mapped for a ' +
      'device that snoops, what caches hold of that may be passed on.',
    reason: 'Coherent memory needs no mapping; which bytes are seen is chance. Never sent.',
  },
  {
    id: 'buffer-at-zero',
    spec: 'mapping 4.15',
    disposition: 'excluded',
    laws: [],
    linux: 'Of a buffer at physical address 0 only the low bits below a slot are kept.',
    reason: 'Linux hands out no such page, and 0 stands for "no buffer". Such maps are never sent.',
  },
  {
    id: 'align-beyond-boundary',
    spec: 'mapping 4.6',
    disposition: 'excluded',
    laws: [],
    linux: 'Low bits above a smaller boundary are compared with those of a masked address.',
    reason:
      'No device is like that; what it is promised, nothing says. Such bounces are never sent.',
  },
  {
    id: 'bounce-pool-cut-by-window',
    spec: 'mapping 4.8',
    disposition: 'excluded',
    laws: [],
    linux:
      'Slots beyond the end of a window are handed out, and unmap, which finds slots by their ' +
      'bus address, loses them.',
    reason: 'Such an address names other memory, or none. Such bounces are never sent.',
  },
  {
    id: 'table-repeats-bytes',
    spec: 'mapping 3.7',
    disposition: 'excluded',
    laws: [],
    linux: 'Pieces of one table that overlap are mapped and copied one after the other.',
    reason: 'Which copy comes last decides about the bytes; no caller means that. Never sent.',
  },
  {
    id: 'table-of-other-size',
    spec: 'mapping 1.9',
    disposition: 'excluded',
    laws: [],
    linux: 'A size too small by a page and more wraps: later entries are as long as their pages.',
    reason: 'A table is asked for with bytes that end in its last page.',
  },
  {
    id: 'append-misused',
    spec: 'mapping 1.9',
    disposition: 'excluded',
    laws: [],
    linux:
      'Appending to a closed list crashes; after data that ends inside a page, without pages, ' +
      'or with a size that leaves out bytes of absorbed pages it makes wrong entries.',
    reason: 'The documented use fills pages until the last batch; nothing else is sent.',
  },
  {
    id: 'append-promise-grows',
    spec: 'mapping 1.4',
    disposition: 'excluded',
    laws: [],
    linux: 'When more pages come than were promised, freeing loses arrays behind a short one.',
    reason: 'What is still to come never grows here: a batch takes from what was promised.',
  },
  {
    id: 'empty-entries',
    spec: 'mapping 3.9',
    disposition: 'excluded',
    laws: [],
    linux:
      'Splitting at the end of an entry makes one without bytes. Bouncing it stops the kernel; ' +
      'the mapping iterator may pass over the first page of the entry behind it.',
    reason: 'Such splits are never sent, nor are such tables mapped.',
  },
  {
    id: 'sync-elsewhere',
    spec: 'mapping 4.15',
    disposition: 'excluded',
    laws: [],
    linux: 'A sync that begins or ends outside of a mapping copies bytes outside of the buffer.',
    reason: 'Undefined by the interface; never sent.',
  },
  {
    id: 'resource-in-ram',
    spec: 'mapping 3.4',
    disposition: 'excluded',
    laws: [],
    linux: 'RAM mapped as registers is neither translated nor bounced.',
    reason: 'The debug option reports it as a mistake; never sent.',
  },
];

export const STREAMING_DEVIATIONS: readonly Deviation[] = [...REPAIRED, ...EXCLUDED];
