/** Rows of what the rest of a kernel does to memory, and of counting it. */
import { ZONE_NAMES } from '../machine.ts';
import type { Row } from './row.ts';
import { buffer, sizeField } from './row.ts';

const zone = {
  name: 'zone',
  type: 'choice',
  choices: ZONE_NAMES,
  default: 'normal',
  doc: 'the highest zone it may use',
} as const;

const area = { name: 'region', type: 'region', doc: 'a cma region' } as const;
const areaPages = [
  area,
  { name: 'page', type: 'count', doc: 'first page, from the start of the area' },
  { name: 'pages', type: 'count', default: 1, min: 1, doc: 'how many' },
] as const;

export const PAGE_ROWS = {
  alloc_pages: {
    returns: 'buffer',
    doc: '2^order pages for the kernel itself; their contents are unknown.',
    source: 'mm/page_alloc.c:__alloc_pages_noprof',
    fields: [{ name: 'order', type: 'count', doc: 'log2 of the number of pages' }, zone],
    results: ['phys'],
  },
  alloc_exact: {
    returns: 'buffer',
    doc: 'As many whole pages as the size needs, for the kernel itself.',
    source: 'mm/page_alloc.c:alloc_pages_exact_noprof',
    fields: [sizeField('bytes wanted', 1), zone],
    results: ['phys'],
  },
  alloc_contig: {
    returns: 'buffer',
    doc: 'These very pages, if all are free; EBUSY if one is not.',
    source: 'mm/page_alloc.c:alloc_contig_range_noprof',
    fields: [
      { name: 'phys', type: 'address', doc: 'first byte of the first page' },
      { name: 'pages', type: 'count', min: 1, doc: 'how many' },
    ],
    results: [],
  },
  free_pages: {
    doc: 'Gives back what alloc_pages, alloc_exact or alloc_contig answered.',
    source: 'mm/page_alloc.c:__free_pages',
    fields: [buffer],
    results: [],
  },
  pin: {
    doc: 'Somebody uses free pages of the area and they cannot be moved; EBUSY if one is not free.',
    source: 'mm/page_isolation.c:has_unmovable_pages',
    fields: areaPages,
    results: [],
  },
  unpin: {
    doc: 'The pinned pages are free again.',
    source: 'mm/page_isolation.c:has_unmovable_pages',
    fields: areaPages,
    results: [],
  },
  run_work: {
    doc: 'Work that was put off is done now: atomic pools that run low grow.',
    source: 'kernel/dma/pool.c:atomic_pool_work_fn',
    fields: [],
    results: [],
  },
  census: {
    doc: 'How much is free, of everything memory can come from.',
    source: '/proc/zoneinfo, and what else counts free memory',
    fields: [],
    results: ['census'],
  },
} as const satisfies Record<string, Row>;
