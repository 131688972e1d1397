/** Rows that bind memory to devices: declared pools and regions. */
import type { Row } from './row.ts';
import { device, sizeField } from './row.ts';

export const REGION_ROWS = {
  declare: {
    doc: 'Gives the device a private pool. EINVAL: size 0 or memory that is RAM; EBUSY: has one.',
    source: 'kernel/dma/coherent.c:dma_declare_coherent_memory',
    fields: [
      device,
      { name: 'phys', type: 'address', doc: 'first byte of the pool' },
      { name: 'dma', type: 'address', doc: 'its bus address' },
      sizeField('pool size; whole pages are used', 0),
    ],
    results: [],
  },
  release: {
    doc: 'Destroys the declared pool of the device; nothing without one.',
    source: 'kernel/dma/coherent.c:dma_release_coherent_memory',
    fields: [device],
    results: [],
  },
  attach: {
    doc: 'Binds entry `index` of the memory-region list of the device.',
    source: 'drivers/of/of_reserved_mem.c:of_reserved_mem_device_init_by_idx',
    fields: [
      device,
      { name: 'index', type: 'count', doc: 'position in the memory-region list', default: 0 },
    ],
    results: [],
  },
  detach: {
    doc: 'Undoes every attach of the device. The pool and its allocations survive.',
    source: 'drivers/of/of_reserved_mem.c:of_reserved_mem_device_release',
    fields: [device],
    results: [],
  },
} as const satisfies Record<string, Row>;
