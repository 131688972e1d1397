/**
 * The operation table: what can be asked of a machine. One row per operation; the text form, the
 * JSON form, validation, operand shrinking, documentation and foreign tables derive from it.
 * To add an operation, add a row here, a rule in model/judge and an arm in the subject.
 */
import { ZONE_NAMES } from './machine.ts';

/**
 * - `device`: index into `Machine.devices` (text: its name).
 * - `region`: index into `Machine.regions` (text: its name).
 * - `buffer`: label of an allocation (text: `h0`).
 * - `address`: below 2^52, printed in hex. `bytes`: a count, printed with a suffix.
 * - `bits`: an address width, 0..64. `count`: a small integer. `byte`: 0..255.
 * - `choice`: one of `choices`. `flags`: a set out of `choices`, kept sorted by that order.
 */
export type FieldType =
  | 'device'
  | 'region'
  | 'buffer'
  | 'address'
  | 'bytes'
  | 'bits'
  | 'count'
  | 'byte'
  | 'choice'
  | 'flags';

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly doc: string;
  /** Present: the field may be left out of the text and JSON forms. */
  readonly default?: number | string | readonly string[];
  readonly choices?: readonly string[];
  /** Smallest legal value; 0 unless said. */
  readonly min?: number;
}

export type ResultField = 'phys' | 'handle' | 'bytes' | 'address' | 'truth' | 'pfn' | 'census';

export interface Row {
  /** Label kind the operation defines, if any. */
  readonly returns?: 'buffer';
  readonly doc: string;
  readonly source: string;
  readonly fields: readonly Field[];
  /** Result fields of an `ok` outcome. */
  readonly results: readonly ResultField[];
}

const device = { name: 'device', type: 'device', doc: 'the calling device' } as const;

/**
 * The device is a label's own unless said. -1: the device that allocated the buffer; it stands
 * for "left out" and is never printed.
 */
const via = {
  name: 'via',
  type: 'device',
  default: -1,
  doc: 'the calling device; left out: the one that allocated the buffer',
} as const;

const buffer = { name: 'buffer', type: 'buffer', doc: 'a live allocation' } as const;

const sizeField = (doc: string, min: number) =>
  ({ name: 'size', type: 'bytes', doc, min }) as const;

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

export const OPERATIONS = {
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

export type OpName = keyof typeof OPERATIONS;

type Value<F extends Field> = F['type'] extends 'choice'
  ? F extends { choices: readonly (infer C)[] }
    ? C
    : never
  : F['type'] extends 'flags'
    ? F extends { choices: readonly (infer C)[] }
      ? readonly C[]
      : never
    : number;

type Operands<R extends Row> = {
  readonly [F in R['fields'][number] as F['name']]: Value<F>;
};

type Defines<R> = R extends { returns: string } ? { readonly out: number } : unknown;

/** The plain object of one operation: `{ op: 'free', buffer: 0, via: -1 }`. */
export type OpOf<N extends OpName> = N extends OpName
  ? { readonly op: N } & Operands<(typeof OPERATIONS)[N]> & Defines<(typeof OPERATIONS)[N]>
  : never;

export type Op = OpOf<OpName>;

export const OP_NAMES = Object.keys(OPERATIONS) as readonly OpName[];

/** Letter that starts the labels of a kind. */
export const LABEL_LETTER = { buffer: 'h' } as const;

/** The row of an operation, with its general type. */
export function rowOf(name: OpName): Row {
  return OPERATIONS[name];
}

/** The label an operation defines, or undefined. */
export function definesOf(op: Op): number | undefined {
  return 'out' in op ? op.out : undefined;
}
