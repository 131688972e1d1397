/** Rows of scatter/gather tables. */
import type { Row } from './row.ts';
import { buffer, via } from './row.ts';

const table = { name: 'table', type: 'table', doc: 'a live table' } as const;

/** UINT_MAX rounded down to a page of 4 KiB, what the short form of the kernel uses. */
export const MAX_SEGMENT = 4294963200;

const pagesOfBuffer = [
  {
    name: 'pages',
    type: 'spans',
    default: [],
    doc: 'pages of the buffer, counted from its first; left out: all of them in order',
  },
  {
    name: 'offset',
    type: 'bytes',
    default: 0,
    doc: 'first byte, from the start of the first page',
  },
  {
    name: 'size',
    type: 'bytes',
    default: -1,
    min: 1,
    doc: 'bytes; left out: up to the end of the last page',
  },
  { name: 'max_segment', type: 'bytes', default: MAX_SEGMENT, doc: 'longest entry, bytes' },
  { name: 'more', type: 'count', default: 0, doc: 'pages that sg_append will bring, at most' },
] as const;

const run = [
  { name: 'skip', type: 'bytes', doc: 'first byte, from the start of the first entry' },
  { name: 'length', type: 'bytes', min: 1, doc: 'how many bytes, at most' },
] as const;

export const TABLE_ROWS = {
  sg_from_pages: {
    returns: 'table',
    doc: 'A table of pages of a buffer; neighbours become one entry.',
    source: 'lib/scatterlist.c:sg_alloc_append_table_from_pages',
    fields: [buffer, ...pagesOfBuffer],
    results: ['entries'],
  },
  sg_append: {
    doc: 'More pages for a table that was promised some; answers all its entries.',
    source: 'lib/scatterlist.c:sg_alloc_append_table_from_pages',
    fields: [table, buffer, ...pagesOfBuffer],
    results: ['entries'],
  },
  sg_of_buffer: {
    returns: 'table',
    doc: 'The table of a buffer from alloc_coherent, as an exporter makes it: one entry.',
    source: 'kernel/dma/mapping.c:dma_get_sgtable_attrs',
    fields: [buffer, via],
    results: ['entries'],
  },
  sg_split: {
    returns: 'table',
    doc: 'A table of some bytes of another one; EINVAL when there are fewer.',
    source: 'lib/sg_split.c:sg_split',
    fields: [
      table,
      { name: 'skip', type: 'bytes', doc: 'first byte, from the start of the first entry' },
      { name: 'size', type: 'bytes', min: 1, doc: 'how many bytes' },
    ],
    results: ['entries'],
  },
  sg_nents_for_len: {
    doc: 'How many entries hold the first bytes; EINVAL when all together are shorter.',
    source: 'lib/scatterlist.c:sg_nents_for_len',
    fields: [table, { name: 'length', type: 'bytes', doc: 'bytes from the start' }],
    results: ['count'],
  },
  sg_read: {
    doc: 'The CPU reads through the table: as many bytes as there are.',
    source: 'lib/scatterlist.c:sg_copy_buffer',
    fields: [table, ...run],
    results: ['bytes'],
  },
  sg_write: {
    doc: 'The CPU fills bytes through the table, as many as there are; answers how many.',
    source: 'lib/scatterlist.c:sg_copy_buffer',
    fields: [table, ...run, { name: 'value', type: 'byte', doc: 'what every byte becomes' }],
    results: ['length'],
  },
  sg_free: {
    doc: 'The table goes; its pages stay.',
    source: 'lib/scatterlist.c:sg_free_append_table',
    fields: [table],
    results: [],
  },
} as const satisfies Record<string, Row>;
