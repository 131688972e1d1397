/**
 * Which memory a request must come from: the ordered decisions of dma_alloc_attrs and
 * dma_direct_alloc. Source: kernel/dma/mapping.c:dma_alloc_attrs, dma_alloc_pages,
 * kernel/dma/direct.c:dma_direct_alloc, kernel/dma/contiguous.c:dma_alloc_contiguous.
 */
import { PROFILES } from '../../contract/machine.ts';
import type { OpOf } from '../../contract/operations.ts';
import type { AreaState, SlotsState } from './memory.ts';
import type { DeviceState, PoolState, State } from './state.ts';
import { usesGlobal } from './state.ts';

export type DmaAlloc = OpOf<'alloc_coherent' | 'alloc_noncoherent'>;

/**
 * - `nothing`: it must be refused.
 * - `foreign`: by allocators that are not modelled; nobody's pool may be touched.
 */
export type Wanted =
  | { readonly from: 'pool'; readonly pool: PoolState; readonly viaGlobal: boolean }
  | { readonly from: 'slots'; readonly slots: SlotsState }
  | { readonly from: 'atomic' }
  | { readonly from: 'pages'; readonly area: AreaState | null; readonly cleared: boolean }
  | { readonly from: 'nothing'; readonly law: string; readonly why: string }
  | { readonly from: 'foreign' };

const nothing = (law: string, why: string) => ({ from: 'nothing', law, why }) as const;

export function wantedBy(state: State, op: DmaAlloc): Wanted {
  const device = state.devices[op.device]!;
  return op.op === 'alloc_coherent' ? ofAttrs(state, device, op) : ofPages(state, device, op);
}

function ofAttrs(state: State, device: DeviceState, op: OpOf<'alloc_coherent'>): Wanted {
  if (device.pool !== null) {
    if (op.size === 0) return nothing('pool/size-zero', 'the size is 0');
    return { from: 'pool', pool: device.pool, viaGlobal: false };
  }
  const mapped = !op.attrs.includes('no-kernel-mapping') || device.slots !== null;
  const global = usesGlobal(state, device) && mapped;
  if (device.spec.iommu !== null || !(state.hasPages || global)) return { from: 'foreign' };
  if (op.size === 0) return nothing('pool/size-zero', 'the size is 0');
  if (global) {
    if (state.globalPool === null) return nothing('alloc/final', 'there is no global pool');
    return { from: 'pool', pool: state.globalPool, viaGlobal: true };
  }
  if (device.slots !== null) return { from: 'slots', slots: device.slots };
  const remapped = PROFILES[state.machine.profile].remaps && !device.coherent;
  if (mapped && remapped && op.gfp === 'atomic') return { from: 'atomic' };
  return fromPages(state, device, op, mapped);
}

/** Never from a coherent pool, nor from an atomic one: nothing is mapped anew. */
function ofPages(state: State, device: DeviceState, op: OpOf<'alloc_noncoherent'>): Wanted {
  if (device.coherentMask === 0) return nothing('alloc/no-mask', 'the coherent mask is 0');
  if (op.size === 0) return nothing('pool/size-zero', 'the size is 0');
  if (device.slots !== null) return { from: 'slots', slots: device.slots };
  return fromPages(state, device, op, true);
}

/** A single page is not worth the default area, but an area of its own serves everything. */
function fromPages(state: State, device: DeviceState, op: DmaAlloc, cleared: boolean): Wanted {
  const { memory, machine } = state;
  const shared = op.size > machine.pageSize ? memory.defaultArea : null;
  const area = op.gfp === 'blocking' ? (device.area ?? shared) : null;
  return { from: 'pages', area, cleared };
}
