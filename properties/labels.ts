/**
 * What happened in a run, by name: proof that generators reach what laws are about. Labels that
 * start with "hazard" are deviations of Linux that are kept (contract/deviations.ts).
 */

import { endsWithin, orderOf } from '../contract/numbers.ts';
import type { Op, OpOf } from '../contract/operations.ts';
import type { Ok, Outcome } from '../contract/outcome.ts';
import { wantedBy } from '../model/judge/dispatch.ts';
import type { PoolState, State } from '../model/judge/state.ts';
import { sharesMemory } from '../model/judge/state.ts';
import { coherentLimit, translations } from '../model/judge/view.ts';
import { countMemory, countPages } from './labels/memory.ts';
import { countStreaming } from './labels/streaming.ts';
import type { Tally } from './labels/tally.ts';

/** Counts what this answer shows. `state` is the state before it is believed. */
export function countLabels(tally: Tally, state: State, op: Op, outcome: Outcome) {
  tally.add('operations');
  switch (op.op) {
    case 'alloc_coherent':
      return countAlloc(tally, state, op, outcome);
    case 'alloc_noncoherent':
      return countMemory(tally, state, op, outcome);
    case 'alloc_pages':
    case 'alloc_exact':
    case 'alloc_contig':
    case 'free_pages':
    case 'pin':
    case 'unpin':
    case 'run_work':
    case 'census':
      return countPages(tally, state, op, outcome);
    case 'free':
      if (op.via >= 0 && op.via !== state.buffers.get(op.buffer)?.device) {
        tally.add('freed by a sharer');
      }
      return;
    case 'attach':
      return countAttach(tally, state, op, outcome);
    case 'declare':
      return tally.add(outcome.is === 'error' ? `declare ${outcome.errno}` : 'pool declared');
    case 'release':
      if (state.devices[op.device]!.pool !== null) tally.add('pool released');
      return;
    case 'detach':
      if (state.devices[op.device]!.pool !== null) tally.add('pool detached');
      return;
    case 'mmap':
      return tally.add(outcome.is === 'ok' ? 'mmap' : 'mmap ENXIO');
    case 'write':
    case 'read':
      return tally.add(op.op);
    case 'set_mask':
    case 'set_coherent_mask':
    case 'set_offset':
    case 'phys_to_dma':
    case 'dma_to_phys':
    case 'coherent_ok':
    case 'capable':
    case 'required_mask':
    case 'addressing_limited':
    case 'max_mapping_size':
    case 'opt_mapping_size':
      return countLimits(tally, state, op, outcome);
    default:
      return countStreaming(tally, state, op, outcome);
  }
}

function countAlloc(tally: Tally, state: State, op: OpOf<'alloc_coherent'>, outcome: Outcome) {
  const wanted = wantedBy(state, op);
  if (outcome.is === 'skipped') return tally.add('served by no pool');
  if (op.size === 0) return tally.add('size 0');
  if (wanted.from === 'nothing') return tally.add('no global pool');
  if (wanted.from !== 'pool') return countMemory(tally, state, op, outcome);
  const { pool } = wanted;
  if (wanted.viaGlobal) tally.add('global pool');
  if (outcome.is === 'none') return countRefusal(tally, state, pool, op);
  tally.add('allocated');
  const { pageSize } = state.machine;
  const order = orderOf(op.size, pageSize);
  if (order > 0) tally.add('order above 0');
  if (2 ** order === pool.pages) tally.add('whole pool');
  if (pool.live.some((buffer) => buffer.device !== op.device)) tally.add('pool shared');
  if (outcome.is === 'ok' && outcome.phys !== undefined) {
    countPlace(tally, state, pool, op, outcome as Ok & { phys: number });
  }
}

function countRefusal(tally: Tally, state: State, pool: PoolState, op: OpOf<'alloc_coherent'>) {
  const { pageSize } = state.machine;
  const wanted = 2 ** orderOf(op.size, pageSize);
  const taken = pool.live.reduce((sum, { length }) => sum + length, 0) / pageSize;
  if (pool.pages === 0) tally.add('hazard: pool without a page');
  else if (op.size > pool.pages * pageSize) tally.add('larger than the pool');
  else if (wanted > pool.pages) tally.add('hazard: tail out of reach');
  else if (taken === pool.pages) tally.add('pool full');
  else if (pool.pages - taken >= wanted) tally.add('pool fragmented');
  else tally.add('pool nearly full');
}

function countPlace(
  tally: Tally,
  state: State,
  pool: PoolState,
  op: OpOf<'alloc_coherent'>,
  { phys, handle }: Ok & { phys: number },
) {
  const device = state.devices[op.device]!;
  const { pageSize } = state.machine;
  if (phys - pool.base >= 2 ** 31) tally.add('more than 2 GiB into the pool');
  if (device.spec.iommu !== null) tally.add('hazard: not mapped by the IOMMU');
  if (sharesMemory(state, pool, phys, phys + op.size)) tally.add('hazard: regions overlap');
  if (pool.deviceBase !== null) return tally.add('bus address of a declared pool');
  if (device.windows.length === 0) {
    if (!endsWithin(phys, op.size, coherentLimit(device))) tally.add('hazard: beyond the limit');
    return;
  }
  if (translations(device, phys, op.size).length === 0) tally.add('hazard: outside the windows');
  else if (translations(device, pool.base, pool.pages * pageSize).length === 0) {
    tally.add('hazard: pool spans windows');
  } else if (handle !== phys) tally.add('translated handle');
}

function countAttach(tally: Tally, state: State, op: OpOf<'attach'>, outcome: Outcome) {
  const device = state.devices[op.device]!;
  const region = state.machine.regions[device.spec.regions[op.index] ?? -1];
  if (outcome.is === 'error') tally.add(`attach ${outcome.errno}`);
  else if (region?.disabled === true) tally.add('disabled region attached');
  else {
    const pool = state.regionPools.get(device.spec.regions[op.index]!);
    if (pool !== undefined && pool.live.length > 0) tally.add('attached with live buffers');
    tally.add('pool attached');
  }
  if (region !== undefined && region.base + region.size - 1 === coherentLimit(device)) {
    tally.add('ends at the limit');
  }
  if (outcome.warnings?.includes('range') !== true || region === undefined) return;
  const right = translations(device, region.base, region.size);
  const reachable = right.some((dma) => endsWithin(dma, region.size, coherentLimit(device)));
  tally.add(reachable ? 'hazard: range warning without cause' : 'range warning');
}

function countLimits(tally: Tally, state: State, op: Op & { device: number }, outcome: Outcome) {
  const device = state.devices[op.device]!;
  if (op.op === 'set_mask' || op.op === 'set_coherent_mask') {
    return tally.add(outcome.is === 'ok' ? 'mask set' : 'mask refused');
  }
  if (op.op === 'coherent_ok' && coherentLimit(device) === 0) tally.add('hazard: both limits 0');
  if (op.op === 'phys_to_dma' && device.windows.some((window) => window.size === 0)) {
    tally.add('hazard: table ended by a window of size 0');
  }
  if (outcome.is === 'none') tally.add(`${op.op} none`);
  else if (outcome.is === 'error') tally.add(`${op.op} ${outcome.errno}`);
  else if (outcome.is === 'ok' && outcome.truth !== undefined) {
    tally.add(`${op.op} ${outcome.truth}`);
  } else tally.add(op.op);
}
