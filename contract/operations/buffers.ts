/** Rows of memory for devices, and of what the CPU does with it. */
import type { Row } from './row.ts';
import { buffer, device, sizeField, via } from './row.ts';

export const ATTRS = [
  'weak-ordering',
  'write-combine',
  'no-kernel-mapping',
  'skip-cpu-sync',
  'force-contiguous',
  'alloc-single-pages',
  'no-warn',
  'privileged',
] as const;

export const GFP = ['blocking', 'atomic'] as const;

export const DIRECTIONS = ['bidirectional', 'to-device', 'from-device'] as const;

const gfp = {
  name: 'gfp',
  type: 'choice',
  choices: GFP,
  default: 'blocking',
  doc: 'may it sleep?',
} as const;

export const BUFFER_ROWS = {
  alloc_coherent: {
    returns: 'buffer',
    doc: 'Coherent memory for the device: cpu view, bus address, zeroed.',
    source: 'kernel/dma/mapping.c:dma_alloc_attrs',
    fields: [
      device,
      sizeField('bytes wanted', 0),
      gfp,
      { name: 'attrs', type: 'flags', choices: ATTRS, default: [], doc: 'DMA_ATTR_*' },
    ],
    results: ['phys', 'handle', 'bytes'],
  },
  alloc_noncoherent: {
    returns: 'buffer',
    doc: 'Pages for the device, zeroed; coherent pools are never asked.',
    source: 'kernel/dma/mapping.c:dma_alloc_pages',
    fields: [
      device,
      sizeField('bytes wanted', 0),
      {
        name: 'direction',
        type: 'choice',
        choices: DIRECTIONS,
        default: 'bidirectional',
        doc: 'who will write',
      },
      gfp,
    ],
    results: ['phys', 'handle', 'bytes'],
  },
  free: {
    doc: 'Gives the buffer back, through any device that shares its pool.',
    source: 'kernel/dma/mapping.c:dma_free_attrs',
    fields: [buffer, via],
    results: [],
  },
  mmap: {
    doc: 'Maps pages of the buffer for a process: answers the first page frame, or ENXIO.',
    source: 'kernel/dma/coherent.c:__dma_mmap_from_coherent',
    fields: [
      buffer,
      via,
      {
        name: 'size',
        type: 'bytes',
        default: -1,
        min: -1,
        doc: 'the size the caller claims; left out: the size asked for at allocation',
      },
      { name: 'offset', type: 'count', default: 0, doc: 'vm_pgoff, pages' },
      { name: 'pages', type: 'count', default: 1, min: 1, doc: 'length of the mapping, pages' },
    ],
    results: ['pfn'],
  },
  write: {
    doc: 'The CPU fills part of the buffer.',
    source: 'a store through the cpu address of dma_alloc_attrs',
    fields: [
      buffer,
      { name: 'offset', type: 'bytes', doc: 'first byte, from the start of the buffer' },
      { name: 'length', type: 'bytes', min: 1, doc: 'bytes to fill' },
      { name: 'value', type: 'byte', doc: 'what every byte becomes' },
    ],
    results: [],
  },
  read: {
    doc: 'The CPU reads part of the buffer.',
    source: 'a load through the cpu address of dma_alloc_attrs',
    fields: [
      buffer,
      { name: 'offset', type: 'bytes', doc: 'first byte, from the start of the buffer' },
      { name: 'length', type: 'bytes', min: 1, doc: 'bytes to read' },
    ],
    results: ['bytes'],
  },
} as const satisfies Record<string, Row>;
