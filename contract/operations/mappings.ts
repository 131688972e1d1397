/** Rows of streaming mappings, and of what devices and caches do. */
import { ATTRS, DIRECTIONS } from './buffers.ts';
import type { Row } from './row.ts';
import { buffer, device, sizeField, via } from './row.ts';

const mapping = { name: 'mapping', type: 'mapping', doc: 'a live mapping' } as const;

const direction = {
  name: 'direction',
  type: 'choice',
  choices: DIRECTIONS,
  default: 'bidirectional',
  doc: 'who will write',
} as const;

/** Of a later call: a caller that names another one than it mapped with makes a mistake. */
const sameDirection = {
  name: 'direction',
  type: 'choice',
  choices: ['mapped', ...DIRECTIONS],
  default: 'mapped',
  doc: 'left out: the one of the mapping',
} as const;

const attrs = {
  name: 'attrs',
  type: 'flags',
  choices: ATTRS,
  default: [],
  doc: 'DMA_ATTR_*',
} as const;

const cpu = { name: 'cpu', type: 'count', default: 0, doc: 'where the caller runs' } as const;

const part = [
  { name: 'offset', type: 'bytes', default: 0, doc: 'first byte, from the start of the mapping' },
  { name: 'length', type: 'bytes', default: -1, min: 1, doc: 'bytes; left out: all of them' },
] as const;

const run = (of: string) =>
  [
    { name: 'offset', type: 'bytes', doc: `first byte, from the start of the ${of}` },
    { name: 'length', type: 'bytes', min: 1, doc: 'how many bytes' },
  ] as const;

const value = { name: 'value', type: 'byte', doc: 'what every byte becomes' } as const;

export const MAPPING_ROWS = {
  map_page: {
    returns: 'mapping',
    doc: 'Maps part of a buffer for the device, as one piece.',
    source: 'kernel/dma/mapping.c:dma_map_page_attrs',
    fields: [
      device,
      buffer,
      sizeField('bytes', 1),
      {
        name: 'offset',
        type: 'bytes',
        default: 0,
        doc: 'first byte, from the start of the buffer',
      },
      direction,
      attrs,
      cpu,
    ],
    results: ['address'],
  },
  map_sgtable: {
    returns: 'mapping',
    doc: 'Maps a table for the device: all of its entries, or none.',
    source: 'kernel/dma/mapping.c:dma_map_sgtable',
    fields: [
      device,
      { name: 'table', type: 'table', doc: 'a live table' },
      direction,
      attrs,
      cpu,
      {
        name: 'call',
        type: 'choice',
        choices: ['sgtable', 'sg'],
        default: 'sgtable',
        doc: 'sg: dma_map_sg, which answers 0 where the other says why',
      },
    ],
    results: ['segments'],
  },
  map_resource: {
    returns: 'mapping',
    doc: 'Maps registers of another device: no RAM.',
    source: 'kernel/dma/mapping.c:dma_map_resource',
    fields: [
      device,
      { name: 'phys', type: 'address', doc: 'first byte' },
      sizeField('bytes', 1),
      direction,
    ],
    results: ['address'],
  },
  unmap: {
    doc: 'The device is done with it, and the CPU owns the bytes again.',
    source: 'kernel/dma/mapping.c:dma_unmap_page_attrs',
    fields: [mapping, sameDirection, attrs],
    results: [],
  },
  sync_for_cpu: {
    doc: 'The CPU sees what the device wrote, and owns the bytes until they are given back.',
    source: 'kernel/dma/mapping.c:__dma_sync_single_for_cpu',
    fields: [mapping, ...part, sameDirection],
    results: [],
  },
  sync_for_device: {
    doc: 'The device sees what the CPU wrote, and owns the bytes.',
    source: 'kernel/dma/mapping.c:__dma_sync_single_for_device',
    fields: [mapping, ...part, sameDirection],
    results: [],
  },
  need_sync: {
    doc: 'Must the mapping be synchronized at all?',
    source: 'kernel/dma/mapping.c:__dma_need_sync',
    fields: [mapping],
    results: ['truth'],
  },
  max_mapping_size: {
    doc: 'The longest piece that can be mapped for the device; no answer above 2^53 - 1.',
    source: 'kernel/dma/mapping.c:dma_max_mapping_size',
    fields: [device],
    results: ['length'],
  },
  opt_mapping_size: {
    doc: 'The longest piece that is mapped without extra cost.',
    source: 'kernel/dma/mapping.c:dma_opt_mapping_size',
    fields: [device],
    results: ['length'],
  },
  mapped_read: {
    doc: 'The device reads through a mapping.',
    source: 'a bus read at the mapped address',
    fields: [mapping, ...run('mapping')],
    results: ['bytes'],
  },
  mapped_write: {
    doc: 'The device writes through a mapping.',
    source: 'a bus write at the mapped address',
    fields: [mapping, ...run('mapping'), value],
    results: [],
  },
  device_read: {
    doc: 'The device reads coherent memory.',
    source: 'a bus read at the handle of dma_alloc_attrs',
    fields: [buffer, ...run('buffer'), via],
    results: ['bytes'],
  },
  device_write: {
    doc: 'The device writes coherent memory.',
    source: 'a bus write at the handle of dma_alloc_attrs',
    fields: [buffer, ...run('buffer'), value, via],
    results: [],
  },
  evict: {
    doc: 'Cache lines of the buffer leave on their own; dirty ones are written back.',
    source: 'a cache that needs room',
    fields: [buffer, ...run('buffer')],
    results: [],
  },
  prefetch: {
    doc: 'The CPU fetches cache lines of the buffer without being asked to.',
    source: 'a speculative fill',
    fields: [buffer, ...run('buffer')],
    results: [],
  },
} as const satisfies Record<string, Row>;
