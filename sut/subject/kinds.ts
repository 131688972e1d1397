/** The operations by what they are about. */
import type { Op, OpName, OpOf } from '../../contract/operations.ts';

export type PageOp = OpOf<'alloc_pages' | 'alloc_exact' | 'alloc_contig'>;

export type LabelOp = OpOf<
  | 'free'
  | 'mmap'
  | 'write'
  | 'read'
  | 'free_pages'
  | 'device_read'
  | 'device_write'
  | 'evict'
  | 'prefetch'
>;

export type TableOp = OpOf<Extract<OpName, `sg_${string}`>>;

export type MappingOp = OpOf<
  | 'map_page'
  | 'map_sgtable'
  | 'map_resource'
  | 'unmap'
  | 'sync_for_cpu'
  | 'sync_for_device'
  | 'need_sync'
  | 'mapped_read'
  | 'mapped_write'
>;

export type BufferOp = OpOf<'alloc_coherent' | 'alloc_noncoherent'> | PageOp | LabelOp;

export type RegionOp = OpOf<
  'attach' | 'detach' | 'declare' | 'release' | 'pin' | 'unpin' | 'run_work' | 'census'
>;

/** The rest asks about, or changes, what a device can reach. */
export type LimitOp = Exclude<Op, BufferOp | RegionOp | TableOp | MappingOp>;

type Room = 'buffers' | 'regions' | 'tables' | 'mappings' | 'limits';

type RoomOf<N extends OpName> = N extends BufferOp['op']
  ? 'buffers'
  : N extends RegionOp['op']
    ? 'regions'
    : N extends TableOp['op']
      ? 'tables'
      : N extends MappingOp['op']
        ? 'mappings'
        : 'limits';

/** Who answers which operation. */
export const ROOM: { readonly [N in OpName]: RoomOf<N> & Room } = {
  alloc_coherent: 'buffers',
  alloc_noncoherent: 'buffers',
  alloc_pages: 'buffers',
  alloc_exact: 'buffers',
  alloc_contig: 'buffers',
  free: 'buffers',
  free_pages: 'buffers',
  mmap: 'buffers',
  write: 'buffers',
  read: 'buffers',
  device_read: 'buffers',
  device_write: 'buffers',
  evict: 'buffers',
  prefetch: 'buffers',
  attach: 'regions',
  detach: 'regions',
  declare: 'regions',
  release: 'regions',
  pin: 'regions',
  unpin: 'regions',
  run_work: 'regions',
  census: 'regions',
  sg_from_pages: 'tables',
  sg_append: 'tables',
  sg_of_buffer: 'tables',
  sg_split: 'tables',
  sg_nents_for_len: 'tables',
  sg_read: 'tables',
  sg_write: 'tables',
  sg_free: 'tables',
  map_page: 'mappings',
  map_sgtable: 'mappings',
  map_resource: 'mappings',
  unmap: 'mappings',
  sync_for_cpu: 'mappings',
  sync_for_device: 'mappings',
  need_sync: 'mappings',
  mapped_read: 'mappings',
  mapped_write: 'mappings',
  max_mapping_size: 'limits',
  opt_mapping_size: 'limits',
  set_mask: 'limits',
  set_coherent_mask: 'limits',
  set_offset: 'limits',
  phys_to_dma: 'limits',
  dma_to_phys: 'limits',
  coherent_ok: 'limits',
  capable: 'limits',
  required_mask: 'limits',
  addressing_limited: 'limits',
};
