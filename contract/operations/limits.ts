/** Rows about masks, windows and reach. */
import type { Row } from './row.ts';
import { device, sizeField } from './row.ts';

export const LIMIT_ROWS = {
  set_mask: {
    doc: 'Sets the streaming mask. EIO without a mask pointer or when the mask is unsupported.',
    source: 'kernel/dma/mapping.c:dma_set_mask',
    fields: [device, { name: 'mask', type: 'bits', doc: 'address width in bits' }],
    results: [],
  },
  set_coherent_mask: {
    doc: 'Sets the mask of coherent allocations. EIO when unsupported.',
    source: 'kernel/dma/mapping.c:dma_set_coherent_mask',
    fields: [device, { name: 'mask', type: 'bits', doc: 'address width in bits' }],
    results: [],
  },
  set_offset: {
    doc: 'Installs a single window. EINVAL if the device has windows; no window if cpu = dma.',
    source: 'kernel/dma/direct.c:dma_direct_set_offset',
    fields: [
      device,
      { name: 'cpu', type: 'address', doc: 'first physical byte of the window' },
      { name: 'dma', type: 'address', doc: 'bus address of that byte' },
      sizeField('window size', 1),
    ],
    results: [],
  },
  phys_to_dma: {
    doc: 'The bus address of a physical byte; none when no window has it.',
    source: 'include/linux/dma-direct.h:translate_phys_to_dma',
    fields: [device, { name: 'phys', type: 'address', doc: 'physical byte' }],
    results: ['address'],
  },
  dma_to_phys: {
    doc: 'The physical byte behind a bus address; none when no window has it.',
    source: 'include/linux/dma-direct.h:translate_dma_to_phys',
    fields: [device, { name: 'dma', type: 'address', doc: 'bus address' }],
    results: ['address'],
  },
  coherent_ok: {
    doc: 'May coherent memory at this place be given to the device?',
    source: 'kernel/dma/direct.c:dma_coherent_ok',
    fields: [
      device,
      { name: 'phys', type: 'address', doc: 'first byte' },
      sizeField('buffer size', 1),
    ],
    results: ['truth'],
  },
  capable: {
    doc: 'Does a bus range lie within the streaming limits of the device?',
    source: 'include/linux/dma-direct.h:dma_capable',
    fields: [
      device,
      { name: 'dma', type: 'address', doc: 'first bus byte' },
      sizeField('range size', 1),
    ],
    results: ['truth'],
  },
  required_mask: {
    doc: 'The mask the device needs to reach all RAM: 2^k - 1.',
    source: 'kernel/dma/direct.c:dma_direct_get_required_mask',
    fields: [device],
    results: ['address'],
  },
  addressing_limited: {
    doc: 'Is some RAM out of reach of the device?',
    source: 'kernel/dma/mapping.c:dma_addressing_limited',
    fields: [device],
    results: ['truth'],
  },
} as const satisfies Record<string, Row>;
